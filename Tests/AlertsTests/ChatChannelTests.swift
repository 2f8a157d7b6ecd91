import Domain
import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("Chat services")
struct ChatChannelTests {
    private struct Picture: PictureSource {
        /// Plain letters, because the stub keeps bodies as text.
        static let letters = String(repeating: "JPEG", count: 500)

        func picture(of incident: IncidentID, maximumBytes: Int) async -> Data? {
            Data(Self.letters.utf8.prefix(maximumBytes))
        }
    }

    private func delivery(_ text: String = "Fall <@here> & *dock*. https://a.example/i/tok", picture: Bool = true)
        -> AlertDelivery
    {
        AlertDelivery(
            message: Samples.message(recipient: "-100123", text: text), incident: Samples.incident(),
            subject: "Object fell, Gang „Ost“", pictures: picture ? Picture() : nil)
    }

    private func object(_ request: HTTPStub.Request?) throws -> [String: Any] {
        let body = try #require(request?.body)
        return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }

    private func failure(_ channel: any AlertChannel) async -> AlertError? {
        do {
            _ = try await channel.send(delivery())
            return nil
        } catch {
            return error
        }
    }

    @Test("Slack gets the text, with nothing in it that means something to Slack, and a button")
    func slack() async throws {
        let server = try HTTPStub(then: .respond(200, body: "ok"))
        defer { server.stop() }
        _ = try await SlackChannel(name: "s", url: server.baseURL + "/services/T/B/s3cret").send(delivery())
        let body = try object(server.requests.first)
        #expect(body["text"] as? String == "Fall &lt;@here&gt; &amp; *dock*.")
        #expect("\(body["blocks"] ?? "")".contains("https://a.example/i/tok"))
    }

    private func slackBot(_ server: HTTPStub) -> SlackBotChannel {
        SlackBotChannel(name: "s", baseURL: server.baseURL, token: "xoxb-s3cret", channel: "C1", timeoutSeconds: 300)
    }

    @Test(
        "a Slack bot puts the picture where Slack says, and shares it with text and link; the token goes to Slack alone"
    )
    func slackBot() async throws {
        let files = try HTTPStub(then: .respond(200, body: "OK - 2000"))
        let server = try HTTPStub { request, _ in
            request.target.hasSuffix("getUploadURLExternal")
                ? .respond(200, body: #"{"ok":true,"upload_url":"\#(files.baseURL)/up/1","file_id":"F1"}"#)
                : .respond(200, body: #"{"ok":true}"#)
        }
        defer { for stub in [files, server] { stub.stop() } }
        _ = try await slackBot(server).send(delivery())
        #expect(
            server.requests.map(\.target) == ["/api/files.getUploadURLExternal", "/api/files.completeUploadExternal"])
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer xoxb-s3cret" })
        #expect(server.requests[0].form == ["filename": "incident.jpg", "length": "2000"])
        #expect(files.requests.map(\.body) == [Picture.letters] && files.requests[0].headers["authorization"] == nil)
        let body = try object(server.requests.last)
        #expect(body["channel_id"] as? String == "C1" && "\(body["files"] ?? "")".contains("F1"))
        #expect(
            body["initial_comment"] as? String
                == "Fall &lt;@here&gt; &amp; *dock*. <https://a.example/i/tok|View the recording>")
    }

    @Test(
        "when Slack takes no picture, or there is none, the text goes alone and with its button",
        arguments: [false, true])
    func slackBotWithoutPicture(hasPicture: Bool) async throws {
        let server = try HTTPStub { request, _ in
            request.target.hasSuffix("getUploadURLExternal")
                ? .respond(200, body: #"{"ok":false,"error":"missing_scope"}"#) : .respond(200, body: #"{"ok":true}"#)
        }
        defer { server.stop() }
        _ = try await slackBot(server).send(delivery(picture: hasPicture))
        #expect(
            server.requests.last?.target == "/api/chat.postMessage" && server.requests.count == (hasPicture ? 2 : 1))
        let body = try object(server.requests.last)
        #expect(body["channel"] as? String == "C1" && "\(body["blocks"] ?? "")".contains("https://a.example/i/tok"))
    }

