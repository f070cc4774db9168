/// The name of the model that served, beside the one that was asked for.
package enum ServedModel {
    /// Whether two names stand for one model: vendors add a date or a tag, leave out an owner's name, or resolve `latest`.
    package static func isSame(_ served: String, as asked: String) -> Bool {
        let (served, asked) = (core(served), core(asked))
        if served == asked { return true }
        let (short, long) = served.count < asked.count ? (served, asked) : (asked, served)
        guard !short.isEmpty, long.hasPrefix(short) else { return family(served) == family(asked) }
        return isSuffix(long.dropFirst(short.count))
    }

    /// Without the folders before it, and in one case.
    private static func core(_ name: String) -> String {
        String(name.lowercased().split(separator: "/").last ?? "")
    }

    /// Without what stands for a version in time.
    private static func family(_ name: String) -> String {
        guard let separator = name.lastIndex(where: { $0 == "-" || $0 == ":" || $0 == "@" }),
            isSuffix(name[separator...])
        else { return name }
        return String(name[..<separator])
    }

    /// `-latest`, `:free`, `-2024-08-06`, `-0613`, `-001`, `@20250929`, `-preview-05-20`: a date, a number, or a tag.
    private static func isSuffix(_ text: some StringProtocol) -> Bool {
        guard let first = text.first else { return true }
        if first == ":" { return true }
        guard first == "-" || first == "@" || first == "." else { return false }
        let words = text.split(whereSeparator: { "-@._:".contains($0) })
        return !words.isEmpty
            && words.allSatisfy { word in
                stages.contains(String(word)) || word.count >= 2 && word.allSatisfy(\.isNumber)
                    || word.first == "v" && word.dropFirst().allSatisfy(\.isNumber)
            }
    }

    private static let stages: Set = [
        "latest", "preview", "exp", "experimental", "beta", "stable", "free", "instruct", "fp8", "fp16", "bf16", "gguf",
    ]
}
