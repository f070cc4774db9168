import Glibc

/// What the kernel says of this process, as Prometheus' client libraries name it (`process_…`).
///
/// Read from `/proc/self` when somebody asks; nil where that is not there.
package struct ProcessFigures: Sendable {
    /// Hundredths of a second of processor time, of user and system.
    package let processorCentiseconds: Int64
    package let residentBytes: Int64
    package let virtualBytes: Int64
    package let openDescriptors: Int64
    /// The soft limit.
    package let maxDescriptors: Int64
    /// Milliseconds since 1970, UTC.
    package let startedAt: Int64

    package static func now() -> ProcessFigures? {
        guard let stat = text(of: "/proc/self/stat"), let boot = bootTime() else { return nil }
        // The program's name stands in parentheses and may hold anything, so what counts begins behind the last one:
        // the third field of proc(5).
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[end...].dropFirst(2).split(separator: " ").map { Int64($0) ?? 0 }
        guard fields.count > 21 else { return nil }
        let ticks = Int64(sysconf(CInt(_SC_CLK_TCK)))
        guard ticks > 0 else { return nil }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessFigures(
            processorCentiseconds: (fields[11] &+ fields[12]) * 100 / ticks,
            residentBytes: fields[21] &* Int64(sysconf(CInt(_SC_PAGESIZE))), virtualBytes: fields[20],
            openDescriptors: descriptors(), maxDescriptors: Int64(clamping: limit.rlim_cur),
            startedAt: boot * 1_000 + fields[19] * 1_000 / ticks)
    }

    /// Seconds since 1970, UTC.
    private static func bootTime() -> Int64? {
        text(of: "/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap {
            Int64($0.dropFirst(6))
        }
    }

    private static func descriptors() -> Int64 {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count: Int64 = 0
        while readdir(folder) != nil { count += 1 }
        return max(0, count - 3)  // ".", "..", and the folder itself
    }

    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
