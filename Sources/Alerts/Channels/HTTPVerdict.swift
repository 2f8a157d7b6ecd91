/// What an HTTP status means for a message, where the service has no words of its own.
enum HTTPVerdict {
    /// - Parameters:
    ///   - service: How the reason calls it.
    ///   - note: What the service said, without secrets.
    /// - Throws: When the message was not taken.
    static func check(_ answer: HTTPExchange.Answer, _ service: String, note: String? = nil) throws(AlertError) {
        let reason = "\(service): HTTP \(answer.status)" + (note.map { " (\($0))" } ?? "")
        switch answer.status {
        case 200..<300: return
        // The message itself is what the receiver will never take.
        case 400, 405, 406, 409, 410, 411, 413, 414, 415, 422, 451: throw .permanent(reason: reason)
        default: throw .temporary(reason: reason, retryAfterSeconds: answer.retryAfterSeconds)
        }
    }
}
