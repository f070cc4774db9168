import Glibc

enum Folder {
    /// Removes a folder that this program made, with all that is in it. Symbolic links are removed, not followed.
    static func remove(_ path: String) {
        var folders = [path]
        var emptied: [String] = []
        while let folder = folders.popLast() {
            emptied.append(folder)
            guard let stream = opendir(folder) else { continue }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard name != ".", name != ".." else { continue }
                if entry.pointee.d_type == UInt8(DT_DIR) {
                    folders.append("\(folder)/\(name)")
                } else {
                    unlink("\(folder)/\(name)")
                }
            }
        }
        for folder in emptied.reversed() { rmdir(folder) }
    }
}
