public import Foundation

/// One key of a channel's entry: how it is spelled, read, checked and explained, and which property it sets.
public struct ChannelParameter<Settings: ChannelSettings>: Sendable {
    public typealias Property<Value> = WritableKeyPath<Settings, Value> & Sendable

    public let key: ChannelKey
    let read: @Sendable (Section, inout Settings) -> Void

    private init(
        _ name: String, _ form: String, _ presence: ChannelKey.Presence, isSecret: Bool = false, _ about: String,
        example: String, needs: String? = nil, _ read: @escaping @Sendable (Section, inout Settings) -> Void
    ) {
        key = ChannelKey(
            name: name, form: form, presence: presence, isSecret: isSecret, about: about, example: example)
        let allowed = needs ?? form
        self.read = { section, settings in
            if presence == .needed, section.node(name) == nil { section.missing(name, allowed: "needed: \(allowed)") }
            read(section, &settings)
        }
    }

    // MARK: - Texts

    /// A text that must be there.
    /// - Parameters:
    ///   - form: What may stand there.
    ///   - found: How a wrong value is shown in a mistake; nil: as it is.
    ///   - check: The value as it is kept; nil when it is not allowed.
    public static func text(
        _ name: String, _ property: Property<String>, _ form: String, _ about: String, example: String,
        found: (@Sendable (String) -> String)? = nil, check: @escaping @Sendable (String) -> String? = { $0 }
    ) -> Self {
        Self(name, form, .needed, about, example: example) { section, settings in
            if let value = section.checked(name, form, check, found: found) { settings[keyPath: property] = value }
        }
    }

    /// A text with a default.
    public static func text(
        _ name: String, _ property: Property<String>, default standard: String, _ form: String, _ about: String,
        check: @escaping @Sendable (String) -> String? = { $0 }
    ) -> Self {
        Self(name, form, .standard(standard), about, example: standard) { section, settings in
            settings[keyPath: property] = section.checked(name, form, check) ?? standard
        }
    }

    /// A text that may be left out.
    public static func optionalText(
        _ name: String, _ property: Property<String?>, _ form: String, _ about: String, example: String = "",
        check: @escaping @Sendable (String) -> String? = { $0 }
    ) -> Self {
        Self(name, form, .optional, about, example: example) { section, settings in
            settings[keyPath: property] = section.checked(name, form, check)
        }
    }

    /// Texts, each once; a single one may stand without a list.
    /// - Parameters:
    ///   - form: What each of them is.
    ///   - one: What one of them is called in a mistake about a repetition.
    ///   - isNeeded: False where none means something.
    ///   - identity: By what two of them are the same.
    ///   - check: The value as it is kept; nil when it is not allowed.
    public static func texts(
        _ name: String, _ property: Property<[String]>, _ form: String, one: String, isNeeded: Bool = true,
        _ about: String, example: String, identity: @escaping @Sendable (String) -> String = { $0 },
        check: @escaping @Sendable (String) -> String?
    ) -> Self {
        Self(name, form, isNeeded ? .needed : .optional, about, example: example) { section, settings in
            var seen: Set<String> = []
            settings[keyPath: property] = section.texts(name, of: form).compactMap { text in
                guard let value = check(text.value) else {
                    section.refuse(
                        name, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: form)
                    return nil
                }
                guard seen.insert(identity(value)).inserted else {
                    section.refuse(
                        name, at: text.mark, found: "\"\(value)\" a second time", allowed: "each \(one) once")
                    return nil
                }
                return value
            }
        }
    }

    // MARK: - Numbers and choices

    /// A number whose default depends on something else.
    /// - Parameter standard: The default in words.
    public static func port(_ name: String, _ property: Property<Int?>, default standard: String, _ about: String)
        -> Self
    {
        Self(name, "a whole number from 1 to 65535", .standard(standard), about, example: "") { section, settings in
            let port: Int? = section.integer(name, in: 1...65_535, unit: "")
            settings[keyPath: property] = port
        }
    }

