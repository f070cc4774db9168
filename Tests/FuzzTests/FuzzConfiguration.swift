import Gateway
import Glibc

/// A configuration file is read or refused with a place. Needs a file, since the reader opens it itself.
func fuzzConfiguration(_ bytes: [UInt8]) {
    let path = "/tmp/llmgw-fuzz-\(getpid())-\(pthread_self()).yaml"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, bytes, bytes.count)
    close(descriptor)
    defer { unlink(path) }
    let load = Configuration.load(path: path, environment: ["NAME": "value"], today: "2026-11-21")
    let isRefused = load.diagnostics.contains { $0.severity == .error }
    precondition(load.configuration != nil || isRefused, "refused without a reason")
}
