import Glibc

/// One run of a program: its input is given, its output and its errors are taken, and it ends in time or is killed.
struct ChildProcess {
    enum End {
        /// The status, 128 and the signal's number after a signal; what it printed.
        case ended(CInt, output: [UInt8], errors: [UInt8])
        case late
        case tooLong
    }

    private let process: pid_t
    private let input: [UInt8]
    private let streams: Streams

    /// Our ends of the child's standard input, output and errors.
    private struct Streams {
        var input: CInt
        var output: CInt
        var errors: CInt
    }

    /// Starts the program that `words` begins with, found in `PATH`.
    ///
    /// - Parameter environment: all of it, as `NAME=value`.
    init(_ words: [String], environment: [String], input: [UInt8]) throws(GitFailure) {
        var pairs: [(ours: CInt, theirs: CInt)] = []
        defer { for pair in pairs { close(pair.theirs) } }
        for _ in 0..<3 {
            guard let pair = ChildProcess.pair() else {
                let reason = String(cString: strerror(errno))
                for pair in pairs { close(pair.ours) }
                throw GitFailure("socketpair: \(reason)")
            }
            pairs.append(pair)
        }
        do throws(GitFailure) {
            process = try ChildProcess.spawn(words, environment, pairs.map(\.theirs))
        } catch {
            for pair in pairs { close(pair.ours) }
            throw error
        }
        self.input = input
        streams = Streams(input: pairs[0].ours, output: pairs[1].ours, errors: pairs[2].ours)
    }

    /// Two connected descriptors that no other child inherits; ours does not block.
    private static func pair() -> (ours: CInt, theirs: CInt)? {
        var ends: [CInt] = [0, 0]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ words: [String], _ environment: [String], _ ends: [CInt]
    ) throws(GitFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, end) in ends.enumerated() { posix_spawn_file_actions_adddup2(&actions, end, CInt(number)) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that what it starts ends with it; signals as a shell would give them, since this process
        // holds some back.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, CShort(flags))
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for word in argv + envp { free(word) } }
        var process = pid_t()
        let status = posix_spawnp(&process, words[0], &actions, &attributes, &argv, &envp)
        guard status == 0 else {
            throw GitFailure(
                "\(words[0]) cannot be started: \(String(cString: strerror(status))); install it, or leave"
                    + " prompts.repository out")
        }
        return process
    }

    /// Waits for the program's end. To be called once.
    consuming func run(until deadline: ContinuousClock.Instant, maxOutput: Int) -> End {
        var exchange = Exchange(input: input[...], streams: streams, maxOutput: maxOutput)
        let problem = exchange.run(until: deadline)
        if problem != nil { kill(-process, SIGKILL) }
        exchange.closeAll()
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        if let problem { return problem }
        let signal = status & 0x7F
        return .ended(
            signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: exchange.output, errors: exchange.errors)
    }

    /// Writes and reads in turn, as the child is ready: doing one after the other could wait for ever.
    private struct Exchange {
        var input: ArraySlice<UInt8>
        var streams: Streams
        let maxOutput: Int
        var output: [UInt8] = []
        var errors: [UInt8] = []
        private var piece = [UInt8](repeating: 0, count: 256 << 10)

        init(input: ArraySlice<UInt8>, streams: Streams, maxOutput: Int) {
            self.input = input
            self.streams = streams
            self.maxOutput = maxOutput
        }

        /// Returns nil once the child has closed its output and its errors.
        mutating func run(until deadline: ContinuousClock.Instant) -> End? {
            while streams.output >= 0 || streams.errors >= 0 {
                if input.isEmpty { Exchange.end(&streams.input) }
                let left = deadline - ContinuousClock.now
                guard left > .zero else { return .late }
                var waiting = [
                    pollfd(fd: streams.output, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: streams.errors, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: streams.input, events: Int16(POLLOUT), revents: 0),
                ]
                let milliseconds = left.components.seconds * 1000 + 1
                guard poll(&waiting, 3, CInt(clamping: milliseconds)) > 0 else { continue }
                if waiting[0].revents != 0 { Exchange.take(&streams.output, &piece, into: &output) }
                if waiting[1].revents != 0 { Exchange.take(&streams.errors, &piece, into: &errors) }
                if waiting[2].revents != 0 { give() }
                guard output.count + errors.count <= maxOutput else { return .tooLong }
            }
            return nil
        }

        private static func take(_ stream: inout CInt, _ piece: inout [UInt8], into bytes: inout [UInt8]) {
            let count = read(stream, &piece, piece.count)
            if count > 0 {
                bytes += piece[..<count]
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                Exchange.end(&stream)
            }
        }

        private mutating func give() {
            let count = input.withUnsafeBytes { send(streams.input, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count > 0 {
                input = input.dropFirst(count)
            } else if errno != EAGAIN && errno != EINTR {
                input = []  // The child has ended without reading all of it; its status says whether that is wrong.
            }
        }

        private static func end(_ stream: inout CInt) {
            if stream >= 0 { close(stream) }
            stream = -1
        }

        mutating func closeAll() {
            Exchange.end(&streams.input)
            Exchange.end(&streams.output)
            Exchange.end(&streams.errors)
        }
    }
}
