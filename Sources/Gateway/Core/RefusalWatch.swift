package import Inference
package import Ledger
package import NetIO
import Synchronization
import Telemetry

/// Counts the requests that were turned away before they had a row in the ledger, and says so in the log.
///
/// An expired key, a wrong base URL or somebody who tries paths and keys leaves no row, so that nobody can fill the ledger
/// without a key. The metric counts each of them; the log has at most a line a minute for each kind. Any thread may call.
package final class RefusalWatch: Sendable {
    /// Where a request came in.
    package enum Port: String, Sendable { case `public`, admin }

    private struct Kind: Hashable {
        let port: Port
        let code: String
        let key: String?
    }

    private struct Told {
        let at: UInt64
        var unsaid = 0
    }

    private let metrics: GatewayMetrics
    private let log: GatewayLog
    private let told = Mutex<[Kind: Told]>([:])

    /// Nanoseconds between two lines of one kind.
    private static let pause: UInt64 = 60_000_000_000
    /// Kinds that are kept apart; keys beyond it are told without their name.
    private static let most = 256

    init(_ metrics: GatewayMetrics, _ log: GatewayLog) {
        self.metrics = metrics
        self.log = log
    }

    /// - Parameters:
    ///   - path: as it was sent; nil for bytes that are no request.
    ///   - key: the record behind the key that was sent, where it is one of the gateway's.
    ///   - now: nanoseconds of the monotonic clock.
    package func note(
        _ error: GatewayError, on port: Port, path: String? = nil, from peer: SocketAddress? = nil,
        key: KeyRecord? = nil, now: UInt64 = MonotonicClock.nanoseconds
    ) {
        metrics.refused(error, on: port)
        guard let count = countToTell(Kind(port: port, code: error.code, key: key?.id), now) else { return }
        log.refused(error, on: port, path: path, from: peer, key: key, count: count)
    }

    /// How many of the kind the line of now stands for; nil while the line before is young.
    private func countToTell(_ kind: Kind, _ now: UInt64) -> Int? {
        told.withLock { told in
            let kind =
                told[kind] == nil && told.count >= Self.most ? Kind(port: kind.port, code: kind.code, key: nil) : kind
            if let last = told[kind], now - last.at < Self.pause {
                told[kind]?.unsaid += 1
                return nil
            }
            let count = (told[kind]?.unsaid ?? 0) + 1
            told[kind] = Told(at: now)
            return count
        }
    }
}
