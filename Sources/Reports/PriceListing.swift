package import Inference
package import JSON

/// The entries of a price book, one a line; which of them hold on a day is marked.
package struct PriceListing: Sendable {
    package struct Line: Sendable {
        package var price: Price
        package var note: String?
        /// The entry that holds on the day that was asked for.
        package var isInForce: Bool

        package init(_ price: Price, note: String?, isInForce: Bool) {
            self.price = price
            self.note = note
            self.isInForce = isInForce
        }
    }

    private let lines: [Line]
    private let amounts: @Sendable (Price) -> [(name: String, nano: Int64)]

    /// - Parameter amounts: every amount of an entry, by its name there.
    package init(_ lines: [Line], amounts: @escaping @Sendable (Price) -> [(name: String, nano: Int64)]) {
        self.lines = lines
        self.amounts = amounts
    }

    private static let ownColumns = ["input", "cached_input", "cache_write", "output"]

    package func table(_ view: TableView = .plain) -> String {
        guard !lines.isEmpty else { return "The price book has no such entry.\n" }
        let columns =
            [
                Column("provider", isShortened: true), Column("model", isShortened: true), Column("from", spare: 1),
                Column(""),
            ]
            + PriceListing.ownColumns.map { Column($0, .right, spare: $0.contains("cache") ? 2 : nil) }
            + [Column("more", spare: 3)]
        let rows = lines.map { line in
            let all = amounts(line.price)
            let own = PriceListing.ownColumns.map { name in
                all.first { $0.name == name }.map { Figures.price($0.nano) } ?? "-"
            }
            return [line.price.provider, line.price.model, line.price.from, line.price.currency.code] + own + [
                more(line)
            ]
        }
        return TextTable(columns, rows: rows).text(for: view, all: "--format csv")
    }

    /// What has no column, in a few words.
    private func more(_ line: Line) -> String {
        let price = line.price
        var parts: [String] = []
        if !line.isInForce { parts.append("not in force") }
        let conditions = price.conditional.map(\.when)
        let tiers = Set(conditions.compactMap(\.tier)).sorted()
        let places = Set(conditions.compactMap(\.geo)).sorted()
        if !tiers.isEmpty { parts.append("tiers " + tiers.joined(separator: ", ")) }
        parts += Set(conditions.compactMap(\.aboveInput)).sorted().map {
            "above \(Figures.count($0)) tokens other prices"
        }
        if !places.isEmpty { parts.append("in " + places.joined(separator: ", ") + " other prices") }
        parts += price.perCall.sorted { $0.key < $1.key }.map { "\($0.key) \(Figures.price($0.value)) each" }
        if let note = line.note { parts.append(note) }
        return parts.joined(separator: "; ")
    }

    /// A line for each amount, so that every price has its row.
    package func csv(_ dialect: CSV.Dialect = .standard) -> String {
        var csv = CSV(dialect)
        csv.line(["provider", "model", "from", "in_force", "currency", "class", "price", "source", "note"])
        for line in lines {
            for amount in amounts(line.price) {
                csv.line([
                    CSV.name(line.price.provider), CSV.name(line.price.model), line.price.from,
                    String(line.isInForce), line.price.currency.code, CSV.name(amount.name),
                    csv.figure(Money.decimal(nano: amount.nano)), CSV.name(line.price.source),
                    CSV.name(line.note ?? ""),
                ])
            }
        }
        return csv.text
    }

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.name("prices")
        body.beginArray()
        for line in lines {
            body.beginObject()
            body.member("provider", line.price.provider)
            body.member("model", line.price.model)
            body.member("from", line.price.from)
            body.member("in_force", line.isInForce)
            body.member("currency", line.price.currency.code)
            body.name("prices")
            body.beginObject()
            for amount in amounts(line.price) {
                body.name(amount.name)
                body.string(Money.decimal(nano: amount.nano))
            }
            body.endObject()
            body.name("context_window")
            body.optional(line.price.contextWindow)
            body.name("max_output_tokens")
            body.optional(line.price.maxOutputTokens)
            body.member("source", line.price.source)
            body.member("note", line.note)
            body.endObject()
        }
        body.endArray()
        body.endObject()
        return body
    }
}
