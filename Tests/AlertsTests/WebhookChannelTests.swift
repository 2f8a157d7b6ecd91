import Domain
import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("Webhooks")
struct WebhookChannelTests {
    private func failure(_ answer: HTTPStub.Answer, timeoutSeconds: Double = 300) async throws -> AlertError? {
        let server = try HTTPStub(then: answer)
        defer { server.stop() }
        let channel = WebhookChannel(
            name: "hook", url: server.baseURL + "/x?key=s3cret", timeoutSeconds: timeoutSeconds)
        do {
            _ = try await channel.send(
                AlertDelivery(message: Samples.message(channel: "hook", recipient: ""), incident: Samples.incident()))
            return nil
        } catch {
            #expect(!"\(error)".contains("s3cret") && !"\(error)".contains("127.0.0.1"))
            return error
        }
    }

    @Test("the receiver gets the key, the text, the link and the incident")
    func request() async throws {
        let server = try HTTPStub(then: .respond(204))
        defer { server.stop() }
        let channel = WebhookChannel(
            name: "hook", url: server.baseURL + "/in?key=s3cret", headers: ["Authorization": "Bearer abc"])
        let incident = Samples.incident {
            $0.dropMetres = 2.5; $0.zoneName = "walkway"
        }
        _ = try await channel.send(
            AlertDelivery(message: Samples.message(channel: "hook", recipient: ""), incident: incident))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/in?key=s3cret")
        #expect(request.headers["idempotency-key"] == "key-1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["authorization"] == "Bearer abc")
        let expected = #"""
            {"idempotency_key":"key-1","incident":{"camera":"aisle-4","confirmed":"2026-05-28T12:02:31.500Z",\#
            "drop_metres":2.5,"end":"2026-05-28T12:02:32.000Z","frame_size":[1280,720],"id":"01a",\#
            "kind":"falling_object","kinds":["falling_object"],"region":[10,20,30,40],"severity":"high",\#
            "start":"2026-05-28T12:02:31.000Z","zone":"walkway"},"link":"https://a.example/i/tok-1","purpose":"incident",\#
            "text":"Object fell. https://a.example/i/tok-1","version":1}
            """#
        #expect(request.body == expected)
        #expect(!"\(channel) \(String(reflecting: channel))".contains("s3cret"))
    }

    @Test("any 2xx is taken", arguments: [200, 201, 202, 204])
    func taken(_ status: Int) async throws { #expect(try await failure(.respond(status)) == nil) }

    @Test("what the receiver calls wrong is final", arguments: [400, 410, 413, 422])
    func permanent(_ status: Int) async throws {
        #expect(try await failure(.respond(status)) == .permanent(reason: "webhook: HTTP \(status)"))
    }

    @Test("what can get better is tried again", arguments: [302, 401, 404, 429, 500, 503])
    func temporary(_ status: Int) async throws {
        #expect(
            try await failure(.respond(status, headers: ["Retry-After": "5"]))
                == .temporary(reason: "webhook: HTTP \(status)", retryAfterSeconds: 5))
    }

    @Test(
        "a connection that breaks, or an answer that does not come, is tried again",
        arguments: [
            HTTPStub.Answer.close, .breakOff, .silence,
        ])
    func broken(_ answer: HTTPStub.Answer) async throws {
        let error = try await failure(answer, timeoutSeconds: answer == .silence ? 2 : 300)
        guard case .outcomeUnknown = error else { throw try #require(error) }
    }

    @Test("a Retry-After that is no number of seconds is ignored", arguments: ["-3", "soon", "nan", "inf"])
    func oddRetryAfter(_ value: String) async throws {
        #expect(
            try await failure(.respond(503, headers: ["Retry-After": value]))
                == .temporary(reason: "webhook: HTTP 503", retryAfterSeconds: nil))
    }

    @Test(
        "an address that is none is told without being repeated", arguments: ["", "not a url s3cret", "ftp://s3cret/"])
    func invalidAddress(_ url: String) async throws {
        let channel = WebhookChannel(name: "hook", url: url)
        await #expect {
            _ = try await channel.send(AlertDelivery(message: Samples.message(), incident: Samples.incident()))
        } throws: { !"\($0)".contains("s3cret") && $0 is AlertError }
    }
}
