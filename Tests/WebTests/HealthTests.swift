import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Web

@Suite("Health")
struct HealthTests {
    @Test("is a small JSON object, and a status that monitors understand")
    func health() async throws {
        let site = try Site()
        let good = try await site.get("/health")
        #expect(good.status == .ok && good.headers[.contentType] == "application/json; charset=utf-8")
        #expect(
            good.text
                == "{\"cameras_configured\":2,\"cameras_online\":1,\"status\":\"ok\",\"uptime_seconds\":60,\"version\":\"1.2.3\"}"
        )
        #expect(try await site.get("/health", server: site.server(status: .degraded)).status == .ok)
        #expect(try await site.get("/health", server: site.server(status: .failed)).status == .serviceUnavailable)
    }

    @Test("answers HEAD without a body")
    func head() async throws {
        let site = try Site()
        let answer = try await site.get("/health", method: .head)
        #expect(answer.status == .ok && answer.text.isEmpty)
    }
}
