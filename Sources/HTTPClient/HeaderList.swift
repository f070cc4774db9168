import CCurl

/// A request's header fields as the linked list that libcurl reads, in two pieces of memory that are used again for the
/// next request.
final class HeaderList {
    private var text: UnsafeMutableBufferPointer<CChar> = .allocate(capacity: 512)
    private var nodes: UnsafeMutableBufferPointer<curl_slist> = .allocate(capacity: 16)
    /// Where each line starts in `text`, which may still move while the list grows.
    private var starts: [Int] = []
    private var used = 0

    deinit {
        text.deallocate()
        nodes.deallocate()
    }

    func removeAll() {
        starts.removeAll(keepingCapacity: true)
        used = 0
    }

    /// Adds `name: value`. Bytes that could end the line are replaced by spaces.
    func append(_ name: String, _ value: String) {
        begin()
        for byte in name.utf8 { put(byte) }
        if value.isEmpty {
            put(UInt8(ascii: ";"))  // libcurl's spelling of a field without a value
        } else {
            put(UInt8(ascii: ":"))
            put(32)
            for byte in value.utf8 { put(byte) }
        }
        putRaw(0)
    }

    /// Keeps libcurl from adding a field of its own.
    func suppress(_ name: StaticString) {
        begin()
        name.withUTF8Buffer { for byte in $0 { put(byte) } }
        put(UInt8(ascii: ":"))
        putRaw(0)
    }

    /// Links the lines; the result is valid until the next change.
    func link() -> UnsafeMutablePointer<curl_slist>? {
        guard let lines = text.baseAddress else { return nil }
        if nodes.count < starts.count {
            nodes.deallocate()
            nodes = .allocate(capacity: starts.count * 2)
        }
        guard let first = nodes.baseAddress else { return nil }
        for (index, start) in starts.enumerated() {
            let next = index + 1 < starts.count ? first + index + 1 : nil
            (first + index).initialize(to: curl_slist(data: lines + start, next: next))
        }
        return starts.isEmpty ? nil : first
    }

    private func begin() {
        starts.append(used)
    }

    private func put(_ byte: UInt8) {
        putRaw(byte == 13 || byte == 10 || byte == 0 ? 32 : byte)
    }

    private func putRaw(_ byte: UInt8) {
        if used == text.count { grow() }
        text[used] = CChar(bitPattern: byte)
        used += 1
    }

    private func grow() {
        let larger = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.count * 2)
        _ = larger.update(fromContentsOf: text)
        text.deallocate()
        text = larger
    }
}
