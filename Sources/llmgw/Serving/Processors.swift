import Glibc

enum Processors {
    /// Those that this process may use, which a container can limit; at least 1.
    static var count: Int {
        let label = Array("Cpus_allowed:".utf8)
        let lines = WholeFile.read("/proc/self/status")?.split(separator: 10) ?? []
        let mask = lines.first { $0.starts(with: label) }?.dropFirst(label.count) ?? []
        let bits = mask.compactMap { Character(UnicodeScalar($0)).hexDigitValue?.nonzeroBitCount }.reduce(0, +)
        return bits > 0 ? bits : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
