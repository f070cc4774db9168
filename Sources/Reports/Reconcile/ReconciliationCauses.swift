import Inference

/// Why a vendor's figure and the ledger's differ on a day: nothing without its evidence, and how sure each is.
struct ReconciliationCauses {
    /// How sure a cause is.
    enum Certainty: String {
        /// The figures say so.
        case sure
        /// The figures fit, and little else would.
        case likely
        /// It is there, and it can explain a part.
        case possible
    }

    let isWithin: Bool
    /// In the order in which they should be looked at.
    private(set) var found: [String] = []

    private let vendor: VendorDay
    private let booked: BookedDay
    private let history: ReconciliationHistory
    /// Nil when the vendor names no tokens.
    private let tokensAgree: Bool?
    private let isTokensAlone: Bool
    /// Nano-units by which the vendor's amount is above the ledger's.
    private let difference: Int128

    /// - Parameter vendor: nil where the export has no line of the model on this day.
    init(
        _ key: Reconciliation.Key, _ vendor: VendorDay?, _ booked: BookedDay, _ history: ReconciliationHistory
    ) {
        let said = vendor ?? VendorDay()
        (self.vendor, self.booked, self.history) = (said, booked, history)
        tokensAgree = ReconciliationCauses.tokensAgree(said, booked, history.tolerance)
        isTokensAlone = said.cost == nil && (said.input ?? said.output) != nil
        isWithin = isTokensAlone ? tokensAgree != false : history.tolerance.covers(said.cost ?? 0, booked.cost)
        difference = Int128(said.cost ?? 0) - Int128(booked.cost)
        guard !isWithin else { return }
        if said.isFee {
            add("fees: the vendor bills this apart from tokens; the ledger has it with the calls, or not at all", .sure)
            return
        }
        if let model = key.model, vendor == nil || !history.models.contains(model) {
            addStranger(model, isInExport: vendor != nil)
            guard booked.attempts > 0 else { return }
        }
        addBooks()
        addFigures(key)
        addExtras()
        if found.isEmpty { addNothing() }
    }

    private mutating func add(_ text: String, _ certainty: Certainty) {
        found.append("\(text) (\(certainty.rawValue))")
    }

    /// A model that one side has and the other has not.
    private mutating func addStranger(_ model: String, isInExport: Bool) {
        if isInExport {
            add(
                "calls past the gateway: the ledger has none of this model; if it has another name, use --map",
                .possible)
        } else if history.named.contains(model) {
            add("missing: the export has no line of this model on this day", .sure)
        } else {
            add("missing: the export never names this model; if it has another name there, use --map", .sure)
        }
    }

    /// What the ledger knows of itself.
    private mutating func addBooks() {
        let isLess = isTokensAlone || difference < 0
        if booked.presumed > 0, isLess {
            let isEnough = difference.magnitude <= UInt128(booked.presumed)
            add(
                "presumed: \(Money.decimal(nano: booked.presumed)) of the ledger's is charged at the bound",
                isEnough ? .likely : .possible)
        }
        if booked.unpriced > 0, isTokensAlone || difference > 0 {
            add("unpriced: \(booked.unpriced) calls have no price, so no cost", .likely)
        }
        if booked.fallback > 0 {
            let names = booked.classes.sorted().joined(separator: ", ")
            add(
                "fallback prices: \(booked.fallback) calls have classes without a price of their own: \(names)",
                .possible)
        }
    }

    /// What the figures of this day and of the days beside it say.
    private mutating func addFigures(_ key: Reconciliation.Key) {
        if let rest = vendor.costWithoutRepeats, history.tolerance.covers(rest, booked.cost) {
            add("repeated lines: without the lines that are there twice the day agrees", .likely)
        }
        if tokensAgree == true, !isTokensAlone {
            add(
                "prices: the tokens agree, the amounts do not; compare the price book with the vendor's page", .sure)
        } else if tokensAgree == false {
            let input = vendor.input.map { "input \(Figures.count($0)) and here \(Figures.count(booked.input))" }
            let output = vendor.output.map { "output \(Figures.count($0)) and here \(Figures.count(booked.output))" }
            add("tokens: the vendor has \([input, output].compactMap(\.self).joined(separator: ", "))", .sure)
        }
        let isShifted = !isTokensAlone && history.isShifted(key)
        if isShifted {
            add(
                "days: what is missing here is on the days beside it; the vendor's days may begin elsewhere, see --zone",
                .likely)
        } else if tokensAgree != true, !isTokensAlone, let relation = history.relation(key) {
            add(relation.text(key.currency), .likely)
        }
        if tokensAgree == false, !isShifted, (vendor.input ?? 0) >= booked.input, (vendor.output ?? 0) >= booked.output
        {
            add("calls past the gateway: the vendor counts tokens that the ledger does not have", .likely)
        }
    }

    /// What is billed apart from tokens.
    private mutating func addExtras() {
        if booked.pieces > 0 {
            add(
                "extras: \(booked.pieces) calls have what is billed by the piece; the vendor may list it apart",
                .possible)
        } else if history.hasFees, difference < 0, !isTokensAlone {
            add("fees: the vendor lists some apart", .possible)
        }
    }

    private mutating func addNothing() {
        if difference > 0 {
            found.append(
                "unexplained: nothing here says why the vendor has more; an export with tokens would tell a price from "
                    + "calls that came past the gateway")
        } else {
            found.append(
                "unexplained: nothing here says why the vendor has less; it may list a discount or a credit elsewhere")
        }
    }

    /// Nil when the vendor names no tokens.
    private static func tokensAgree(_ vendor: VendorDay, _ booked: BookedDay, _ tolerance: Tolerance) -> Bool? {
        guard vendor.input != nil || vendor.output != nil else { return nil }
        func same(_ one: Int64?, _ other: Int64) -> Bool {
            guard let one else { return true }
            return tolerance.isShare(one, other)
        }
        return same(vendor.input, booked.input) && same(vendor.output, booked.output)
    }
}

extension ReconciliationHistory.Relation {
    fileprivate func text(_ currency: Currency) -> String {
        let (word, remedy) = rate > 0 ? ("more", "too low") : ("less", "too high, or the vendor gives a discount")
        let size = Int128(rate.magnitude)
        switch kind {
        case .share:
            let percent = Figures.tenths(size / 1_000)
            return
                "prices: on \(days) days alike the vendor bills \(percent)% \(word) than the ledger; the book's price is "
                + remedy
        case .output, .input:
            let name = kind == .output ? "output" : "input"
            let amount = Figures.price(Int64(clamping: size))
            return
                "prices: on \(days) days alike the vendor bills \(amount) \(currency) \(word) for a million tokens of "
                + "\(name); the book's price of \(name) is \(remedy)"
        }
    }
}
