import Glibc

/// How many descriptors the process may have open at once: connections, files, event loops (RLIMIT_NOFILE).
package enum DescriptorLimit {
    /// What the system grants, and how far a process may raise that by itself.
    package static var current: (soft: Int, hard: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return (1024, 1024) }
        return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
    }

    /// Raises the limit to `wanted`, or as near as the system allows, and returns what it is now. Never lowers it.
    @discardableResult
    package static func raise(to wanted: Int) -> Int {
        let (soft, hard) = current
        let next = min(wanted, hard)
        guard next > soft else { return soft }
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return soft }
        limit.rlim_cur = rlim_t(next)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return current.soft
    }
}
