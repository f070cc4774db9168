import CivilTime
import JSON

/// The pages of an export as JSON: one object, a list of them, or one on each line. A page that is there twice counts
/// once.
struct ExportPages {
    private static let limits: JSONLimits = {
        var limits = JSONLimits()
        limits.maxValues = 20_000_000
        return limits
    }()

    let pages: [JSONValue]
    /// How many pages were there already.
    let doubles: Int

    init(_ bytes: [UInt8]) throws(ReportError) {
        let read = try ExportPages.read(bytes)
        var pages: [JSONValue] = []
        // Rows of a table may be the same; a page that has a list is one answer of the vendor's.
        for page in read where !ExportPages.isPage(page) || !pages.contains(page) { pages.append(page) }
        self.pages = pages
        doubles = read.count - pages.count
        try checkEnd()
    }

    private static func read(_ bytes: [UInt8]) throws(ReportError) -> [JSONValue] {
        do {
            let whole = try JSONValue(parsing: bytes, limits: ExportPages.limits)
            return whole.arrayValue ?? [whole]
        } catch {
            let lines = bytes.split(separator: 10).filter { line in line.contains { $0 > 32 } }
            guard lines.count > 1 else { throw ReportError("FILE", "is not JSON: \(error)") }
            var pages: [JSONValue] = []
            for (index, line) in lines.enumerated() {
                guard let page = try? JSONValue(parsing: Array(line), limits: ExportPages.limits) else {
                    throw ReportError("FILE", "is not JSON, and line \(index + 1) by itself is not either")
                }
                pages.append(page)
            }
            return pages
        }
    }

    private static func isPage(_ value: JSONValue) -> Bool {
        ["data", "value"].contains { value[$0]?.arrayValue != nil } || value["properties"]?["rows"] != nil
    }

    /// Refuses pages of which the last has not come: each page but one says that another follows.
    private func checkEnd() throws(ReportError) {
        let said = pages.filter { $0["has_more"]?.boolValue != nil }
        let open = said.count { $0["has_more"]?.boolValue == true }
        if !said.isEmpty, open == said.count {
            throw ReportError(
                "FILE",
                "is not whole: its last page says 'has_more': true; get the pages that follow (page=next_page) and put "
                    + "all of them into one file, one on each line")
        }
        let links = pages.filter(ExportPages.isPage).map { page in
            (page["nextLink"] ?? page["properties"]?["nextLink"])?.stringValue.map { !$0.isEmpty } ?? false
        }
        if !links.isEmpty, links.allSatisfy(\.self) {
            throw ReportError(
                "FILE",
                "is not whole: its last page has a 'nextLink'; get the pages that follow and put all of them into one "
                    + "file, one on each line")
        }
    }

    // MARK: Buckets

    /// Calls `body` with each result of each bucket, once: what is there twice is counted in `statement` and passed over.
    ///
    /// - Parameter span: when a bucket begins and ends, in seconds since 1970; the end may be missing.
    func results(
        into statement: inout VendorStatement, days: ExportDays,
        span: (_ bucket: JSONValue) throws(ReportError) -> (start: Int64, end: Int64?),
        _ body: (_ day: String, _ result: JSONValue) throws(ReportError) -> VendorCharge?
    ) throws(ReportError) {
        for _ in 0..<doubles { statement.countOnce("page") }
        var book = BucketBook()
        for page in pages {
            guard let buckets = page["data"]?.arrayValue else {
                throw ReportError("FILE", "has no 'data': it is no page of the vendor's costs or usage")
            }
            for bucket in buckets {
                guard let results = bucket["results"]?.arrayValue else {
                    throw ReportError("FILE", "has a bucket without 'results'")
                }
                let (start, end) = try span(bucket)
                let day = try days.day(start, end)
                statement.cover(day)
                if try book.isKnown(start, end, results, on: day) {
                    statement.countOnce("bucket")
                    continue
                }
                for result in results {
                    if try book.isKnown(result, start, on: day) {
                        statement.countOnce("line item")
                    } else if let charge = try body(day, result) {
                        statement.add(charge)
                    }
                }
            }
        }
        for gap in try book.gaps(days) { statement.miss(gap) }
    }

    // MARK: Rows

    /// The rows of a table: each object of a list or of a line, or of the lists that vendors wrap them in.
    func rows() throws(ReportError) -> [JSONValue] {
        var rows: [JSONValue] = []
        for page in pages {
            if let properties = page["properties"], let cells = properties["rows"]?.arrayValue {
                let names = properties["columns"]?.arrayValue?.map { $0["name"]?.stringValue ?? "" } ?? []
                for row in cells {
                    let values = row.arrayValue ?? []
                    guard values.count == names.count else {
                        throw ReportError("FILE", "has a row without its columns")
                    }
                    rows.append(.object(zip(names, values).map { JSONMember($0, $1) }))
                }
            } else if let list = page["value"]?.arrayValue ?? page["data"]?.arrayValue {
                rows += list
            } else {
                rows.append(page)
            }
        }
        guard rows.allSatisfy({ $0.objectValue != nil }) else {
            throw ReportError("FILE", "holds something else than objects: it is no table as JSON")
        }
        return rows
    }
}

extension JSONValue {
    /// The digits of a number, or of a text that holds one.
    var numberText: String? {
        if case .number(let text) = self { return text }
        return stringValue
    }

    func count(_ name: String) -> Int64 { max(0, self[name]?.integerValue ?? 0) }
}
