import Glibc

/// A connected socket that does not block. Closed when its last owner lets go of it.
package final class StreamSocket {
    private let descriptor: FileDescriptor

    package var rawValue: CInt { descriptor.rawValue }

    package init(owning raw: CInt) {
        descriptor = FileDescriptor(owning: raw)
        // Small writes go out at once: an event of a stream must not wait for the next. Fails on Unix sockets, harmlessly.
        var one: CInt = 1
        setsockopt(raw, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Reads what is there into `buffer`. `.bytes(0)` is the peer's end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> IOResult {
        let count = retryingInterrupts { recv(rawValue, buffer.baseAddress, buffer.count, 0) }
        if count >= 0 { return .bytes(count) }
        if errno == EAGAIN { return .wouldBlock }
        throw SystemError("recv")
    }

    /// Writes as much of `bytes` as the kernel takes. A peer that is gone throws and raises no signal.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> IOResult {
        let count = retryingInterrupts { send(rawValue, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) }
        if count >= 0 { return .bytes(count) }
        if errno == EAGAIN { return .wouldBlock }
        throw SystemError("send")
    }

    /// Writes as much of `first` and then `second` as the kernel takes, in one call.
    package func write(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) throws(SystemError) -> IOResult {
        var parts = (
            iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count),
            iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
        )
        let count = withUnsafeMutableBytes(of: &parts) { parts in
            var message = msghdr()
            message.msg_iov = parts.baseAddress?.assumingMemoryBound(to: iovec.self)
            message.msg_iovlen = 2
            return retryingInterrupts { sendmsg(rawValue, &message, CInt(MSG_NOSIGNAL)) }
        }
        if count >= 0 { return .bytes(count) }
        if errno == EAGAIN { return .wouldBlock }
        throw SystemError("sendmsg")
    }

    /// Sends the end of our side; the peer may still read what was written.
    package func shutdownWriting() {
        _ = shutdown(rawValue, CInt(SHUT_WR))
    }

    /// Makes the close that follows a reset, so that a peer cannot take it for a clean end.
    package func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
