/// Gathers the lines of a table into what an export says: finds what is there twice.
struct LineBook {
    private(set) var statement = VendorStatement()
    private var ids: [String: Set<Int>] = [:]
    private var rows: Set<Int> = []

    /// - Parameters:
    ///   - id: the vendor's name for the line, which makes an equal line the same charge; nil where it has none.
    ///   - charges: none for a line of another service.
    mutating func take(_ row: ExportTable.Row, id: String?, day: String, _ charges: [VendorCharge]) {
        statement.cover(day)
        guard !charges.isEmpty else {
            statement.leaveOut()
            return
        }
        var isRepeat = false
        if let id {
            guard ids[id, default: []].insert(row.fingerprint).inserted else {
                statement.countOnce("line")
                return
            }
        } else {
            isRepeat = !rows.insert(row.fingerprint).inserted
        }
        for charge in charges { statement.add(charge, isRepeat: isRepeat) }
    }

    mutating func remark(_ text: String) { statement.remark(text) }
}
