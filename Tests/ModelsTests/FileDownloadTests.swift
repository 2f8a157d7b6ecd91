import Crypto
import Domain
import Foundation
import TestSupport
import Testing

@testable import Models

/// Against a real server on the loopback that breaks off, lies, ignores what it is asked and serves other bytes.
@Suite("A file that is downloaded")
struct FileDownloadTests {
    static let bytes = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) })
    static let tag = "\"v1\""

    private let folder: TemporaryDirectory
    private let file: URL
    private var part: URL { file.appendingPathExtension("part") }

    init() throws {
        folder = try TemporaryDirectory()
        file = folder.file("weights.pt")
    }

    static func identity(_ data: Data = bytes) -> FileIdentity {
        FileIdentity(bytes: Int64(data.count), sha256: SHA256.hash(data: data).hexadecimal)
    }

    /// An answer with any head, and a body that need not keep to it.
    static func answer(_ status: Int, _ headers: [String: String] = [:], _ body: Data) -> HTTPStub.Answer {
        var head = "HTTP/1.1 \(status) Stub\r\nConnection: close\r\n"
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
        return .raw(Data((head + "\r\n").utf8) + body)
    }

    static func whole(_ body: Data = bytes, tag: String? = tag) -> HTTPStub.Answer {
        answer(200, ["Content-Length": "\(body.count)"].merging(tag.map { ["ETag": $0] } ?? [:]) { $1 }, body)
    }

    /// Says that all comes, and closes after `count` bytes.
    static func broken(after count: Int, tag: String? = tag) -> HTTPStub.Answer {
        answer(
            200, ["Content-Length": "\(bytes.count)"].merging(tag.map { ["ETag": $0] } ?? [:]) { $1 },
            bytes.prefix(count))
    }

    /// The rest from `start` on.
    static func rest(from start: Int) -> HTTPStub.Answer {
        let rest = bytes.dropFirst(start)
        return answer(
            206,
            [
                "Content-Length": "\(rest.count)", "ETag": tag,
                "Content-Range": "bytes \(start)-\(bytes.count - 1)/\(bytes.count)",
            ], Data(rest))
    }

    private struct Outcome {
        var result: Result<FileIdentity, ModelFilesError>
        var requests: [HTTPStub.Request]
        var pauses: [Double]
        var progress: [FileDownload.Progress]
    }

    private func run(
        _ answers: [HTTPStub.Answer], expected: FileIdentity = identity(), tries: Int = 3
    ) throws -> Outcome {
        let stub = try HTTPStub(answers, then: .respond(500))
        defer { stub.stop() }
        return run(at: "\(stub.baseURL)/weights.pt", expected: expected, tries: tries) { stub.requests }
    }

    private func run(
        at url: String, expected: FileIdentity = identity(), tries: Int = 3, requests: () -> [HTTPStub.Request]
    ) -> Outcome {
        var patience = FileDownload.Patience()
        patience.fruitlessTries = tries
        patience.stallSeconds = 2
        var pauses: [Double] = [], progress: [FileDownload.Progress] = []
        let download = FileDownload(url, to: file, expected: expected, patience: patience) { pauses.append($0) }
        let result: Result<FileIdentity, ModelFilesError>
        do throws(ModelFilesError) {
            result = .success(try download.run { progress.append($0) })
        } catch {
            result = .failure(error)
        }
        return Outcome(result: result, requests: requests(), pauses: pauses, progress: progress)
    }

    private func isThere() throws -> Bool {
        let data = try? Data(contentsOf: file)
        return data == Self.bytes
    }

    @Test("arrives whole, under its name, with nothing left beside it")
    func good() throws {
        let outcome = try run([Self.whole()])
        #expect(try outcome.result.get().sha256 == Self.identity().sha256)
        #expect(try isThere())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["weights.pt"])
        #expect(outcome.progress.last == .init(bytes: Int64(Self.bytes.count), total: Int64(Self.bytes.count)))
        #expect(outcome.requests.first?.headers["range"] == nil)
    }

    @Test("that breaks off twice is gone on with where it stopped")
    func resumed() throws {
        let half = Self.answer(
            206,
            [
                "Content-Length": "\(Self.bytes.count - 70_000)", "ETag": Self.tag,
                "Content-Range": "bytes 70000-\(Self.bytes.count - 1)/\(Self.bytes.count)",
            ], Self.bytes[70_000..<150_000])
        let outcome = try run([Self.broken(after: 70_000), half, Self.rest(from: 150_000)])
        _ = try outcome.result.get()
        #expect(try isThere())
        #expect(outcome.requests.map { $0.headers["range"] } == [nil, "bytes=70000-", "bytes=150000-"])
        #expect(outcome.requests.map { $0.headers["if-range"] } == [nil, Self.tag, Self.tag])
    }

    @Test("that broke off for good is gone on with by the next command")
    func nextTime() throws {
        let first = try run([Self.broken(after: 120_000)], tries: 1)
        guard case .failure(.brokenOff(_, 120_000, _)) = first.result else {
            Issue.record("\(first.result)")
            return
        }
        // Its server has another port: the address is another one, and what lies there is not trusted.
        let stub = try HTTPStub([Self.broken(after: 130_000), .respond(500), Self.rest(from: 130_000)])
        defer { stub.stop() }
        let url = "\(stub.baseURL)/weights.pt"
        let second = run(at: url, tries: 1) { stub.requests }
        #expect(second.requests.first?.headers["range"] == nil)
        let third = run(at: url, tries: 1) { stub.requests }
        _ = try third.result.get()
        #expect(third.requests.last?.headers["range"] == "bytes=130000-")
        #expect(try isThere())
    }

    @Test("whose server ignores ranges begins anew")
    func ignored() throws {
        let outcome = try run([Self.broken(after: 90_000), Self.whole()])
        _ = try outcome.result.get()
        #expect(try isThere())
    }

    @Test("whose server does not say which version it has begins anew")
    func nameless() throws {
        for tag in [nil, "W/\"weak\""] {
            let outcome = try run([Self.broken(after: 90_000, tag: tag), Self.whole()])
            _ = try outcome.result.get()
            #expect(outcome.requests.last?.headers["range"] == nil)
            try FileManager.default.removeItem(at: file)
        }
    }

    @Test("of which more is there than the server has begins anew")
    func beyond() throws {
        let outcome = try run([Self.broken(after: 90_000), .respond(416), Self.whole()])
        _ = try outcome.result.get()
        #expect(try isThere())
    }

    @Test("that has another length than the registry says is not even begun", arguments: [-1, 1])
    func otherLength(difference: Int) throws {
        let outcome = try run([Self.answer(200, ["Content-Length": "\(Self.bytes.count + difference)"], Self.bytes)])
        guard case .failure(.anotherFile(_, _, let offered)) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(offered == Int64(Self.bytes.count + difference))
        #expect(outcome.requests.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test("that never ends is stopped at its length, and thrown away")
    func endless() throws {
        let outcome = try run([Self.answer(200, [:], Self.bytes + Data(repeating: 7, count: 5000))])
        #expect(
            outcome.result
                == .failure(
                    .endless(url: outcomeURL(outcome), expectedBytes: Int64(Self.bytes.count))))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    private func outcomeURL(_ outcome: Outcome) -> String {
        if case .failure(.endless(let url, _)) = outcome.result { return url }
        return ""
    }

    @Test("that ends early without having said a length is not taken for whole")
    func short() throws {
        let outcome = try run([Self.answer(200, ["ETag": Self.tag], Self.bytes.prefix(1000)), Self.rest(from: 1000)])
        _ = try outcome.result.get()
        #expect(try isThere())
    }

    @Test("with other bytes of the same length is refused and thrown away")
    func otherBytes() throws {
        var other = Self.bytes
        other[100] ^= 1
        let outcome = try run([Self.whole(other)])
        guard case .failure(.wrongDownload(_, "SHA-256", _, _)) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test("that changed while it was broken off is refused, not glued together")
    func changed() throws {
        var other = Self.bytes
        other[150_000] ^= 1
        let outcome = try run([Self.broken(after: 90_000), Self.whole(other, tag: "\"v2\"")])
        guard case .failure(.wrongDownload) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
    }

    @Test("of which another part comes than was asked for is refused")
    func otherPart() throws {
        let outcome = try run([Self.broken(after: 90_000), Self.rest(from: 80_000)])
        guard case .failure(.transferFailed) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
    }

    @Test("waits longer each time while nothing comes, and gives up")
    func patience() throws {
        let outcome = try run([.respond(503), .respond(429), .close, Self.whole()], tries: 3)
        guard case .failure(.brokenOff(_, 0, _)) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(outcome.requests.count == 3)
        #expect(outcome.pauses == [2, 4])
    }

    @Test("whose server falls silent has broken off")
    func silent() throws {
        let outcome = try run([.silence, Self.whole()])
        _ = try outcome.result.get()
        #expect(outcome.requests.count == 2)
    }

    @Test("that is not there is said at once")
    func missing() throws {
        let outcome = try run([.respond(404)])
        guard case .failure(.refused(_, 404)) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(outcome.requests.count == 1)
    }

    @Test("is found behind a redirect")
    func redirected() throws {
        let outcome = try run([.respond(302, headers: ["Location": "/elsewhere/weights.pt"]), Self.whole()])
        _ = try outcome.result.get()
        #expect(outcome.requests.last?.target == "/elsewhere/weights.pt")
    }

    @Test("whose server can't be reached says so, and what to do")
    func offline() throws {
        let stub = try HTTPStub()
        let url = "\(stub.baseURL)/weights.pt"
        stub.stop()
        let outcome = run(at: url) { [] }
        guard case .failure(let error) = outcome.result, case .offline("127.0.0.1", _) = error else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(error.description.contains("https_proxy"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test("comes from elsewhere only with a hash or with TLS")
    func insecure() {
        let url = "http://models.example/weights.pt"
        let outcome = run(at: url, expected: FileIdentity(bytes: 5)) { [] }
        #expect(outcome.result == .failure(.insecure(url: url)))
    }

    @Test("is downloaded by one process at a time")
    func busy() throws {
        let held = open(part.path, O_RDWR | O_CREAT, 0o600)
        defer { close(held) }
        #expect(flock(held, LOCK_EX) == 0)
        let outcome = try run([Self.whole()])
        #expect(outcome.result == .failure(.busy(path: file.path)))
        #expect(outcome.requests.isEmpty)
    }
}
