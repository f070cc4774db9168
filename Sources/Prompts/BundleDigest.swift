import Crypto

/// The identity of a prompt: one hash over all files that its text depends on.
package enum BundleDigest {
    /// Returns 64 hexadecimal digits over `files`, whose paths begin with `prompts/`.
    ///
    /// The paths are sorted bytewise; each file is its path, its length and its bytes, so no two bundles look alike.
    package static func hex(of files: [String: [UInt8]]) -> String {
        var hash = SHA256()
        hash.update("llmgw.prompt.v1\n")
        for (path, bytes) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            hash.update("\(path) \(bytes.count)\n")
            hash.update(bytes)
            hash.update("\n")
        }
        return hash.digest.hex
    }
}
