import Domain
import Foundation
import TestSupport
import Testing

@testable import Verification

/// Against a real server on the loopback that answers well, slowly, wrongly and not at all.
@Suite("The model's answer")
struct VerificationClientTests {
    private static let camera = CameraID(rawValue: "aisle-4") ?? CameraID(rawValue: "a")!

    static func incident(_ kind: IncidentKind = .fallingObject) -> Incident {
        let time = MediaTime(epoch: 0, seconds: 5), date = Date(timeIntervalSince1970: 1_780_000_000)
        return Incident(
            id: IncidentID(rawValue: "01a"), camera: camera, kind: kind, severity: .medium, start: time, end: time,
            confirmed: time, startDate: date, endDate: date, confirmedDate: date,
            region: Region(x: 10, y: 10, width: 40, height: 40), frameSize: FrameSize(width: 160, height: 90))
    }

    private func completion(_ content: String) -> String {
        let data = try? JSONEncoder().encode(["choices": [["message": ["content": content]]]])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private func ask(
        _ answer: HTTPStub.Answer, seconds: Double = 20, key: String? = "k3y"
    ) async throws -> (Result<VerificationAnswer, VerificationFailure>, [HTTPStub.Request]) {
        let stub = try HTTPStub([], then: answer)
        defer { stub.stop() }
        let base = try #require(URL(string: stub.baseURL + "/v1"))
        let client = VerificationClient(
            settings: VerificationSettings(baseURL: base, model: "see-1", apiKey: key, timeLimitSeconds: seconds),
            clock: ManualClock())
        do {
            return (
                .success(try await client.ask(Self.incident(), frames: [Data([1, 2, 3]), Data([4])])), stub.requests
            )
        } catch {
            return (.failure(error), stub.requests)
        }
    }

    @Test("a good answer is read, and the question holds the frames, the rule's question and the key")
    func good() async throws {
        let (result, requests) = try await ask(
            .respond(
                200, body: completion("{\"happened\": true, \"description\": \"A box fell.\", \"severity\": \"high\"}"))
        )
        let answer = try result.get()
        #expect(answer.happened && answer.description == "A box fell." && answer.severity == .high)
        #expect(answer.model == "see-1")
        let request = try #require(requests.first)
        #expect(request.method == "POST" && request.target == "/v1/chat/completions")
        #expect(request.headers["authorization"] == "Bearer k3y")
        #expect(request.body.contains("Did an object fall here?"))
        #expect(request.body.components(separatedBy: "data:image").count == 3)
    }

    @Test("an answer in a fence, with talk around it and control characters, is cleaned")
    func fenced() async throws {
        let text =
            "Sure!\n```json\n{\"happened\": false, \"description\": \"A\\nshadow\\u0007 only\", \"severity\": \"LOW\"}\n```"
        let (result, _) = try await ask(.respond(200, body: completion(text)))
        let answer = try result.get()
        #expect(!answer.happened && answer.description == "A shadow only" && answer.severity == .low)
    }

    @Test("an endless description is cut")
    func long() throws {
        let cut = VerificationReply.clean(String(repeating: "word ", count: 500))
        #expect(cut.count <= VerificationAnswer.maxDescriptionLength && cut.hasSuffix("…"))
    }

    @Test(
        "wrong answers are refused, each for its reason",
        arguments: [
            "no json at all", "{\"happened\": \"maybe\", \"description\": \"x\", \"severity\": \"low\"}",
            "{\"happened\": true, \"description\": \"x\", \"severity\": \"catastrophic\"}",
            "{\"happened\": true, \"description\": \"  \", \"severity\": \"low\"}", "{\"happened\": true}", "}{",
        ])
    func wrong(content: String) async throws {
        let (result, _) = try await ask(.respond(200, body: completion(content)))
        guard case .failure(.unreadable) = result else { return #expect(Bool(false), "\(result)") }
    }

    @Test("errors of the server, broken answers and nobody there are no answer")
    func broken() async throws {
        #expect(try await ask(.respond(500, body: "oops")).0 == .failure(.status(500)))
        // A redirect is not followed: it would take the pictures elsewhere.
        #expect(try await ask(.respond(302, headers: ["Location": "http://127.0.0.1:1/"])).0 == .failure(.status(302)))
        #expect(try await ask(.respond(200, body: "<html>")).0 == .failure(.unreadable(reason: "no message in it")))
        for answer in [HTTPStub.Answer.close, .breakOff] {
            guard case .failure = try await ask(answer).0 else { return #expect(Bool(false), "\(answer)") }
        }
        let stub = try HTTPStub()
        stub.stop()
        let base = try #require(URL(string: stub.baseURL))
        let client = VerificationClient(
            settings: VerificationSettings(baseURL: base, model: "m", timeLimitSeconds: 2), clock: ManualClock())
        await #expect(throws: VerificationFailure.self) {
            try await client.ask(Self.incident(), frames: [Data([1])])
        }
    }

    @Test("a server that says nothing is late, not waited for")
    func silent() async throws {
        #expect(try await ask(.silence, seconds: 0.2).0 == .failure(.late))
    }

    @Test("without frames nobody is asked")
    func noFrames() async throws {
        let base = try #require(URL(string: "http://127.0.0.1:1"))
        let client = VerificationClient(settings: VerificationSettings(baseURL: base, model: "m"), clock: ManualClock())
        await #expect(throws: VerificationFailure.noFrames) { try await client.ask(Self.incident(), frames: []) }
    }
}
