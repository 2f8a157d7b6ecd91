import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Who asks.
struct Principal: Sendable {
    enum Kind: Sendable {
        case session(secret: String, expiresAt: Date)
        case token(APIToken)
        /// A trusted proxy says who it is; a session is still to be begun.
        case proxy
        case nobody
    }

    var kind: Kind
    var name: String
    var role: Role?
    /// Nil: every one.
    var cameras: Set<CameraID>?
    /// The site demands a second factor, and the account has none: nothing else can be done before it is set up.
    var lacksSecondFactor = false

    /// - Parameter camera: Nil stands for what is about no camera, or about all of them.
    func sees(_ camera: CameraID?) -> Bool {
        guard let cameras, let camera else { return true }
        return cameras.contains(camera)
    }

    static let nobody = Principal(kind: .nobody, name: "", role: nil)
}

/// A request that was let in.
struct APICall: Sendable {
    var request: Request
    var context: WebContext
    var principal: Principal
    var origin: RequestOrigin
    var maxBodyBytes: Int

    /// Only the head of the answer is asked for: nothing that is costly is begun.
    var isHead: Bool { request.method == .head }

    /// A part of the path.
    func parameter(_ name: String) -> String { context.parameters.get(name) ?? "" }

    /// A value of the query; nil when it is not there.
    /// - Throws: when it comes twice or can't be decoded.
    func query(_ name: String) throws -> String? {
        let values = request.uri.queryParameters.getAll(name)
        guard values.count <= 1 else { throw APIError.invalid("\"\(name)\" may come once.") }
        return values.first.map { String($0) }
    }

    func queries(_ name: String) -> [String] { request.uri.queryParameters.getAll(name).map { String($0) } }

    func number(_ name: String, _ range: ClosedRange<Double>) throws -> Double? {
        guard let text = try query(name) else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw APIError.invalid("\"\(name)\" must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = try query(name) else { return nil }
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(text), range.contains(value) else {
            throw APIError.invalid(
                "\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    func date(_ name: String) throws -> Date? {
        guard let text = try query(name) else { return nil }
        // A "+" that nobody encoded arrives as a space.
        guard let date = UTCText.anyDate(text.replacingOccurrences(of: " ", with: "+")) else {
            throw APIError.invalid("\"\(name)\" must be a time like 2026-05-28T12:00:00Z.")
        }
        return date
    }

    func flag(_ name: String) throws -> Bool {
        switch try query(name) {
        case nil, "false": false
        case "true": true
        default: throw APIError.invalid("\"\(name)\" must be true or false.")
        }
    }

    /// The camera named in the path.
    func camera() throws -> CameraID { try camera(parameter("camera")) }

    /// - Throws: for no camera's id, and for one that isn't shown to whoever asks: both look alike.
    func camera(_ text: String) throws -> CameraID {
        guard let camera = CameraID(rawValue: text), principal.sees(camera) else {
            throw APIError.notFound("There is no such camera.")
        }
        return camera
    }

    /// The account that is signed in, and the secret of its session.
    func ownSession() throws -> (name: String, secret: String) {
        guard case .session(let secret, _) = principal.kind else { throw APIError.forbidden("A token has no account.") }
        return (principal.name, secret)
    }

    /// Something is asked for that concerns every camera.
    func needsEveryCamera() throws {
        guard principal.cameras == nil else {
            throw APIError.forbidden("This concerns every camera, and your account sees only some.")
        }
    }

    /// The request's body as JSON.
    func body<Value: APIBody>(_ type: Value.Type) async throws -> Value {
        let sent = request.headers[.contentType]?.lowercased() ?? ""
        guard sent == "application/json" || sent.hasPrefix("application/json;") else {
            throw APIError(
                status: .unsupportedMediaType, code: "invalid",
                message: "Send JSON, with the header Content-Type: application/json.")
        }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: maxBodyBytes)
        } catch is NIOTooManyBytesError {
            throw APIError(
                status: .contentTooLarge, code: "too_large", message: "A request may have \(maxBodyBytes) bytes.")
        }
        return try Value.decode(Data(buffer.readableBytesView))
    }
}

// MARK: - Answers

extension Response {
    /// An answer in JSON: keys in snake case, dates in ISO 8601 with milliseconds.
    /// - Parameter keys: Another spelling where the answer is in a language of its own, such as JSON Schema.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok,
        keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase
    ) -> Response {
        guard let bytes = try? APIJSON.data(value, keys: keys) else { return Response(status: .internalServerError) }
        return Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Nothing to say.
    static var done: Response { Response(status: .noContent) }
}

/// How the API spells values.
enum APIJSON {
    static func data(
        _ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase
    ) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = keys
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(UTCText.string(date))
        }
        return try encoder.encode(value)
    }
}
