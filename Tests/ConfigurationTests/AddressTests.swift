import Testing

@testable import Settings

@Suite("Camera addresses")
struct AddressTests {
    private func camera(_ url: String, environment: [String: String] = [:]) throws -> CameraConfiguration {
        try parse("cameras:\n  - id: a\n    url: \(url)\n", environment: environment).cameras[0]
    }

    @Test(
        "lose the user name and password, which become the camera's",
        arguments: [
            ("rtsp://admin:secret@h:554/a", "rtsp://h:554/a", "admin", "secret"),
            ("\"rtsp://admin:p@ss#1?@h/a\"", "rtsp://h/a", "admin", "p@ss#1?"),
            ("rtsp://admin:a%2Fb@h/a", "rtsp://h/a", "admin", "a/b"),
            ("RTSP://Admin:S@Cam.Example/Path", "rtsp://cam.example/Path", "Admin", "S"),
            ("rtsps://u:p:q@[2001:db8::1]:322/x?y=z@1", "rtsps://[2001:db8::1]:322/x?y=z@1", "u", "p:q"),
            ("http://u:p@h?x=1", "http://h?x=1", "u", "p"),
        ])
    func credentials(_ text: String, _ url: String, _ user: String, _ password: String) throws {
        let camera = try camera(text)
        #expect(camera.url.reveal() == url && camera.username == user && camera.password?.reveal() == password)
    }

    @Test("take a password of any characters from the environment")
    func environment() throws {
        let environment = ["U": "ad/min", "PW": "a/b@c:d%41 #", "HOST": "cam.example", "ALL": "https://h/x"]
        let camera = try camera("rtsp://${U}:${PW}@${HOST}/s", environment: environment)
        #expect(camera.url.reveal() == "rtsp://cam.example/s")
        #expect(camera.username == "ad/min" && camera.password?.reveal() == "a/b@c:d%41 #")
        #expect(try self.camera("${ALL}", environment: environment).url.reveal() == "https://h/x")
    }

    @Test(
        "that lead nowhere are refused",
        arguments: [
            "rtsp://", "rtsp:///a", "rtsp://h:0/", "rtsp://h:99999/", "rtsp://h:x/", "rtsp://h h/", "rtsp://[::1/",
            "rtsp://h/a b",
            "\"concat:a|b\"", "\"\"", "rtsp://h;reboot/", "\"-rtsp://h/\"",
        ])
    func refused(_ text: String) {
        #expect(throws: ConfigurationErrors.self) { try camera(text) }
    }

    @Test("of the second stream share the camera's credentials")
    func secondStream() throws {
        let both = try parse(
            "cameras:\n  - id: a\n    url: rtsp://u:p@h/1\n    analysis_url: rtsp://u:p@h/2\n"
        ).cameras[0]
        #expect(both.analysisURL?.reveal() == "rtsp://h/2" && both.username == "u")
        let second = try parse("cameras:\n  - id: a\n    url: rtsp://h/1\n    analysis_url: rtsp://u:p@h/2\n").cameras[
            0]
        #expect(second.username == "u" && second.password?.reveal() == "p")
        #expect(throws: ConfigurationErrors.self) {
            try parse("cameras:\n  - id: a\n    url: rtsp://u:p@h/1\n    analysis_url: rtsp://u:q@h/2\n")
        }
    }
}
