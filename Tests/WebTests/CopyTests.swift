import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import Web

/// Answers one after the other; the last one again and again.
final class ScriptedCopies: PlayableCopies {
    private let answers: Mutex<[PlayableCopyState]>
    private let noted = Mutex<[Double]>([])
    /// Called at each question.
    private let onQuestion = Mutex<(@Sendable (Int) -> Void)?>(nil)

    init(_ answers: [PlayableCopyState] = [.failed("other")]) { self.answers = Mutex(answers) }

    var questions: [Double] { noted.withLock { $0 } }

    func set(_ all: [PlayableCopyState]) { answers.withLock { $0 = all } }
    func atQuestion(_ body: @escaping @Sendable (Int) -> Void) { onQuestion.withLock { $0 = body } }

    func copy(of clip: Clip, fromSeconds: Double) async -> PlayableCopyState {
        let count = noted.withLock {
            $0.append(fromSeconds)
            return $0.count
        }
        onQuestion.withLock { $0 }?(count)
        return answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    }

    static func all(part: URL) -> [PlayableCopyState] {
        [
            .waiting(ahead: 2), .making(progress: 0, part: nil),
            .making(
                progress: 0.5, part: .init(file: part, startSeconds: 7.5, codec: "avc1.64001F", isWhole: false)),
            .ready(part), .failed("damaged"),
        ]
    }
}

@Suite("Copies of clips for other browsers", .timeLimit(.minutes(5)))
struct CopyTests {
    private static let hevc = Data("....ftyp....moov....hvcC....".utf8)

    private func growing(_ file: URL, isWhole: Bool = false) -> PlayableCopyState {
        .making(progress: 0.5, part: .init(file: file, startSeconds: 7.5, codec: "avc1.64001F", isWhole: isWhole))
    }

    @Test("an incident says what its clip is encoded in, and where a copy is asked for once it is whole")
    func named() async throws {
        let api = try APISite(services: { $0.copies = ScriptedCopies() })
        try api.site.addClip("01clip", video: Self.hevc)
        let text = try await api.send(.get, "/api/v1/incidents/01incident", as: .viewer).text
        #expect(text.contains(#""codec":"hevc""#) && text.contains(#""copy":"/api/v1/clips/01clip/copy""#))
        let other = try APISite(services: { $0.copies = ScriptedCopies() })
        try other.site.addClip("01clip", video: Self.hevc, isFinished: false)
        #expect(!(try await other.send(.get, "/api/v1/incidents/01incident", as: .viewer).text.contains(#""copy":"#)))
    }

    @Test("a copy is asked for by POST alone, from the moment that is wanted on")
    func asked() async throws {
        let copies = ScriptedCopies()
        let api = try APISite(services: { $0.copies = copies })
        try api.site.addClip("01clip", video: Self.hevc)
        let path = "/api/v1/clips/01clip/copy"
        copies.set([growing(api.site.directory.file("part.mp4"))])
        let making = try await api.send(.post, path, as: .viewer, json: #"{"from_seconds":8}"#)
        #expect(making.text.contains(#""state":"making""#) && making.text.contains(#""start_seconds":7.5"#))
        #expect(making.text.contains(#""part":"/api/v1/clips/01clip/copy-part.mp4""#))
        #expect(copies.questions == [8])
        #expect(try await api.send(.get, path, as: .viewer).status == .methodNotAllowed)
        #expect(try await api.send(.post, path, json: "{}").status == .unauthorized)
        #expect(try await api.send(.post, path, as: .viewer, json: "{}", csrf: false).status == .forbidden)
        #expect(
            try await api.send(.post, path, as: .viewer, json: #"{"from_seconds":-1}"#).status == .badRequest)
        #expect(try await api.send(.post, "/api/v1/clips/02clip/copy", as: .viewer, json: "{}").status == .notFound)
        #expect(
            try await APISite().send(.post, path, as: .viewer, json: "{}").status != .ok)
    }

    @Test("the whole copy comes with ranges; what is being made comes as it grows, up to the clip's end")
    func sent() async throws {
        let copies = ScriptedCopies()
        let api = try APISite(services: { $0.copies = copies })
        try api.site.addClip("01clip", video: Self.hevc)
        let file = api.site.directory.file("part.mp4"), path = "/api/v1/clips/01clip"
        try Data("0123".utf8).write(to: file)
        #expect(try await api.send(.get, path + "/copy.mp4", as: .viewer).status == .notFound)
        copies.set([growing(file), growing(file), growing(file), growing(file, isWhole: true)])
        copies.atQuestion { count in
            guard count == 4, let handle = try? FileHandle(forWritingTo: file) else { return }
            _ = try? handle.seekToEnd()
            try? handle.write(contentsOf: Data("456789".utf8))
            try? handle.close()
        }
        let part = try await api.send(.get, path + "/copy-part.mp4", as: .viewer)
        #expect(part.text == "0123456789")
        #expect(part.headers[.contentType] == "video/mp4" && part.headers[.acceptRanges] == "none")
        copies.set([.ready(file)])
        let range = try await api.send(.get, path + "/copy.mp4", as: .viewer, headers: [.range: "bytes=-2"])
        #expect(range.status == .partialContent && range.text == "89")
        #expect(try await api.send(.get, path + "/copy-part.mp4", as: .viewer).status == .notFound)
    }

    @Test("the page behind a link offers the copy second, from the incident on, and only for H.265")
    func linked() async throws {
        let copies = ScriptedCopies()
        let api = try APISite(services: { $0.copies = copies })
        try api.site.addClip("01clip", video: Self.hevc)
        let path = "/i/\(api.site.token)"
        let page = try await api.send(.get, path).text
        #expect(page.contains("<source src=\"\(path)/clip.mp4\" type=\"video/mp4; codecs=&quot;hvc1"))
        #expect(page.contains("<source src=\"\(path)/clip-h264.mp4\" type=\"video/mp4\">"))
        #expect(copies.questions.isEmpty)
        let file = api.site.directory.file("part.mp4")
        try Data("0123".utf8).write(to: file)
        copies.set([.waiting(ahead: 1), growing(file, isWhole: true)])
        #expect(try await api.send(.get, path + "/clip-h264.mp4").text == "0123")
        // The clip began 10 s before the incident.
        #expect(copies.questions.first == 8)
        copies.set([.failed("damaged")])
        #expect(try await api.send(.get, path + "/clip-h264.mp4").status == .notFound)
        #expect(try await api.send(.get, path + "/clip-2-h264.mp4").status == .notFound)
        let plain = try APISite(services: { $0.copies = ScriptedCopies() })
        try plain.site.addClip("01clip", video: Data("moov avcC".utf8))
        #expect(!(try await plain.send(.get, "/i/\(plain.site.token)").text.contains("<source")))
    }
}
