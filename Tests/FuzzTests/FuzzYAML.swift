import YAML

/// Any text is a tree or an error that has a place in it.
func fuzzYAML(_ bytes: [UInt8]) {
    do {
        _ = try YAMLReader.parse(bytes, file: "fuzz.yaml")
    } catch {
        precondition(error.position.line >= 1 && error.position.column >= 1, "an error without a place")
    }
}
