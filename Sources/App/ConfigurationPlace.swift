import Domain
public import Foundation
import Glibc
import Settings

/// Where the configuration of somebody lies who names none, and the first one on a machine that has none yet.
public struct ConfigurationPlace: Sendable {
    /// What the service uses.
    public static let service = URL(filePath: "/etc/aislewatch/aislewatch.yaml")

    /// The file.
    public let file: URL

    /// The first of these that holds: the service's file, when it can be read; the user's own
    /// (`$XDG_CONFIG_HOME/aislewatch/aislewatch.yaml`, else `~/.config/aislewatch/aislewatch.yaml`), when it is there; the
    /// service's, when its folder is there and can be written; the user's own; for a process without a home the service's.
    ///
    /// - Parameters:
    ///   - environment: Names the home.
    ///   - service: For tests.
    public init(environment: [String: String], service: URL = Self.service) {
        let own = Self.own(environment)
        func isReadable(_ url: URL) -> Bool { access(url.path, R_OK) == 0 }
        if let own, !isReadable(service) {
            let isThere = access(service.path, F_OK) == 0
            let folder = service.deletingLastPathComponent().path
            file = isReadable(own) || isThere || access(folder, W_OK) != 0 ? own : service
        } else {
            file = service
        }
    }

    private static func own(_ environment: [String: String]) -> URL? {
        func folder(_ name: String) -> URL? {
            environment[name].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil }
        }
        return (folder("XDG_CONFIG_HOME") ?? folder("HOME")?.appending(path: ".config"))?
            .appending(path: "aislewatch/aislewatch.yaml")
    }

    /// Whether there is something under that name, readable or not.
    public var isThere: Bool { access(file.path, F_OK) == 0 }

    /// Makes the first configuration, whole or not at all: one without cameras, since they are added on the page.
    ///
    /// Where the usual port is taken, the next free one is written down.
    /// - Throws: What keeps the file from being written, in one line.
    public func makeFile() throws {
        let usual = WebConfiguration().port
        let port = (usual..<usual + 20).first(where: Self.isFree) ?? usual
        try ConfigurationFile.write(Data(Self.text(port: port, usual: usual).utf8), to: file, mode: 0o640)
    }

    /// - Parameter port: Written out where it is not the usual one, which a comment shows otherwise.
    static func text(port: Int, usual: Int) -> String {
        let isUsual = port == usual
        return """
            # Aislewatch's configuration, made at its first start. The pages change it and keep these comments; what is changed
            # here holds after SIGHUP (`systemctl reload aislewatch`). Check it with `aislewatch check-config`. Every setting
            # is explained in aislewatch.yaml of the folder configs.

            # Shown on the pages and in messages:
            # site:
            #   name: Warehouse North
            #   time_zone: Europe/Berlin

            # The pages can be opened on this machine only, until host says 0.0.0.0 (then use TLS as well).
            \(isUsual ? "# " : "")web:
            #   host: 127.0.0.1
            \(isUsual ? "# " : "")  port: \(port)

            # One is added on the page: Set-up, Cameras. Or here: "- id: dock" and below it "url: rtsp://…".
            cameras: []

            """
    }

    /// Whether nobody listens there on this machine.
    private static func isFree(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0, let number = in_port_t(exactly: port) else { return false }
        defer { close(socket) }
        // What has just been closed there does not count, as for the server itself.
        var isReused: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
