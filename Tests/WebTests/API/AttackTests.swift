import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Web

@Suite("Requests that mean no good")
struct AttackTests {
    @Test(
        "no path leads out of the pages' folder or to a file that no clip has",
        arguments: [
            "/../Package.swift", "/js/../../WebServer.swift", "/%2e%2e/%2e%2e/Package.swift", "/js/%2e%2e%2findex.html",
            "/api/v1/clips/..%2f..%2fetc%2fpasswd/video.mp4", "/api/v1/clips/%00/video.mp4", "//etc/passwd",
            "/api/v1/follows/..%2f..%2f/picture.jpg", "/api/v1/cameras/..%2fdock/snapshot.jpg", "/.git/config",
        ])
    func traversal(path: String) async throws {
        let answer = try await APISite().send(.get, path, as: .admin)
        #expect([.notFound, .badRequest, .serviceUnavailable].contains(answer.status))
        #expect(!answer.text.contains("swift-tools-version") && !answer.text.contains("root:"))
    }

    @Test("line breaks in values come back in no header")
    func headerInjection() async throws {
        let api = try APISite()
        let made = try await api.send(
            .post, "/api/v1/tokens", as: .admin,
            json: #"{"name":"a\r\nSet-Cookie: x=y","role":"viewer"}"#)
        #expect(made.headers[.setCookie] == nil)
        let query = try await api.send(.get, "/api/v1/incidents?q=a%0d%0aSet-Cookie:%20x=y", as: .viewer)
        #expect(query.status == .ok && query.headers[.setCookie] == nil)
        let camera = try await api.send(.get, "/api/v1/cameras/a%0d%0ab", as: .viewer)
        #expect(camera.status == .notFound && camera.headers[.setCookie] == nil)
    }

    @Test("a body that is too large is refused")
    func oversized() async throws {
        let api = try APISite(settings: { $0.maxBodyBytes = 2000 })
        let large = #"{"name":"\#(String(repeating: "a", count: 4000))","password":"b"}"#
        let answer = try await api.send(.post, "/api/v1/session", json: large)
        #expect(answer.status == .contentTooLarge)
    }

    @Test(
        "what is no JSON object, or of the wrong kind, is refused in words",
        arguments: [
            "", "{", "[]", "null", "\"a\"", "{\"name\":1,\"password\":\"a\"}", "{\"name\":\"a\"}",
            "{\"name\":\"a\",\"password\":\"b\",\"admin\":true}", "{\"name\":null,\"password\":\"b\"}",
            String(repeating: "[", count: 100_000),
        ])
    func badBodies(body: String) async throws {
        let answer = try await APISite().send(.post, "/api/v1/session", json: body)
        #expect(answer.status == .badRequest && answer["message"]?.isEmpty == false)
    }

    @Test("another content type than JSON is refused: forms of other sites can send those")
    func contentType() async throws {
        let answer = try await APISite().send(
            .post, "/api/v1/session", json: "{}", headers: [.contentType: "text/plain"])
        #expect(answer.status == .unsupportedMediaType)
    }

    @Test("pages may run no inline code and load nothing from elsewhere; every answer says so")
    func policy() async throws {
        let api = try APISite()
        let page = try await api.send(.get, "/")
        let policy = try #require(page.headers[.contentSecurityPolicy])
        #expect(page.status == .ok && policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
        #expect(!policy.contains("unsafe") && !policy.contains("http") && policy.contains("frame-ancestors 'none'"))
        for path in ["/api/v1/cameras", "/api/v1/nothing", "/nothing"] {
            let answer = try await api.send(.get, path)
            #expect(answer.headers[.contentSecurityPolicy] != nil && answer.headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test("pages' files come with their types, whole whatever range is asked for")
    func files() async throws {
        let api = try APISite()
        for (path, type) in [
            ("/", "text/html"), ("/index.html", "text/html"), ("/js/app.js", "text/javascript"),
            ("/style/base.css", "text/css"), ("/icon.svg", "image/svg+xml"), ("/api/openapi.yaml", "application/yaml"),
        ] {
            let answer = try await api.send(.get, path, headers: [.range: "bytes=-5"])
            #expect(answer.status == .ok && answer.headers[.contentType] == type, "\(path)")
            #expect(answer.headers[.cacheControl] == "no-cache" && answer.body.readableBytes > 5, "\(path)")
            let head = try await api.send(.head, path)
            #expect(head.status == .ok && head.headers[.contentLength] == "\(answer.body.readableBytes)", "\(path)")
        }
        #expect(try await api.send(.get, "/api/v1/openapi.yaml", as: .viewer).text.hasPrefix("openapi:"))
        for path in ["/js", "/js/", "//js", "/js/app.js/", "/style/../index.html", "/js//app.js", "/%00"] {
            #expect(try await api.send(.get, path).status == .notFound, "\(path)")
        }
        #expect(try await api.send(.post, "/index.html").status == .notFound)
    }

    @Test("the first page names the languages that there are, and the site's own")
    func languages() async throws {
        let page = try await APISite().send(.get, "/")
        #expect(page.text.contains(#"<html lang="en" data-languages="de" data-language="en">"#), "\(page.text)")
        let catalogue = try await APISite().send(.get, "/words/de.json")
        #expect(catalogue.status == .ok && catalogue.headers[.contentType]?.hasPrefix("application/json") == true)
        #expect(catalogue.headers[.eTag] != nil)
    }

    @Test(
        "a wrong body is refused with the key, its place, and what is allowed",
        arguments: [
            ("/tokens", #"{"name":"a","role":"king"}"#, #""role" must be one of viewer, operator, admin."#),
            ("/tokens", #"{"name":"a","role":"viewer","days":1.5}"#, "not a whole one"),
            ("/tokens", #"{"name":"a","role":"viewer","days":0}"#, #""days" must be a number from 1 to 3650."#),
            ("/tokens", #"{"name":null,"role":"viewer"}"#, #""name" must not be null."#),
            ("/tokens", #"{"name":"a","role":"viewer","days":null}"#, #""days" must not be null."#),
            ("/tokens", #"{"role":"viewer"}"#, #""name" is missing."#),
            ("/tokens", #"{"name":["a"],"role":"viewer"}"#, #""name" must be a text."#),
            (
                "/tokens", #"{"name":"a","role":"viewer","colour":1}"#,
                "\"colour\" means nothing here; allowed: cameras, days, name, role."
            ),
            (
                "/follows", #"{"camera":"dock","click":{"positive":[[0,0]],"shape":1}}"#,
                "\"shape\" means nothing in \"click\""
            ),
            ("/follows", #"{"camera":"dock","click":{"positive":[[0,2]]}}"#, #""positive" must be points"#),
            (
                "/follows", #"{"camera":"dock","click":{"positive":[["a",0]]}}"#,
                #""click.positive[0][0]" must be a number"#
            ),
            ("/follows", #"{"camera":"dock","click":[]}"#, #""click" must be an object"#),
            ("/configuration/edits", #"{"edits":[{"op":"set","path":["a"]}]}"#, #""set" needs a "value"."#),
            (
                "/configuration/edits", #"{"edits":[{"op":"cut","path":["a"]}]}"#,
                #""edits[0].op" must be one of set, remove."#
            ),
            ("/configuration/edits", #"{"edits":[{"op":"remove","path":[true]}]}"#, "holds keys and indices"),
            ("/snoozes", #"{"minutes":0}"#, #""minutes" must be a number"#),
        ])
    func wrongBodies(_ path: String, _ body: String, _ message: String) async throws {
        let answer = try await APISite().send(.post, "/api/v1\(path)", as: .admin, json: body)
        let text = try #require(answer["message"])
        #expect(answer.status == .badRequest && text.contains(message), "\(text)")
    }

    @Test("a page that did not change is not sent again")
    func entityTags() async throws {
        let api = try APISite()
        let tag = try #require(try await api.send(.get, "/").headers[.eTag])
        let again = try await api.send(.get, "/", headers: [.ifNoneMatch: tag])
        #expect(again.status == .notModified && again.body.readableBytes == 0)
    }
}
