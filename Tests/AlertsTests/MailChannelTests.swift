import Domain
import Foundation
import TestSupport
import Testing

@testable import Alerts

/// A real mail server on loopback (aiosmtpd), with TLS.
@Suite("Mail", .timeLimit(.minutes(10)))
struct MailChannelTests {
    private struct Mail: Decodable {
        var from: String
        var to: [String]
        var tls: Bool
        var user: String?
        var data: String
    }

    private struct Picture: PictureSource {
        let data: Data

        func picture(of incident: IncidentID, maximumBytes: Int) async -> Data? { data }
    }

    private struct Server {
        let folder: TemporaryDirectory
        let process: ServerProcess
        let port: Int
        var caFile: String { folder.file("cert.pem").path }

        init(_ arguments: String...) async throws {
            folder = try TemporaryDirectory()
            process = try ServerProcess(
                [TestSite.python, TestSite.support("smtp_server.py"), "--folder", folder.url.path] + arguments)
            try await process.wait(for: "ready ")
            port = process.lines.compactMap { Int($0.dropFirst(6)) }.first ?? 0
        }

        func mails() throws -> [Mail] {
            try process.lines.filter { $0.hasPrefix("{") }.map {
                try JSONDecoder().decode(Mail.self, from: Data($0.utf8))
            }
        }

        func channel(
            _ security: SMTPServer.Security = .startTLS, user: String? = nil, password: String? = nil,
            caFile: String? = nil
        ) -> MailChannel {
            MailChannel(
                name: "mail",
                server: SMTPServer(
                    host: "localhost", port: port, security: security, user: user, password: password,
                    caFile: caFile ?? self.caFile),
                from: "aislewatch@example.com", footer: "Hall 7 · Aislewatch", clock: ManualClock(date: Samples.start))
        }
    }

    private func delivery(
        _ subject: String = "Object fell from rack", to recipient: String = "ann@example.com", picture: Data? = nil
    ) -> AlertDelivery {
        AlertDelivery(
            message: Samples.message(
                channel: "mail", recipient: recipient, text: "Object fell <here>. https://a.example/i/tok-1"),
            incident: Samples.incident(), subject: subject, pictures: picture.map(Picture.init))
    }

    private func failure(_ channel: MailChannel, _ delivery: AlertDelivery) async throws -> AlertError? {
        do {
            _ = try await channel.send(delivery)
            return nil
        } catch {
            return error
        }
    }

