import Foundation
import Synchronization

/// nginx with HTTP/2 over TLS in front of a scripted server: what the script does, it turns into frames.
final class NginxServer: Sendable {
    static let program = "/usr/sbin/nginx"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program) && TestCertificate.canBeMade

    let port: UInt16
    let certificate: TestCertificate
    private let process: Mutex<Process>

    /// - Parameter requests: after so many on a connection it says goodbye (GOAWAY).
    init(before backend: ScriptedServer, requestsPerConnection requests: Int = 1000) throws {
        certificate = try TestCertificate(subject: "IP:127.0.0.1")
        port = try NginxServer.freePort()
        let folder = certificate.folder.path
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log stderr crit;
            events { worker_connections 256; }
            http {
              access_log off; client_body_temp_path \(folder)/b; proxy_temp_path \(folder)/p;
              fastcgi_temp_path \(folder)/f; uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s;
              client_max_body_size 64m; keepalive_requests \(requests);
              server {
                listen 127.0.0.1:\(port) ssl http2;
                ssl_certificate \(certificate.certificate); ssl_certificate_key \(certificate.key);
                add_header x-protocol $server_protocol always; add_header x-connection $connection always;
                location / {
                  proxy_pass http://127.0.0.1:\(backend.port); proxy_http_version 1.1;
                  proxy_buffering off; proxy_request_buffering off; proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;
                }
              }
            }
            """
        let file = folder + "/nginx.conf"
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: NginxServer.program)
        process.arguments = ["-e", "stderr", "-p", folder, "-c", file]
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: folder + "/pid") { usleep(5_000) }
    }

    private static func freePort() throws -> UInt16 {
        let (listener, port) = try listeningSocket()
        close(listener)
        return port
    }

    var url: String { "https://127.0.0.1:\(port)" }

    /// Ends it at once: its connections break without a goodbye of TLS's or HTTP/2's.
    func kill() {
        process.withLock { process in
            if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
    }

    deinit { kill() }
}
