import Domain
import Testing

@Suite("Answers to alerts")
struct IncidentAnswerTests {
    @Test(
        "what people write back is understood in English and German",
        arguments: [
            ("OK", "acknowledge"), ("ok.", "acknowledge"), ("1", "acknowledge"), ("Ja, danke!", "acknowledge"),
            ("\u{1F44D}", "acknowledge"), ("I'll handle it", "acknowledge"), ("Ich kümmere mich darum", "acknowledge"),
            ("on my way", "on_the_way"), ("ON MY WAY!!", "on_the_way"), ("I’m on my way, thanks", "on_the_way"),
            ("bin unterwegs", "on_the_way"), ("Komme", "on_the_way"), ("clearing", "clearing"),
            ("Bin vor Ort", "clearing"), ("cleared", "cleared"), ("It's cleared", "cleared"),
            ("Erledigt, danke", "cleared"),
            ("false alarm", "false_alarm"), ("Fehlalarm", "false_alarm"), ("0", "false_alarm"),
            ("It's still there", "open"), ("liegt noch da", "open"),
        ])
    func understood(_ text: String, _ word: String) {
        #expect(IncidentAnswer(reply: text)?.word == word)
    }

    @Test(
        "what means something else, or nothing, is none",
        arguments: [
            "", " ", "not cleared yet", "noch nicht erledigt", "not on my way", "who is on the way?",
            "okay but call me",
            "cleared the wrong aisle", "STOP", "12", "'; DROP TABLE incidents; --", "clear\u{0}ed",
        ])
    func none(_ text: String) {
        #expect(IncidentAnswer(reply: text) == nil)
    }

    @Test("\"not cleared\" takes it back, and is never read as \"cleared\"")
    func notCleared() { #expect(IncidentAnswer(reply: "Not cleared!") == .state(.open)) }

    @Test("programs' words are the states and \"acknowledge\"")
    func words() {
        for answer in IncidentAnswer.buttons { #expect(IncidentAnswer(word: answer.word) == answer) }
        #expect(IncidentAnswer(word: "gone") == nil && IncidentAnswer(word: "") == nil)
    }
}
