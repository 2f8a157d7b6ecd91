import Foundation
import TestSupport

/// A certificate for 127.0.0.1 and localhost, and the authority that vouches for it, made by openssl.
final class Certificates: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let folder: TemporaryDirectory

    /// PEM files.
    var authority: String { folder.file("ca.pem").path }
    var certificate: String { folder.file("cert.pem").path }
    var key: String { folder.file("key.pem").path }

    init() throws {
        folder = try TemporaryDirectory()
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try run(
            ["req", "-x509"] + curve + [
                "-keyout", folder.file("ca.key").path, "-out", authority, "-days", "2", "-subj", "/CN=Test authority",
            ])
        try run(
            ["req", "-new"] + curve + [
                "-keyout", key, "-out", folder.file("cert.csr").path, "-subj", "/CN=localhost",
            ])
        let names = folder.file("names.txt")
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1\n".utf8).write(to: names)
        try run([
            "x509", "-req", "-in", folder.file("cert.csr").path, "-CA", authority, "-CAkey",
            folder.file("ca.key").path, "-CAcreateserial", "-days", "2", "-extfile", names.path, "-out", certificate,
        ])
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: text) }
    }
}