    public static func flag(_ name: String, _ property: Property<Bool>, default standard: Bool, _ about: String)
        -> Self
    {
        Self(name, "true or false", .standard("\(standard)"), about, example: "\(standard)") { section, settings in
            settings[keyPath: property] = section.bool(name, default: standard)
        }
    }

    public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ property: Property<Choice>, default standard: Choice, _ about: String
    ) -> Self where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return Self(name, words, .standard(standard.rawValue), about, example: standard.rawValue) { section, settings in
            settings[keyPath: property] = section.choice(name, default: standard)
        }
    }

    // MARK: - Places

    /// A file; a relative path counts from the configuration's folder.
    public static func file(_ name: String, _ property: Property<URL?>, _ about: String) -> Self {
        Self(name, "a path", .optional, about, example: "") { section, settings in
            settings[keyPath: property] = section.path(name)
        }
    }

    /// A host's name or address.
    public static func host(_ name: String, _ property: Property<String>, _ about: String, example: String) -> Self {
        text(
            name, property, "a host's name or address, without scheme and port", about, example: example,
            check: { text in
                let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
                return NetworkAddress.isHost(bare) ? text : nil
            })
    }

    /// An `http` or `https` address that is no secret.
    public static func address(_ name: String, _ property: Property<URL?>, default standard: String, _ about: String)
        -> Self
    {
        Self(name, "http://host/… or https://host/…", .standard(standard), about, example: "") { section, settings in
            settings[keyPath: property] = section.webAddress(name)?.value ?? URL(string: standard)
        }
    }

    /// An address that whoever knows it can use.
    /// - Parameter isNeeded: False where another key may stand instead.
    public static func secretAddress(
        _ name: String, _ property: Property<SecretURL?>, isNeeded: Bool = true, needs: String = "https://host/…",
        _ about: String, example: String
    ) -> Self {
        Self(
            name, "an address, ${NAME} or file:PATH", isNeeded ? .needed : .optional, isSecret: true, about,
            example: example, needs: needs
        ) { section, settings in
            settings[keyPath: property] = section.secretAddress(name).map { SecretURL($0.value) }
        }
    }

    // MARK: - Secrets

    /// - Parameters:
    ///   - what: What it is: "the password".
    ///   - isNeeded: Whether it must be there.
    public static func secret(
        _ name: String, _ property: Property<Secret?>, what: String, isNeeded: Bool = false, _ about: String,
        example: String = ""
    ) -> Self {
        Self(
            name, "${NAME}, file:PATH or the text itself", isNeeded ? .needed : .optional, isSecret: true, about,
            example: example, needs: "${NAME} or file:PATH with \(what)"
        ) { section, settings in
            settings[keyPath: property] = section.secret(name, what: what)
        }
    }

    /// Header fields of HTTP, each a secret.
    public static func headers(
        _ name: String, _ property: Property<[String: Secret]>, _ about: String, example: String
    ) -> Self {
        Self(name, "header names with secrets", .optional, isSecret: true, about, example: example) {
            section, settings in
            settings[keyPath: property] = section.section(name).headers()
        }
    }
}

extension Section {
    fileprivate func checked(
        _ key: String, _ allowed: String, _ check: (String) -> String?, found: ((String) -> String)? = nil
    ) -> String? {
        guard let text = text(key, allowed: allowed) else { return nil }
        if let value = check(text.value) { return value }
        refuse(
            key, at: text.mark, found: found?(text.value) ?? "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
        return nil
    }

    fileprivate func headers() -> [String: Secret] {
        // Set by the channel itself.
        let reserved = ["host", "content-length", "content-type", "transfer-encoding", "connection"]
        var headers: [String: Secret] = [:]
        for key in freeKeys {
            let isToken =
                !key.value.isEmpty
                && key.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
            guard isToken, !reserved.contains(key.value.lowercased()) else {
                context.problem(
                    key.mark, found: "\"\(ReadingContext.clip(key.value))\" in \(path)",
                    allowed:
                        "allowed: header names of letters, digits and -, but not \(reserved.joined(separator: ", "))")
                continue
            }
            if node(key.value) == nil { missing(key.value, allowed: "give it a value or remove it") }
            headers[key.value] = secret(key.value, what: "the header's value")
        }
        return headers
    }
}
