import HTTPTypes

/// A transfer of which something was read already, or put in its place: that comes first.
final class ReplayedTransfer: UpstreamTransfer {
    private var first: [UInt8]
    private let transfer: any UpstreamTransfer
    private let goesOn: Bool

    /// - Parameter goesOn: whether the rest of `transfer` follows; if not, it was read to its end.
    init(_ first: [UInt8], of transfer: any UpstreamTransfer, goesOn: Bool) {
        self.first = first
        self.transfer = transfer
        self.goesOn = goesOn
    }

    func head() async throws(TransferFailure) -> HTTPResponseHead { try await transfer.head() }

    func next() async throws(TransferFailure) -> [UInt8]? {
        guard first.isEmpty else {
            defer { first = [] }
            return first
        }
        return goesOn ? try await transfer.next() : nil
    }

    func whole(limit: Int) async throws(TransferFailure) -> [UInt8] {
        guard first.count <= limit else { throw .tooLarge }
        defer { first = [] }
        return goesOn ? first + (try await transfer.whole(limit: limit - first.count)) : first
    }

    func cancel() { transfer.cancel() }

    var requestWasWritten: Bool { transfer.requestWasWritten }
    var bytesReceived: Int { transfer.bytesReceived }
    var connectionReused: Bool? { transfer.connectionReused }
}
