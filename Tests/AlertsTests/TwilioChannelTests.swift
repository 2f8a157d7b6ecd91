import Domain
import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("SMS through Twilio")
struct TwilioChannelTests {
    private static let token = "s3cr3t-auth-token"

    private func channel(_ server: HTTPStub, from: String = "+4930123", timeoutSeconds: Double = 300) -> TwilioChannel {
        TwilioChannel(
            name: "sms", baseURL: server.baseURL, accountSID: "AC123", authToken: Self.token, from: from,
            timeoutSeconds: timeoutSeconds)
    }

    private func failure(_ answer: HTTPStub.Answer, timeoutSeconds: Double = 300) async throws -> AlertError? {
        let server = try HTTPStub(then: answer)
        defer { server.stop() }
        do {
            _ = try await channel(server, timeoutSeconds: timeoutSeconds).send(
                AlertDelivery(message: Samples.message(), incident: Samples.incident()))
            return nil
        } catch {
            return error
        }
    }

    @Test("a message is posted as Twilio wants it")
    func request() async throws {
        let server = try HTTPStub(then: .respond(201, body: #"{"sid":"SM1","status":"queued"}"#))
        defer { server.stop() }
        let text = "Object fell & broke, 50 % + ü https://a.example/i/t-1"
        _ = try await channel(server).send(
            AlertDelivery(message: Samples.message(text: text), incident: Samples.incident()))
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.target == "/2010-04-01/Accounts/AC123/Messages.json")
        #expect(request.form == ["To": "+491700000001", "From": "+4930123", "Body": text])
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(request.headers["authorization"] == "Basic " + Data("AC123:\(Self.token)".utf8).base64EncodedString())
    }

    @Test("a messaging service is named as such")
    func messagingService() async throws {
        let server = try HTTPStub(then: .respond(201))
        defer { server.stop() }
        let service = "MG" + String(repeating: "a", count: 32)
        _ = try await channel(server, from: service).send(
            AlertDelivery(message: Samples.message(), incident: Samples.incident()))
        #expect(server.requests.first?.form["MessagingServiceSid"] == service)
        #expect(server.requests.first?.form["From"] == nil)
    }

    @Test("what will never be taken is final, with Twilio's code and without the number", arguments: [21610, 21211])
    func permanent(_ code: Int) async throws {
        let body = #"{"code":\#(code),"message":"The number +491700000001 is not …","status":400}"#
        let error = try await failure(.respond(400, body: body))
        guard case .permanent(let reason) = error else { throw try #require(error) }
        #expect(reason.contains("\(code)"))
        #expect(!reason.contains("1700000001"))
    }

    @Test("a full queue is tried again after the pause that was asked for")
    func tooMany() async throws {
        let error = try await failure(.respond(429, headers: ["Retry-After": "17"], body: #"{"code":20429}"#))
        #expect(
            error
                == .temporary(
                    reason: "Twilio: HTTP 429, error 20429 (too many requests)", retryAfterSeconds: 17))
    }

    @Test("a wrong account is no fault of the message: it waits until that is put right", arguments: [401, 403, 404])
    func account(_ status: Int) async throws {
        let error = try await failure(.respond(status, body: #"{"code":20003}"#))
        #expect(
            error
                == .temporary(
                    reason: "Twilio: HTTP \(status), error 20003 (account SID or auth token is wrong)"))
    }

    @Test(
        "after 500, a closed connection, half an answer or none, nobody knows whether it went out",
        arguments: [
            HTTPStub.Answer.respond(500), .respond(502), .respond(504), .close, .breakOff, .silence,
        ])
    func unknown(_ answer: HTTPStub.Answer) async throws {
        let error = try await failure(answer, timeoutSeconds: answer == .silence ? 2 : 300)
        guard case .outcomeUnknown = error else { throw try #require(error) }
    }

    @Test("a server that is down is told at once, and is tried again")
    func down() async throws {
        let server = try HTTPStub()
        server.stop()
        let channel = channel(server)
        await #expect {
            _ = try await channel.send(AlertDelivery(message: Samples.message(), incident: Samples.incident()))
        } throws: { error in
            guard case AlertError.temporary(let reason, nil) = error else { return false }
            return reason.hasPrefix("no connection") && !reason.contains("127.0.0.1")
        }
    }

    @Test("redirects are not followed: the credentials stay")
    func redirect() async throws {
        let other = try HTTPStub()
        defer { other.stop() }
        let error = try await failure(.respond(307, headers: ["Location": other.baseURL + "/x"]))
        #expect(error == .temporary(reason: "Twilio: HTTP 307"))
        #expect(other.requests.isEmpty)
    }

    @Test(
        "an earlier attempt is found by the token of its link",
        arguments: [
            (
                #"{"messages":[{"body":"x"},{"body":"Sent from your Twilio trial account - https://a.example/i/tok-1"}]}"#,
                true
            ),
            (#"{"messages":[{"body":"Object fell. https://a.example/i/tok-2"}]}"#, false), (#"{"messages":[]}"#, false),
        ])
    func lookUp(_ body: String, _ expected: Bool) async throws {
        let server = try HTTPStub(then: .respond(200, body: body))
        defer { server.stop() }
        #expect(try await channel(server).wasSent(Samples.message()) == expected)
        let request = try #require(server.requests.first)
        #expect(request.method == "GET")
        #expect(request.target.hasPrefix("/2010-04-01/Accounts/AC123/Messages.json?"))
        #expect(request.query["To"] == "+491700000001")
        #expect(request.headers["authorization"]?.hasPrefix("Basic ") == true)
    }

    @Test(
        "a list that can't be read is an error, not a no",
        arguments: [
            HTTPStub.Answer.respond(200, body: "<html>"), .respond(500), .respond(401), .close,
        ])
    func lookUpFails(_ answer: HTTPStub.Answer) async throws {
        let server = try HTTPStub(then: answer)
        defer { server.stop() }
        await #expect(throws: AlertError.self) { _ = try await channel(server).wasSent(Samples.message()) }
    }

    @Test(
        "no error and no description holds the credentials, the recipient or the address",
        arguments: [
            HTTPStub.Answer.respond(400), .respond(401), .respond(500), .close, .breakOff,
        ])
    func noSecrets(_ answer: HTTPStub.Answer) async throws {
        let server = try HTTPStub(then: answer)
        defer { server.stop() }
        let channel = channel(server)
        var told = "\(channel) \(String(reflecting: channel))"
        do {
            _ = try await channel.send(AlertDelivery(message: Samples.message(), incident: Samples.incident()))
        } catch {
            told += " \(error) \(String(reflecting: error)) \(error.localizedDescription)"
        }
        let authorization = Data("AC123:\(Self.token)".utf8).base64EncodedString()
        for secret in [Self.token, "AC123", authorization, "1700000001", "tok-1", "\(server.port)"] {
            #expect(!told.contains(secret))
        }
    }
}
