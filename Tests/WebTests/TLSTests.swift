import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

@testable import Web

@Suite("TLS from given files", .timeLimit(.minutes(5)))
struct TLSTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func identity(certificate: String = Self.certificate, key: String = Self.key) throws -> TLSIdentity {
        let files = (certificate: directory.file("cert.pem"), key: directory.file("key.pem"))
        try Data(certificate.utf8).write(to: files.certificate)
        try Data(key.utf8).write(to: files.key)
        return try BlockingWork.permitted { try TLSIdentity(certificate: files.certificate, key: files.key) }
    }

    @Test("pages come over it, and a session's cookie is for it alone")
    func serves() async throws {
        let api = try APISite(tls: identity())
        try await api.server.application.test(.ahc(.https)) { client in
            let health = try await client.execute(uri: "/health", method: .get)
            #expect(health.status == .ok)
            let body = ByteBuffer(string: #"{"name":"viewer1","password":"\#(APISite.password)"}"#)
            let answer = try await client.execute(
                uri: "/api/v1/session", method: .post, headers: [.contentType: "application/json"], body: body)
            #expect(answer.status == .ok)
            #expect(answer.headers[.setCookie]?.contains("; Secure") == true)
        }
    }

    @Test("a request without it gets no answer")
    func plain() async throws {
        let api = try APISite(tls: identity())
        try await api.server.application.test(.ahc(.https)) { client in
            let port = try #require(client.port)
            let connection = try Connection(port: port)
            try await connection.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = (try? await connection.receive(atLeast: 8)) ?? ""
            #expect(!answer.hasPrefix("HTTP/"))
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
        }
    }

    @Test("files that are missing, empty or no PEM are named, with the reason")
    func wrong() throws {
        #expect(throws: WebError.self) {
            try BlockingWork.permitted {
                try TLSIdentity(certificate: directory.file("none"), key: directory.file("none"))
            }
        }
        for (certificate, key) in [("", Self.key), ("x", Self.key), (Self.certificate, ""), (Self.certificate, "x")] {
            do {
                _ = try identity(certificate: certificate, key: key)
                Issue.record("taken: \(certificate.count) and \(key.count) bytes")
            } catch {
                #expect("\(error)".contains(directory.file(certificate.count < 2 ? "cert.pem" : "key.pem").path))
            }
        }
    }

    // Made for these tests, used nowhere else; valid until 2126.
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBlTCCATugAwIBAgIUE2zADNZL81NWvgNRSwEFZC9rcrYwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjEwMTUxNloYDzIxMjYxMTAy
        MTAxNTE2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATXlaiQBDIopk440mYZlOQ9k4lmz6gTKeW963A6Ij6jvqE0Gb9+0hbL
        lJfGgk9ez921aaF6xcjSlDOj7yqDCXX7o2kwZzAdBgNVHQ4EFgQU8rX829wVm2Rk
        AxLXFQ4HeW1Mcv8wHwYDVR0jBBgwFoAU8rX829wVm2RkAxLXFQ4HeW1Mcv8wDwYD
        VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
        SAAwRQIhALo8oHnffVwvjfxqiNxm9AIFxVxpp9Jwe2Hao6pTnR4JAiAZNHJhdlQy
        CIjAGN08lK/gvA7HC+36uNest6xQSrFA6w==
        -----END CERTIFICATE-----
        """
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIyh65mMe/b3iWbQ1
        kxTPuSLerX8AO+GOqvjHwS3WRVWhRANCAATXlaiQBDIopk440mYZlOQ9k4lmz6gT
        KeW963A6Ij6jvqE0Gb9+0hbLlJfGgk9ez921aaF6xcjSlDOj7yqDCXX7
        -----END PRIVATE KEY-----
        """
}
