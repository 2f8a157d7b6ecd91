import Domain

extension Section {
    /// A time of day as in "06:30", in minutes since midnight. YAML 1.1 reads an unquoted 06:30 as a text, too.
    func timeOfDay(_ key: String) -> Int? {
        let allowed = "a time of day as in \"06:30\", from 00:00 to 23:59"
        guard let text = text(key, allowed: allowed) else { return nil }
        let parts = text.value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else {
            refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return hour * 60 + minute
    }

    /// `{days: [mon, …], from: "06:00", to: "14:00"}`; nil when there is none.
    func shift(_ key: String) -> Shift? {
        let section = section(key)
        guard section.isPresent else { return nil }
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let days = section.names("days", known: names, of: "days").compactMap { names.firstIndex(of: $0) }
        let from = section.timeOfDay("from"), to = section.timeOfDay("to")
        for key in ["from", "to"] where section.node(key) == nil {
            section.missing(key, allowed: "needed: a time of day as in \"06:30\"")
        }
        section.finish()
        guard let from, let to else { return nil }
        return Shift(weekdays: days.isEmpty ? Set(1...7) : Set(days.map { $0 + 1 }), fromMinute: from, toMinute: to)
    }
}
