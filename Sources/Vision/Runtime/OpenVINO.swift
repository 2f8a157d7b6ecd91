internal import COpenVINO

/// Helpers for the C interface of OpenVINO: errors and properties.
enum OpenVINO {
    /// One line that says why the call before failed. To be asked right after it, on the same thread.
    static func reason(_ status: ov_status_e) -> String {
        let message = ov_get_last_err_msg().map { String(cString: $0) } ?? ""
        let text = condensed(message)
        if !text.isEmpty { return text }
        return ov_get_error_info(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    }

    /// The runtime's messages begin with lines of source positions; what a person can use stands after them.
    static func condensed(_ message: String) -> String {
        let lines = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
        let useful = lines.filter { !$0.hasPrefix("Exception from") && !$0.hasPrefix("Check '") && !$0.isEmpty }
        return String((useful.isEmpty ? lines : useful).joined(separator: " ").prefix(300))
    }

    static func check(_ status: ov_status_e, _ error: (String) -> VisionError) throws {
        guard status == OK else { throw error(reason(status)) }
    }

    /// Calls `body` with the properties in the form of the C interface.
    static func withProperties<R>(
        _ properties: [(key: String, value: String)], _ body: (UnsafePointer<ov_property_t>?, Int) throws -> R
    ) rethrows -> R {
        var strings: [UnsafeMutablePointer<CChar>] = []
        defer { for string in strings { string.deallocate() } }
        func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
            let characters = text.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
            for (index, character) in characters.enumerated() { (copy + index).initialize(to: character) }
            strings.append(copy)
            return copy
        }
        var list: [ov_property_t] = []
        for (key, value) in properties {
            var property = ov_property_t()
            property.key = UnsafePointer(copy(key))
            property.value = UnsafeRawPointer(copy(value))
            list.append(property)
        }
        return try list.withUnsafeBufferPointer { try body($0.baseAddress, $0.count) }
    }
}
