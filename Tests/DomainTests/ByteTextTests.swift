import Domain
import Foundation
import Testing

@Suite("Bytes as text")
struct ByteTextTests {
    @Test("hexadecimal has two lower-case digits a byte")
    func hexadecimal() {
        #expect([UInt8]([0, 9, 16, 171, 255]).hexadecimal == "000910abff")
        #expect([UInt8]().hexadecimal == "")
    }

    @Test("base64 for URLs has no sign that a URL would have to escape")
    func base64URL() {
        #expect(Data([0xFB, 0xFF, 0xFE]).base64URL == "-__-")
        #expect(Data([0xFF]).base64URL == "_w")
        #expect(Data.random(count: 32).base64URL.utf8.count == 43)
        #expect(Data.random(count: 24) != Data.random(count: 24))
    }
}
