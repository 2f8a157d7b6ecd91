import Domain

extension SignPattern {
    func fits(_ sign: RuleSign) -> Bool {
        (kind == nil || kind == sign.kind) && (ruleName == nil || ruleName == sign.ruleName)
            && (zone == nil || zone == sign.facts.zoneName || zone == sign.facts.fromZoneName)
    }
}
