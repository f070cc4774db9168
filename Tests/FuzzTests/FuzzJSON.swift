import JSON

/// What is accepted reads the same after it was written, and an edited document is one.
func fuzzJSON(_ bytes: [UInt8]) {
    guard let document = try? JSONDocument(bytes) else { return }
    let value = document.value(document.root)
    let written = value.serialized()
    guard let again = try? JSONDocument(written) else { preconditionFailure("what was written is no JSON") }
    precondition(again.value(again.root) == value, "a value changed when it was written")
    if document.kind(document.root) == .object { fuzzEdits(document) }
}

private func fuzzEdits(_ document: JSONDocument) {
    var edits = JSONEdits()
    edits.set("model", to: Array(#""x""#.utf8), in: document.root, of: document)
    edits.set("max_tokens", to: Array("7".utf8), in: document.root, of: document)
    edits.remove("prompt", from: document.root, of: document)
    guard let edited = try? JSONDocument(edits.applied(to: document)) else { preconditionFailure("an edit broke it") }
    precondition(edited.member("model", of: edited.root).flatMap(edited.string) == "x", "an edit was lost")
    precondition(edited.member("prompt", of: edited.root) == nil, "a member was not removed")
    for member in document.members(of: document.root) {
        guard let name = document.string(member.name), !["model", "max_tokens", "prompt"].contains(name) else {
            continue
        }
        guard let kept = edited.member(named: name, of: edited.root) else { preconditionFailure("a member got lost") }
        precondition(
            document.bytes[document.range(member.value)].elementsEqual(edited.bytes[edited.range(kept)]),
            "a member changed that nobody edited")
    }
}
