import Foundation

/// Asks the resolver.
enum HostName {
    /// Whether `name` has an address. Blocks as long as the resolver takes.
    static func isKnown(_ name: String) -> Bool {
        var result: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, nil, &result)
        if let result { freeaddrinfo(result) }
        return code == 0
    }
}
