import Testing

@testable import Alerts

@Suite("The alphabet of SMS")
struct GSM7Tests {
    @Test(
        "places are counted as the standard says",
        arguments: [
            ("", 0), ("Object fell.", 12), ("äöüßéàñ@£_", 10), ("[x]", 5), ("100 €", 6),
            ("https://a.example/i/A-b_9", 25),
        ])
    func septets(_ text: String, _ places: Int) { #expect(GSM7.septets(text) == places) }

    @Test("what is outside has no count", arguments: ["–", "„x“", "通路", "ă", "😀", "`", "\u{1}"])
    func outside(_ text: String) { #expect(GSM7.septets(text) == nil) }

    @Test(
        "what says the same is put in its place",
        arguments: [
            ("Gang 4 – Süd", "Gang 4 - Süd"), ("„Rampe“", "\"Rampe\""), ("Hală Știrbei", "Hala Stirbei"),
            ("Łódź 2", "Lodz 2"), ("a\u{A0}b\nc\r\nd", "a b c d"), ("u\u{308}ber", "über"), ("5 m²", "5 m2"),
        ])
    func folded(_ text: String, _ expected: String) {
        #expect(GSM7.folded(text) == expected)
        #expect(GSM7.septets(GSM7.folded(text)) != nil)
    }

    @Test("what has no like stays: a true name is worth more than a short message", arguments: ["通路 4", "Склад", "😀"])
    func kept(_ text: String) { #expect(GSM7.folded(text) == text) }
}
