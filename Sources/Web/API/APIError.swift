import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// An answer that is no success: a word for programs, a sentence for people.
struct APIError: Error {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    var headers: HTTPFields = [:]

    static func notFound(_ message: String) -> APIError {
        APIError(status: .notFound, code: "not_found", message: message)
    }
    static func invalid(_ message: String) -> APIError {
        APIError(status: .badRequest, code: "invalid", message: message)
    }
    static func unprocessable(_ message: String) -> APIError {
        APIError(status: .unprocessableContent, code: "invalid", message: message)
    }
    static func conflict(_ message: String) -> APIError {
        APIError(status: .conflict, code: "conflict", message: message)
    }
    static func notAvailable(_ message: String) -> APIError {
        APIError(status: .serviceUnavailable, code: "not_available", message: message)
    }
    static let notSignedIn = APIError(
        status: .unauthorized, code: "not_signed_in", message: "Sign in first, or send an API token.")
    static func forbidden(_ message: String) -> APIError {
        APIError(status: .forbidden, code: "forbidden", message: message)
    }
    static let secondFactorNeeded = APIError(
        status: .forbidden, code: "second_factor_needed",
        message: "This site demands a second factor: set it up first, on the pages.")
    static func tooMany(_ seconds: Double) -> APIError {
        APIError(
            status: .tooManyRequests, code: "too_many_requests", message: "Too many requests; wait a little.",
            headers: [.retryAfter: String(Int(seconds.rounded(.up)))])
    }

    /// Any error as an answer; nil when it is a mistake of this program.
    static func from(_ error: any Error) -> APIError? {
        switch error {
        case let error as APIError: return error
        case let error as PortFailure:
            switch error {
            case .notFound(let text): return .notFound(text)
            case .invalid(let text): return .unprocessable(text)
            case .conflict(let text): return .conflict(text)
            case .offline(let text): return APIError(status: .serviceUnavailable, code: "offline", message: text)
            case .notAvailable(let text): return .notAvailable(text)
            }
        case IncidentTriggerError.unknownCamera: return .notFound("There is no such camera.")
        case let error as IncidentTriggerError: return .notAvailable("\(error)")
        case StorageError.notFound(let what): return .notFound("There is no \(what).")
        case StorageError.busy, StorageError.diskFull:
            return .notAvailable("The database can't be written now; try again.")
        case is OpenFile.Unreadable: return .notAvailable("The file can't be read; the daemon's log says why.")
        case let error as any HTTPResponseError:
            return APIError(
                status: error.status, code: error.status.code == 413 ? "too_large" : "invalid",
                message: error.status.code == 413 ? "The request is too large." : "The request can't be read.")
        default: return nil
        }
    }

    var response: Response {
        struct Body: Encodable {
            var error: String
            var message: String
        }
        var response = Response.json(Body(error: code, message: message), status: status)
        response.headers.append(contentsOf: headers)
        return response
    }
}
