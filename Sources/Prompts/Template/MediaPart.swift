import JSON

/// A picture or document of a message.
struct MediaPart: Sendable, Equatable {
    var url: String
    var contentType: String?

    /// Returns why the address may not go to a model, or nil when it may.
    ///
    /// The vendor fetches it, not the gateway; still, nothing that names a machine inside a network goes out.
    ///
    /// - Parameter hosts: the only hosts to name, where a list is kept; `*.example.com` stands for all below it.
    static func refusal(of url: String, hosts: [String]? = nil) -> String? {
        if url.hasPrefix("data:") { return nil }
        guard url.hasPrefix("https://") else { return "a media URL begins with https:// or data:" }
        let authority = url.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@"), !authority.contains("\\") else { return "a media URL has no user and password" }
        let host = authority.prefix { $0 != ":" }
        guard host.utf8.allSatisfy(isHostByte) || authority.hasPrefix("[") else {
            return "a media URL names its host in ASCII: write international names as xn--…"
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress =
            labels.last.map { $0.isEmpty || $0.utf8.allSatisfy(Ascii.isDigit) || $0.hasPrefix("0x") } ?? true
        guard labels.count > 1, !isAddress, !authority.hasPrefix("[") else {
            return "a media URL names a public host, not an address or a local name"
        }
        guard !["localhost", "local", "internal"].contains(labels.last.map { $0.lowercased() } ?? "") else {
            return "a media URL names a public host, not an address or a local name"
        }
        if let hosts, !hosts.contains(where: { allows($0, String(host).lowercased()) }) {
            return "the gateway's prompts.media_hosts does not list the host of the media URL"
        }
        return nil
    }

    /// What other letters, digits, dots and escapes mean in a host is for each reader to say, so there are none.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func allows(_ pattern: String, _ host: String) -> Bool {
        let pattern = pattern.lowercased()
        return pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) : host == pattern
    }

    /// Whether it is a document; everything else is a picture.
    private var isDocument: Bool {
        contentType == "application/pdf" || contentType == nil && url.hasPrefix("data:application/pdf")
    }

    func write(to writer: inout JSONWriter, _ form: MessageForm) {
        writer.beginObject()
        switch (form, isDocument) {
        case (.chat, true):
            writer.member("type", "file")
            writer.name("file")
            writer.beginObject()
            writer.member("filename", "document.pdf")
            writer.member("file_data", url)
            writer.endObject()
        case (.chat, false):
            writer.member("type", "image_url")
            writer.name("image_url")
            writer.beginObject()
            writer.member("url", url)
            writer.endObject()
        case (.responses, true) where url.hasPrefix("data:"):
            writer.member("type", "input_file")
            writer.member("filename", "document.pdf")
            writer.member("file_data", url)
        case (.responses, true):
            writer.member("type", "input_file")
            writer.member("file_url", url)
        case (.responses, false):
            writer.member("type", "input_image")
            writer.member("image_url", url)
        }
        writer.endObject()
    }
}
