import CLinux
import Gateway
import Glibc
import Ledger
import Reports

/// The ledger's file, the folder that it lies in, and the disk below.
struct LedgerExam {
    private let path: String
    private let folder: String
    private let losesNothing: Bool

    init(_ settings: LedgerSettings) {
        path = settings.path
        let slash = settings.path.lastIndex(of: "/")
        folder = slash.map { $0 == settings.path.startIndex ? "/" : String(settings.path[..<$0]) } ?? "."
        losesNothing = settings.synchronous == .full
    }

    /// Where the disk is looked at: the folder, or what is there of the way to it, since `serve` makes the rest.
    private var place: String {
        var place = folder
        while access(place, F_OK) != 0 {
            guard let slash = place.lastIndex(of: "/") else { return "." }
            guard slash > place.startIndex else { return "/" }
            place = String(place[..<slash])
        }
        return place
    }

    var findings: [Diagnosis] {
        let place = place
        guard access(place, W_OK | X_OK) == 0 else {
            let reason = String(cString: strerror(errno))
            return [
                .fault(
                    "ledger", "\(place): \(reason)",
                    "install -d -m 0700 \(folder) for the gateway's user, or name another folder in ledger.path")
            ]
        }
        return [file, space(of: place), flushes(in: place)]
    }

    private var file: Diagnosis {
        do throws(LedgerError) {
            _ = try LedgerReader.open(path)
            return .fine("ledger", "\(path) can be read; `llmgw ledger verify` recomputes its books")
        } catch {
            guard error.kind != .missing else { return .fine("ledger", "\(path) is made at the first start") }
            let isOlder = error.kind == .outdated
            return isOlder
                ? .warning("ledger", error.message, "see Upgrades in docs/operating.md")
                : .fault("ledger", error.message, "restore a backup, or see `llmgw ledger recover`")
        }
    }

    // MARK: The disk

    /// Below so much free space a busy gateway can stand still within hours.
    private static let scarce: Int64 = 1 << 30

    private func space(of folder: String) -> Diagnosis {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            return .warning("disk space", "\(folder): \(String(cString: strerror(errno)))", "look at the disk")
        }
        let free = Int64(clamping: status.f_bavail).multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
        let bytes = free.overflow ? Int64.max : free.partialValue
        // 350 bytes an attempt, as docs/operating.md has it.
        let text = "\(Figures.count(bytes >> 20)) MiB free, room for some \(Figures.count(bytes / 350)) attempts"
        guard bytes < LedgerExam.scarce else { return .fine("disk space", text) }
        return .warning(
            "disk space", text,
            "free some: on a full disk nothing billable is served; ledger.retention removes old rows")
    }

    /// File systems on which SQLite's log does not work, or which keep nothing, by statfs(2).
    private static let networks: [Int64: String] = [
        0x6969: "NFS", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x0102_1997: "9p",
    ]
    private static let tmpfs: Int64 = 0x0102_1994

    private func flushes(in folder: String) -> Diagnosis {
        let kind = llmgw_file_system(folder)
        if let name = LedgerExam.networks[kind] {
            return .fault(
                "disk", "\(folder) is on \(name), where SQLite's log does not work", "put the ledger on a local disk")
        }
        if kind == LedgerExam.tmpfs {
            return .warning(
                "disk", "\(folder) is in memory: a restart of the machine loses the ledger", "put it on a disk")
        }
        guard let times = timesOfFlushes(in: folder), let slowest = times.last else {
            return .fault(
                "disk", "\(folder): \(String(cString: strerror(errno)))", "a file cannot be written and flushed there")
        }
        let median = times[times.count / 2]
        let text =
            "flushes in \(Figures.count(median)) µs (median of \(times.count)), \(Figures.count(slowest)) µs at most"
        if !losesNothing {
            return .warning(
                "disk", text, "ledger.synchronous: normal may lose the last commits to a power cut; full does not")
        }
        guard median < 20_000 else {
            return .warning(
                "disk", text, "each call waits for two flushes: use a faster disk; `llmgw ledger bench` measures calls")
        }
        return .fine("disk", text)
    }

    /// Microseconds of fdatasync(2) on a file in the folder, in ascending order; nil when it cannot be done.
    private func timesOfFlushes(in folder: String) -> [Int64]? {
        var template = Array("\(folder)/doctor-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return nil }
        defer {
            close(descriptor)
            unlink(template)
        }
        let page = [UInt8](repeating: 0x6C, count: 4096)
        var times: [Int64] = []
        for _ in 0..<20 {
            let start = ContinuousClock.now
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else { return nil }
            times.append(Int64((ContinuousClock.now - start) / .microseconds(1)))
        }
        return times.sorted()
    }
}
