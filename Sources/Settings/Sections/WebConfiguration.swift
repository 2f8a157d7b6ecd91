/// `web`: where the pages behind the alerts' links are served.
public struct WebConfiguration: Hashable, Sendable {
    /// The address to listen on. Default: this machine alone, for a proxy that adds TLS.
    public var host = "127.0.0.1"
    /// The port to listen on. 1 to 65535. Default: 8080.
    public var port = 8080

    public init() {}

    init(reading section: Section) {
        if let text = section.text("host", allowed: "an IP address or a host name") {
            let isHost = text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:".contains($0)) }
            if isHost {
                host = text.value
            } else {
                section.refuse(
                    "host", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: "an IP address or a host name, without http:// and without a port")
            }
        }
        port = section.integer("port", default: port, in: 1...65535, unit: "")
        section.finish()
    }
}
