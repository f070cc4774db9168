import HTTPTypes

/// The JSON objects of an answer, in whichever wrapping they came.
enum AnswerObjects {
    /// Returns the objects of `bytes` in their order, and whether they are a stream's events.
    ///
    /// Behind the last one only `[DONE]`, comments and blanks may follow.
    static func all(in bytes: [UInt8]) -> (objects: [[UInt8]], isEvents: Bool)? {
        guard let (wrapping, start) = AnswerWrapping.of(bytes, isWhole: true) else { return nil }
        switch wrapping {
        case .other: return nil
        case .events: return events(bytes).map { ($0, true) }
        case .object: return lines(bytes, from: start).map { ($0, false) }
        }
    }

    private static func events(_ bytes: [UInt8]) -> [[UInt8]]? {
        var parser = ServerSentEventParser(limit: .max)
        parser.append(bytes + Array("\n\n".utf8))  // the last event may lack its blank line
        var objects: [[UInt8]] = []
        while let event = try? parser.next() {
            let data: [UInt8]
            switch event.data {
            case .absent: continue
            case .place(let place): data = Array(parser.buffer[place])
            case .joined(let joined): data = joined
            }
            if data.isEmpty || data.starts(with: "[DONE]".utf8) { continue }
            objects.append(data)
        }
        return objects
    }

    /// Objects one behind the other, mostly one a line.
    private static func lines(_ bytes: [UInt8], from start: Int) -> [[UInt8]]? {
        var objects: [[UInt8]] = []
        var place = start
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "{"):
                guard let end = objectEnd(bytes, place) else { return nil }
                objects.append(Array(bytes[place..<end]))
                place = end
            case 0x20, 0x09, 0x0A, 0x0D, 0x00, 0x1E, UInt8(ascii: ","):
                place += 1
            default:
                let rest = bytes[place...]
                guard endings.contains(where: rest.starts) else { return nil }
                place = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            }
        }
        return objects
    }

    private static let endings = ["data: [DONE]", "data:[DONE]", "[DONE]", ":"].map { Array($0.utf8) }

    /// The place after the object that begins at `start`; nil when it is not closed.
    private static func objectEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
        var (depth, isString, place) = (0, false, start)
        while place < bytes.count {
            let byte = bytes[place]
            if isString {
                if byte == UInt8(ascii: "\\") { place += 1 }
                if byte == UInt8(ascii: "\"") { isString = false }
            } else if byte == UInt8(ascii: "\"") {
                isString = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
                if depth == 0 { return place + 1 }
            }
            place += 1
        }
        return nil
    }
}
