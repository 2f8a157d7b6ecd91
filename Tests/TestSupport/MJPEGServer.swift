import Foundation
import Synchronization

/// Shows a file once as MJPEG over HTTP, at its own speed, to the first client; as simple cameras do.
public final class MJPEGServer: Sendable {
    public let port: Int
    private let listener: Int32
    private let process = Mutex<Process?>(nil)

    public var url: String { "http://127.0.0.1:\(port)/video" }

    /// Listens on a free port.
    public init(showing file: URL) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 4) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isListening else {
            close(listener)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in serve(file) }
    }

    deinit { stop() }

    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        process.withLock { process in
            process?.terminate()
            process = nil
        }
    }

    private func serve(_ file: URL) {
        defer { close(listener) }
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        let handle = FileHandle(fileDescriptor: client, closeOnDealloc: true)
        var request = Data()
        while request.range(of: Data("\r\n\r\n".utf8)) == nil {
            guard let some = try? handle.read(upToCount: 1), !some.isEmpty else { return }
            request += some
        }
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=ffmpeg\r\nConnection: close\r\n\r\n"
        guard (try? handle.write(contentsOf: Data(head.utf8))) != nil else { return }
        let player = Process()
        player.executableURL = URL(filePath: "/usr/bin/env")
        player.arguments = [
            "ffmpeg", "-nostdin", "-v", "quiet", "-re", "-i", file.path, "-f", "mpjpeg", "-boundary_tag", "ffmpeg", "-",
        ]
        player.standardOutput = handle
        guard (try? player.run()) != nil else { return }
        process.withLock { $0 = player }
        player.waitUntilExit()
    }
}
