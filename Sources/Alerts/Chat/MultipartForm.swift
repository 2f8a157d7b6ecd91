import Foundation

/// `multipart/form-data` (RFC 7578) with fields and one file.
struct MultipartForm {
    /// The same key gives the same boundary, so that a repetition is the same request.
    private let boundary: String
    private var data = Data()

    init(key: String) { boundary = "aislewatch-\(key)" }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    mutating func add(_ name: String, _ value: String) {
        data.append(Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8))
    }

    mutating func add(_ name: String, file: Data, fileName: String, contentType: String) {
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(fileName)\"\r\n"
            + "Content-Type: \(contentType)\r\n\r\n"
        data.append(Data(head.utf8) + file + Data("\r\n".utf8))
    }

    var body: Data { data + Data("--\(boundary)--\r\n".utf8) }
}
