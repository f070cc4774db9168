/// Puts the environment and secret files into the strings of a configuration.
///
/// `${NAME}` is a variable of the environment, `${NAME:-default}` has a default for one that is unset or empty,
/// `${file:/path}` is the text of a file without its last line break, and `$${` stands for `${` itself.
struct VariableExpander {
    let environment: [String: String]
    /// Paths in `${file:…}` are relative to this folder.
    let folder: String

    /// A string before and after.
    struct Expanded {
        /// As it stands in the file: the only form that messages may show.
        var raw: String
        var value: String
        var hasVariables: Bool
        /// Files that were read and that others than their owner may read.
        var exposedFiles: [String] = []
    }

    enum Failure: Error {
        /// The environment or a file does not hold what is named; the text says which.
        case missing(String)
        /// The text itself is wrong.
        case malformed(String)
    }

    func expand(_ raw: String) throws(Failure) -> Expanded {
        var result = Expanded(raw: raw, value: "", hasVariables: false)
        var rest = Substring(raw)
        while let dollar = rest.firstIndex(of: "$") {
            result.value += rest[..<dollar]
            let tail = rest[dollar...]
            if tail.hasPrefix("$${") {
                result.value += "${"
                rest = tail.dropFirst(3)
            } else if tail.hasPrefix("${") {
                guard let end = tail.firstIndex(of: "}") else { throw .malformed("'${' has no '}'") }
                result.value += try value(of: tail[tail.index(dollar, offsetBy: 2)..<end], into: &result)
                result.hasVariables = true
                rest = tail[tail.index(after: end)...]
            } else {
                result.value += "$"
                rest = tail.dropFirst()
            }
        }
        result.value += rest
        return result
    }

    private func value(of expression: Substring, into result: inout Expanded) throws(Failure) -> String {
        if expression.hasPrefix("file:") { return try file(String(expression.dropFirst(5)), into: &result) }
        let (name, fallback) = VariableExpander.split(expression)
        guard VariableExpander.isName(name) else {
            throw .malformed("'${\(name)}' is no variable; write ${NAME}, ${NAME:-default} or ${file:/path}")
        }
        if let value = environment[name], !value.isEmpty { return value }
        if let fallback { return fallback }
        throw .missing("environment variable \(name) is not set")
    }

    private func file(_ name: String, into result: inout Expanded) throws(Failure) -> String {
        let path = Paths.resolve(name, in: folder)
        do {
            let content = try FileContent.read(path, limit: 64 << 10)
            if content.isExposed { result.exposedFiles.append(path) }
            guard var text = String(validating: content.bytes, as: UTF8.self) else {
                throw Failure.missing("file \(path) is not UTF-8")
            }
            if text.utf8.last == UInt8(ascii: "\n") { text.removeLast() }
            guard !text.isEmpty else { throw Failure.missing("file \(path) is empty") }
            return text
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .missing("\(error)")
        }
    }

    private static func split(_ expression: Substring) -> (name: String, fallback: String?) {
        guard let colon = expression.firstIndex(of: ":"), expression[colon...].hasPrefix(":-") else {
            return (String(expression), nil)
        }
        return (String(expression[..<colon]), String(expression[colon...].dropFirst(2)))
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    }
}
