import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Web

@Suite("Installing the pages as an app")
struct InstallTests {
    private struct Manifest: Decodable {
        struct Icon: Decodable {
            var src: String
            var sizes: String
            var type: String
            var purpose: String?
        }

        var name: String
        var start_url: String
        var display: String
        var icons: [Icon]
    }

    @Test("the first page names a manifest whose icons are there, in the sizes that it says")
    func manifest() async throws {
        let api = try APISite()
        let page = try await api.send(.get, "/")
        let path = try #require(page.text.firstMatch(of: #/rel="manifest" href="([^"]+)"/#)?.1)
        let answer = try await api.send(.get, String(path))
        #expect(answer.status == .ok && answer.headers[.contentType]?.hasPrefix("application/manifest+json") == true)
        let manifest = try JSONDecoder().decode(Manifest.self, from: answer.data)
        #expect(manifest.start_url == "/" && manifest.display == "standalone" && !manifest.name.isEmpty)
        #expect(manifest.icons.contains { $0.sizes == "512x512" && $0.purpose == "maskable" })
        // Browsers ask for these two.
        #expect(Set(manifest.icons.map(\.sizes)).isSuperset(of: ["192x192", "512x512"]))
        for icon in manifest.icons {
            let picture = try await api.send(.get, icon.src)
            #expect(picture.status == .ok && picture.headers[.contentType]?.hasPrefix(icon.type) == true)
            guard icon.type == "image/png" else { continue }
            // A PNG's width and height stand after its signature and the head of its first chunk.
            let bytes = Array(picture.data.dropFirst(16).prefix(8)).map(Int.init)
            let width = bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]
            let height = bytes[4] << 24 | bytes[5] << 16 | bytes[6] << 8 | bytes[7]
            #expect("\(width)x\(height)" == icon.sizes)
        }
        let apple = try await api.send(.get, "/app/apple-touch-icon.png")
        #expect(page.text.contains("apple-touch-icon.png") && apple.status == .ok)
    }
}
