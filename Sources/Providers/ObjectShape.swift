import Inference
import JSON

/// An object of a request: the names that somebody reads in it, and what their values may be.
///
/// Names that are the client's own are in no shape: those of `metadata`, of schemas, of variables, of `logit_bias`.
final class ObjectShape: Sendable {
    struct Member: Sendable {
        let name: String
        /// Nil: whoever reads the value says what it may be.
        let kinds: Kinds?
        /// What the elements of an array may be.
        let elements: Kinds?
        /// Of the value, or of each element of an array, where that is an object.
        let shape: ObjectShape?

        init(_ name: String, _ kinds: Kinds? = nil, elements: Kinds? = nil, _ shape: ObjectShape? = nil) {
            self.name = name
            self.kinds = kinds
            self.elements = elements
            self.shape = shape
        }
    }

    struct Kinds: OptionSet, Sendable {
        let rawValue: UInt8

        init(rawValue: UInt8) { self.rawValue = rawValue }
        init(_ kind: JSONKind) { rawValue = 1 << kind.rawValue }

        static let null = Kinds(JSONKind.null)
        static let string = Kinds(JSONKind.string)
        static let array = Kinds(JSONKind.array)
        static let object = Kinds(JSONKind.object)

        /// `a string, an array or null`
        var description: String {
            let words = [
                (Kinds.string, "a string"), (.array, "an array"), (.object, "an object"), (.null, "null"),
            ].filter { contains($0.0) }.map(\.1)
            guard let last = words.last, words.count > 1 else { return words.first ?? "" }
            return words.dropLast().joined(separator: ", ") + " or " + last
        }
    }

    let table: NameTable
    let members: [Member]

    init(_ members: [Member]) {
        self.members = members
        table = NameTable(members.map(\.name))
    }

    convenience init(names: [String], _ members: Member...) {
        self.init(names.map { Member($0) } + members)
    }

    /// Why an object is refused: what stands where in it.
    struct Misfit: Error {
        var path: String
        let problem: String

        func under(_ parent: String) -> Misfit {
            var copy = self
            copy.path = path.hasPrefix("[") ? parent + path : "\(parent).\(path)"
            return copy
        }

        var gatewayError: GatewayError {
            GatewayError(400, "invalid_value", "\(path) \(problem)", param: path)
        }
    }

    /// Refuses another spelling of a known name, and a value of a wrong kind.
    ///
    /// - Parameter found: called with each member's index in ``members``; nil for a name that is not known.
    func check(
        _ object: JSONNode, of document: JSONDocument, found: (Int?, JSONNode, JSONNode) -> Void = { _, _, _ in }
    ) throws(Misfit) {
        for (name, value) in document.members(of: object) {
            switch table.match(name, of: document) {
            case .unknown:
                found(nil, name, value)
            case .near(let index):
                throw Misfit(
                    path: ObjectShape.shown(document.string(name) ?? ""),
                    problem:
                        "is another spelling of '\(members[index].name)', which some vendors read as the same member;"
                        + " write '\(members[index].name)', once")
            case .exact(let index):
                found(index, name, value)
                try check(value, as: members[index], document)
            }
        }
    }

    private func check(_ value: JSONNode, as member: Member, _ document: JSONDocument) throws(Misfit) {
        guard member.kinds != nil || member.elements != nil || member.shape != nil else { return }
        let kind = document.kind(value)
        if let kinds = member.kinds, !kinds.contains(Kinds(kind)) {
            throw Misfit(path: member.name, problem: "must be \(kinds.description), not \(ObjectShape.words(kind))")
        }
        if kind == .object, let shape = member.shape {
            do throws(Misfit) { try shape.check(value, of: document) } catch { throw error.under(member.name) }
        }
        guard kind == .array, member.elements != nil || member.shape != nil else { return }
        for (index, element) in document.elements(of: value).enumerated() {
            let kind = document.kind(element)
            if let kinds = member.elements, !kinds.contains(Kinds(kind)) {
                throw Misfit(
                    path: "\(member.name)[\(index)]",
                    problem: "must be \(kinds.description), not \(ObjectShape.words(kind))")
            }
            guard kind == .object, let shape = member.shape else { continue }
            do throws(Misfit) {
                try shape.check(element, of: document)
            } catch { throw error.under("\(member.name)[\(index)]") }
        }
    }

    private static func words(_ kind: JSONKind) -> String {
        switch kind {
        case .null: "null"
        case .true, .false: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// A client's name, without what would end a line or hide in it.
    private static func shown(_ name: String) -> String {
        String(
            name.unicodeScalars.prefix(64).map { $0.value < 0x20 ? "\u{FFFD}" : Character($0) })
    }
}
