import Foundation
import FoundationNetworking
import Testing

/// A client of the API with an admin's token.
struct APIClient {
    let port: Int
    let secret: String

    func send(_ method: String = "GET", _ path: String, _ json: String? = nil) async throws -> (Int, Data) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/api/v1\(path)"))
        var request = URLRequest(url: url, timeoutInterval: 120)
        request.httpMethod = method
        request.setValue("Bearer \(secret)", forHTTPHeaderField: "Authorization")
        if let json {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(json.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, data)
    }

    func object(_ method: String = "GET", _ path: String, _ json: String? = nil) async throws -> [String: Any] {
        let (status, data) = try await send(method, path, json)
        try #require((200..<300).contains(status), "\(path): \(String(decoding: data, as: UTF8.self))")
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    func isOnline() async -> Bool {
        let cameras = try? await object("GET", "/cameras")["cameras"] as? [[String: Any]]
        return cameras?.first?["state"] as? String == "online"
    }
}
