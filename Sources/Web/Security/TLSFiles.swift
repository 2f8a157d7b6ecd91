public import Foundation
import HummingbirdTLS

/// The server's certificate (with its chain) and key, in PEM files.
public struct TLSFiles: Hashable, Sendable {
    public var certificate: URL
    public var key: URL

    public init(certificate: URL, key: URL) {
        self.certificate = certificate
        self.key = key
    }

    /// - Throws: ``WebError/badCertificate(path:reason:)``.
    func configuration() throws -> TLSConfiguration {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate.path)
            guard !chain.isEmpty else { throw WebError.badCertificate(path: certificate.path, reason: "it is empty") }
        } catch let error as WebError {
            throw error
        } catch {
            throw WebError.badCertificate(path: certificate.path, reason: "\(error)")
        }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(file: key.path, format: .pem)
        } catch {
            throw WebError.badCertificate(path: key.path, reason: "\(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