    @Test("with STARTTLS and a password a mail arrives whole, with its picture inline")
    func arrives() async throws {
        let server = try await Server("--user", "sender", "--password", "s3 cret")
        let picture = Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        _ = try await server.channel(user: "sender", password: "s3 cret").send(delivery(picture: picture))
        try await server.process.wait(for: "taken")
        let mail = try #require(try server.mails().first)
        #expect(mail.from == "aislewatch@example.com" && mail.to == ["ann@example.com"])
        #expect(mail.tls && mail.user == "sender")
        let lines = mail.data.components(separatedBy: "\r\n")
        #expect(lines.contains("Subject: Object fell from rack") && lines.contains("Message-ID: <key-1@example.com>"))
        #expect(lines.contains("Date: Thu, 28 May 2026 12:02:31 +0000"))
        #expect(lines.contains("Content-ID: <picture>") && lines.allSatisfy { $0.utf8.count <= 200 })
        let encoded = try #require(mail.data.components(separatedBy: "incident.jpg\"\r\n\r\n").last)
        let base64 = encoded.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(of: "\r\n", with: "")
        #expect(Data(base64Encoded: base64) == picture)
        let html = mail.data.components(separatedBy: "text/html").last.flatMap { part in
            Data(base64Encoded: part.components(separatedBy: "\r\n\r\n")[1].replacingOccurrences(of: "\r\n", with: ""))
        }
        let page = String(decoding: try #require(html), as: UTF8.self)
        #expect(page.contains("Object fell &lt;here&gt;.") && page.contains("href=\"https://a.example/i/tok-1\""))
        #expect(page.contains("src=\"cid:picture\""))
    }

    @Test("TLS from the first byte works too")
    func implicitTLS() async throws {
        let server = try await Server("--tls", "tls")
        _ = try await server.channel(.tls).send(delivery())
        try await server.process.wait(for: "taken")
        #expect(try server.mails().count == 1)
    }

    @Test("a certificate that nobody vouches for, and a server without TLS, get nothing")
    func untrusted() async throws {
        let server = try await Server()
        let elsewhere = try await Server("--tls", "none")
        let untrusted = server.channel(caFile: "/etc/ssl/certs/ca-certificates.crt")
        let reason = "mail: the server's certificate is not trusted, or it offers no TLS"
        #expect(try await failure(untrusted, delivery()) == .temporary(reason: reason))
        let plain = elsewhere.channel(caFile: server.caFile)
        #expect(try await failure(plain, delivery()) == .temporary(reason: reason))
        #expect(try server.mails().isEmpty && elsewhere.mails().isEmpty)
    }

    @Test("a wrong password, a refusal for good and one for now are told apart, without names")
    func refusals() async throws {
        let server = try await Server(
            "--user", "sender", "--password", "s3cret", "--refuse", "gone@example.com=550", "--refuse",
            "full@example.com=452")
        let wrong = server.channel(user: "sender", password: "wr0ng")
        guard case .temporary(let reason, _) = try await failure(wrong, delivery()) else {
            Issue.record("a wrong password can be put right")
            return
        }
        #expect(
            reason.contains("user or password") && !reason.contains("wr0ng") && !reason.contains("sender"), "\(reason)")
        let channel = server.channel(user: "sender", password: "s3cret")
        #expect(
            try await failure(channel, delivery(to: "gone@example.com"))
                == .permanent(reason: "mail: refused, reply 550"))
        #expect(
            try await failure(channel, delivery(to: "full@example.com"))
                == .temporary(reason: "mail: not now, reply 452"))
    }

    @Test("a server that vanishes with the mail in its hands may have it; the repetition has the same Message-ID")
    func brokenOff() async throws {
        let server = try await Server("--drop-after-data", "1")
        let channel = server.channel()
        guard case .outcomeUnknown = try await failure(channel, delivery()) else {
            Issue.record("nobody knows whether it was taken")
            return
        }
        _ = try await channel.send(delivery())
        try await server.process.wait(for: "taken", count: 2)
        let ids = try server.mails().map { mail in
            mail.data.components(separatedBy: "\r\n").filter { $0.hasPrefix("Message-ID:") }
        }
        #expect(ids.count == 2 && ids[0] == ids[1])
    }

    @Test("a server that is down is told at once")
    func down() async throws {
        let server = try await Server("--tls", "none")
        server.process.kill()
        let error = try await failure(server.channel(.none), delivery())
        #expect(error == .temporary(reason: "mail: no connection to the server"))
    }

    @Test("no name can add a header, a recipient or a part")
    func injection() async throws {
        let server = try await Server("--tls", "none")
        let evil = "Dock\r\nBcc: eve@example.com\r\n\r\nbody"
        let sent = delivery(evil, to: "ann@example.com>\r\nRCPT TO:<eve@example.com")
        _ = try? await server.channel(.none).send(sent)
        _ = try await server.channel(.none).send(
            delivery("Gang „Ost“ – Überschwemmung im Regal, sehr lange Zeile, damit sie umbricht"))
        try await server.process.wait(for: #""to": ["ann@example.com"]"#)
        for mail in try server.mails() {
            #expect(!mail.to.contains("eve@example.com"))
            let head = mail.data.components(separatedBy: "\r\n\r\n")[0]
            #expect(!head.contains("\r\nBcc:"))
        }
        let last = try #require(try server.mails().last)
        let subject = try #require(last.data.range(of: "Subject: =?UTF-8?B?"))
        #expect(!last.data[subject.lowerBound...].prefix(300).contains("Ü"))
    }
}