    @Test("what Slack refuses is told in its word, and waits until it is put right; too many are asked to wait")
    func slackBotRefusals() async throws {
        let server = try HTTPStub(
            [
                .respond(200, body: #"{"ok":false,"error":"not_in_channel"}"#),
                .respond(429, headers: ["Retry-After": "30"]),
            ],
            then: .close)
        defer { server.stop() }
        func failure() async -> AlertError? {
            do {
                _ = try await slackBot(server).send(delivery(picture: false))
                return nil
            } catch { return error }
        }
        #expect(await failure() == .temporary(reason: "Slack: not_in_channel"))
        #expect(await failure() == .temporary(reason: "Slack: HTTP 429", retryAfterSeconds: 30))
        guard case .outcomeUnknown = await failure() else {
            Issue.record("nobody knows whether it was taken")
            return
        }
    }

    @Test("Teams gets a card with the picture in it, within 28 KB")
    func teams() async throws {
        let server = try HTTPStub(then: .respond(202))
        defer { server.stop() }
        _ = try await TeamsChannel(name: "t", url: server.baseURL + "/workflows/s3cret").send(delivery())
        let body = try #require(server.requests.first?.body)
        #expect(body.contains("data:image/jpeg;base64,") && body.contains("AdaptiveCard") && body.utf8.count < 28_000)
        #expect(body.contains(#"\\*dock\\*"#) && body.contains("https://a.example/i/tok"))
    }

    @Test("Telegram gets the picture with the text below it, or the text alone, in one call")
    func telegram() async throws {
        let server = try HTTPStub(then: .respond(200, body: #"{"ok":true}"#))
        defer { server.stop() }
        let channel = TelegramChannel(name: "t", baseURL: server.baseURL, token: "12:s3cret")
        _ = try await channel.send(delivery())
        _ = try await channel.send(delivery(picture: false))
        #expect(server.requests.map(\.target) == ["/bot12:s3cret/sendPhoto", "/bot12:s3cret/sendMessage"])
        let photo = try #require(server.requests.first?.body)
        #expect(photo.contains(Picture.letters) && photo.contains("name=\"caption\"\r\n\r\nFall <@here> & *dock*."))
        #expect(photo.contains("name=\"chat_id\"\r\n\r\n-100123\r\n"))
    }

    @Test("Telegram's own words are understood: how long to wait, and that a chat is closed for good")
    func telegramRefusals() async throws {
        let server = try HTTPStub(
            [.respond(429, body: #"{"ok":false,"parameters":{"retry_after":17}}"#)], then: .respond(403))
        defer { server.stop() }
        let channel = TelegramChannel(name: "t", baseURL: server.baseURL, token: "12:s3cret")
        #expect(await failure(channel) == .temporary(reason: "Telegram: HTTP 429", retryAfterSeconds: 17))
        guard case .permanent = await failure(channel) else {
            Issue.record("a bot that was blocked stays blocked")
            return
        }
    }

    @Test("ntfy gets the picture with everything else in headers that no name can break")
    func ntfy() async throws {
        let server = try HTTPStub()
        defer { server.stop() }
        let channel = NtfyChannel(name: "n", url: server.baseURL + "/topic", token: "tk_s3cret")
        _ = try await channel.send(delivery("Fall\r\nEvil: 1. https://a.example/i/tok"))
        let request = try #require(server.requests.first)
        #expect(request.body == Picture.letters && request.headers["filename"] == "incident.jpg")
        #expect(request.headers["evil"] == nil && request.headers["message"] == "Fall  Evil: 1.")
        #expect(request.headers["click"] == "https://a.example/i/tok" && request.headers["priority"] == "5")
        #expect(request.headers["title"]?.hasPrefix("=?UTF-8?B?") == true)
        #expect(request.headers["authorization"] == "Bearer tk_s3cret")
    }

    @Test("an ntfy server that takes no pictures still gets the text")
    func ntfyWithoutAttachments() async throws {
        let server = try HTTPStub([.respond(400)])
        defer { server.stop() }
        _ = try await NtfyChannel(name: "n", url: server.baseURL + "/topic", token: nil).send(delivery())
        #expect(server.requests.count == 2 && server.requests.last?.body == "Fall <@here> & *dock*.")
    }

    @Test("none of them repeats its secret, whatever happens")
    func secrets() async throws {
        let server = try HTTPStub { _, number in number % 2 == 0 ? .respond(401, body: "s3cret") : .close }
        defer { server.stop() }
        let channels: [any AlertChannel] = [
            SlackChannel(name: "s", url: server.baseURL + "/s3cret"),
            SlackBotChannel(name: "b", baseURL: server.baseURL, token: "s3cret", channel: "C1"),
            TeamsChannel(name: "t", url: server.baseURL + "/s3cret"),
            TelegramChannel(name: "t", baseURL: server.baseURL, token: "s3cret"),
            NtfyChannel(name: "n", url: server.baseURL + "/s3cret", token: "s3cret"),
            WebhookChannel(name: "w", url: server.baseURL + "/s3cret", secret: "s3cret"),
        ]
        for channel in channels {
            for _ in 0..<2 {
                let error = try #require(await failure(channel))
                #expect(!"\(error) \(channel)".contains("s3cret"))
            }
        }
    }

    @Test("a webhook's signature is what the receiver computes")
    func signature() async throws {
        let server = try HTTPStub()
        defer { server.stop() }
        let channel = WebhookChannel(
            name: "w", url: server.baseURL, secret: "key", clock: ManualClock(date: Samples.start))
        _ = try await channel.send(delivery())
        let request = try #require(server.requests.first)
        let expected = WebhookSignature.value(secret: "key", body: Data(request.body.utf8), at: 1_779_969_751)
        #expect(request.headers["x-aislewatch-signature"] == expected)
        // python3 -c 'import hmac; print(hmac.new(b"key", b"1.{}", "sha256").hexdigest())'
        #expect(
            WebhookSignature.value(secret: "key", body: Data("{}".utf8), at: 1)
                == "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224")
    }
}
