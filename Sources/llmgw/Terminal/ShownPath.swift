import Glibc

/// Paths as a reader likes them: without detours, and relative to where the command was called.
enum ShownPath {
    static func text(_ path: String) -> String {
        guard let whole = resolved(path), let here = resolved(".") else { return path }
        return whole.hasPrefix(here + "/") ? String(whole.dropFirst(here.utf8.count + 1)) : whole
    }

    /// Nil for what does not exist.
    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
