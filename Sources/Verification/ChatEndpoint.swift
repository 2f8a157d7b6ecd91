import AsyncHTTPClient
import Foundation

/// One exchange with an OpenAI-compatible server that sees pictures.
struct ChatEndpoint: Sendable {
    /// What the answer must be.
    enum Format: Encodable {
        case anyObject
        case schema(name: String, JSONSchema)

        private enum Keys: String, CodingKey { case type, json_schema }
        private struct Named: Encodable {
            var name: String
            var strict = true
            var schema: JSONSchema
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            switch self {
            case .anyObject: try container.encode("json_object", forKey: .type)
            case .schema(let name, let schema):
                try container.encode("json_schema", forKey: .type)
                try container.encode(Named(name: name, schema: schema), forKey: .json_schema)
            }
        }
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
        var model: String
        var messages: [Message]
        var response_format: Format
        var max_tokens: Int
        var temperature = 0.0
    }

    private struct Completion: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable { var content: String? }
            var message: Message
        }
        var choices: [Choice]
    }

    private static let maxAnswerBytes = 1 << 20

    /// Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A redirect would carry frames and the key to a place that nobody configured.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let settings: VerificationSettings

    /// - Parameter pictures: JPEG images, shown after the text.
    /// - Returns: What the model wrote.
    func ask(
        system: String, text: String, pictures: [Data], format: Format, maxTokens: Int
    ) async throws(VerificationFailure) -> String {
        var parts = [Question.Part(type: "text", text: text, image_url: nil)]
        for picture in pictures {
            let address = "data:image/jpeg;base64," + picture.base64EncodedString()
            parts.append(Question.Part(type: "image_url", text: nil, image_url: .init(url: address)))
        }
        let question = Question(
            model: settings.model,
            messages: [
                .init(role: "system", content: [.init(type: "text", text: system, image_url: nil)]),
                .init(role: "user", content: parts),
            ], response_format: format, max_tokens: maxTokens)
        guard let body = try? JSONEncoder().encode(question) else { throw .unreadable(reason: "no question") }
        let answer = try await exchange(body)
        guard let completion = try? JSONDecoder().decode(Completion.self, from: answer),
            let content = completion.choices.first?.message.content
        else { throw .unreadable(reason: "no message in it") }
        return content
    }

    private func exchange(_ body: Data) async throws(VerificationFailure) -> Data {
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
            guard status == 200 else { throw VerificationFailure.status(status) }
            return Data(try await response.body.collect(upTo: Self.maxAnswerBytes).readableBytesView)
        } catch let failure as VerificationFailure {
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

/// The part of JSON Schema that answers are asked for with.
indirect enum JSONSchema: Encodable, Sendable {
    case string
    case number
    case list(JSONSchema)
    /// All are needed, and no others are allowed, as strict servers want it.
    case object([String: JSONSchema])

    private enum Keys: String, CodingKey { case type, items, properties, required, additionalProperties }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .string: try container.encode("string", forKey: .type)
        case .number: try container.encode("number", forKey: .type)
        case .list(let items):
            try container.encode("array", forKey: .type)
            try container.encode(items, forKey: .items)
        case .object(let properties):
            try container.encode("object", forKey: .type)
            try container.encode(properties, forKey: .properties)
            try container.encode(properties.keys.sorted(), forKey: .required)
            try container.encode(false, forKey: .additionalProperties)
        }
    }
}
