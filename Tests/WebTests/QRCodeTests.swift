import Domain
import Foundation
import Storage
import Testing

@testable import Web

@Suite("QR codes")
struct QRCodeTests {
    /// The modules, row by row, as the `qrcode` package of Python (an independent encoder) draws them at level M in byte mode, as SHA-256.
    private static let known: [(text: String, mask: Int, hash: String)] = [
        (
            "A", 0,
            "3f594cfc1843904d93447f4958be7aa4114f4062fecb67b78c5ea20479846f04"
        ),
        (
            "A", 4,
            "8e0f600c0a22ae3792bd6e5c454180d869e1e59fdbde7e7df9f424522be4fc9c"
        ),
        (
            "https://aislewatch.example/i/abcdefghijklmnopqrst", 1,
            "81cb01363919c3552f5f0deeff45d9fabadcc9e59b94995274f88fb738cd67d1"
        ),
        (
            "https://aislewatch.example/i/abcdefghijklmnopqrst", 5,
            "af893e38c4f7ab5d6486324448f0d4a24f219de2889b0545f591d3a3663f420c"
        ),
        (
            "otpauth://totp/Aislewatch:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Aislewatch", 2,
            "413a8c8ad4802cd0670adc520fca08b8dbcd1b7045ec91e300d6ca322b5bb9f7"
        ),
        (
            "otpauth://totp/Aislewatch:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Aislewatch", 6,
            "c38d7ed1ee82d653c17b4661bbb90a4891e0508ef01d1724516f9a7049dff219"
        ),
        (
            "otpauth://totp/Aislewatch%20Hall%207:somebody.with.a.long.name@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Aislewatch%20Hall%207",
            3,
            "bb4ee4c257c94eee6a6ef115d1f064d6f866f528d7e24cd8ceeb9594910105f3"
        ),
        (
            "otpauth://totp/Aislewatch%20Hall%207:somebody.with.a.long.name@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Aislewatch%20Hall%207",
            7,
            "252571afd9f4977032d5b29e5c0c31718cdb1530d15fa8722fc07bc7dfd2b2af"
        ),
        (
            String(repeating: "x", count: 213), 7,
            "c44713135d3b5be0f177f5eca6ecab815381352119d666111bbce98d91c31f08"
        ),
    ]

    @Test("a picture is the one that another encoder draws", arguments: Self.known)
    func same(_ known: (text: String, mask: Int, hash: String)) throws {
        let code = try #require(QRCode(known.text, mask: known.mask))
        #expect(Store.sha256(Self.bits(code)).hexadecimal == known.hash, "\(known.text)")
    }

    private static func bits(_ code: QRCode) -> String {
        (0..<code.size).map { y in (0..<code.size).map { code.isDark($0, y) ? "1" : "0" }.joined() }.joined()
    }

    @Test("without a choice one of the eight masks is taken")
    func mask() throws {
        let code = try #require(QRCode("https://aislewatch.example"))
        #expect((0..<8).compactMap { QRCode("https://aislewatch.example", mask: $0) }.contains(code))
    }

    @Test("what doesn't fit is refused, and what just fits is drawn")
    func limits() {
        #expect(QRCode(String(repeating: "x", count: 213))?.size == 57)
        #expect(QRCode(String(repeating: "x", count: 214)) == nil)
    }

    @Test("the path of the picture has the quiet zone around it")
    func path() throws {
        let code = try #require(QRCode("A"))
        #expect(code.wholeSize == 29 && code.path.hasPrefix("M4 4h7v1h-7z"))
    }
}
