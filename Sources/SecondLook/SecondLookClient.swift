import AsyncHTTPClient
public import Domain
public import Foundation

/// Asks a vision-language model about an incident.
public struct SecondLookClient: Sendable {
    private let settings: SecondLookSettings
    private let clock: any WallClock
    private static let maxAnswerBytes = 1 << 20

    /// Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A redirect would carry pictures and the key to a place that nobody configured.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    public init(settings: SecondLookSettings, clock: any WallClock) {
        self.settings = settings
        self.clock = clock
    }

    private struct Question: Encodable {
        struct Message: Encodable {
            var role: String
            var content: [Part]
        }
        struct Part: Encodable {
            struct Address: Encodable { var url: String }
            var type: String
            var text: String?
            var image_url: Address?
        }
        struct Format: Encodable { var type = "json_object" }
        var model: String
        var messages: [Message]
        var response_format = Format()
        var max_tokens = 400
        var temperature = 0.0
    }

    /// - Parameter frames: JPEG pictures in order of time, with the region drawn.
    /// - Throws: ``SecondLookFailure``: there is no usable answer.
    public func ask(_ incident: Incident, frames: [Data]) async throws(SecondLookFailure) -> SecondLookAnswer {
        guard !frames.isEmpty else { throw .noFrames }
        var parts = [Question.Part(type: "text", text: SecondLookQuestion.text(incident), image_url: nil)]
        for frame in frames {
            let address = "data:image/jpeg;base64," + frame.base64EncodedString()
            parts.append(Question.Part(type: "image_url", text: nil, image_url: .init(url: address)))
        }
        let question = Question(
            model: settings.model,
            messages: [
                .init(role: "system", content: [.init(type: "text", text: SecondLookQuestion.system, image_url: nil)]),
                .init(role: "user", content: parts),
            ])
        guard let body = try? JSONEncoder().encode(question) else { throw .unreadable(reason: "no question") }
        let answer = try await exchange(body)
        return try SecondLookReply.parse(answer, model: settings.model, now: clock.now())
    }

    private func exchange(_ body: Data) async throws(SecondLookFailure) -> Data {
        var request = HTTPClientRequest(url: settings.baseURL.appending(path: "chat/completions").absoluteString)
        request.method = .POST
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        request.headers.replaceOrAdd(name: "User-Agent", value: "aislewatch")
        if let key = settings.apiKey { request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(key)") }
        request.body = .bytes(body)
        do {
            // One deadline for the whole exchange: a server that trickles its answer is late too.
            let response = try await Self.client.execute(
                request, timeout: .milliseconds(Int64(max(0.05, settings.timeLimitSeconds) * 1000)))
            let status = Int(response.status.code)
            guard status == 200 else { throw SecondLookFailure.status(status) }
            return Data(try await response.body.collect(upTo: Self.maxAnswerBytes).readableBytesView)
        } catch let failure as SecondLookFailure {
            throw failure
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw .late
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            throw .unreadable(reason: "the connection was closed before the answer")
        } catch is CancellationError {
            throw .late
        } catch {
            let kind = String(describing: type(of: error))
            if kind.contains("TooManyBytes") { throw .unreadable(reason: "it is too long") }
            throw .unreachable
        }
    }
}
