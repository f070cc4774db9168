import JSON

/// The pages of an export as JSON: one object, a list of them, or one on each line.
struct ExportPages {
    private static let limits: JSONLimits = {
        var limits = JSONLimits()
        limits.maxValues = 20_000_000
        return limits
    }()

    let pages: [JSONValue]

    init(_ bytes: [UInt8]) throws(ReportError) {
        do {
            let whole = try JSONValue(parsing: bytes, limits: ExportPages.limits)
            pages = whole.arrayValue ?? [whole]
            return
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
            self.pages = pages
        }
    }

    /// Calls `body` with each bucket of each page and each of its results.
    func results(_ body: (_ bucket: JSONValue, _ result: JSONValue) throws(ReportError) -> Void) throws(ReportError) {
        for page in pages {
            guard let buckets = page["data"]?.arrayValue else {
                throw ReportError("FILE", "has no 'data': it is no page of the vendor's costs or usage")
            }
            for bucket in buckets {
                guard let results = bucket["results"]?.arrayValue else {
                    throw ReportError("FILE", "has a bucket without 'results'")
                }
                for result in results { try body(bucket, result) }
            }
        }
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
