import Domain

extension Playbook {
    /// One entry of `alerts.playbooks`.
    init?(reading section: Section, cameras known: [CameraConfiguration]) {
        let name = section.text("name", allowed: "what people call it")
        if section.node("name") == nil { section.missing("name", allowed: "needed: what people call it") }
        let target = IncidentTarget(reading: section, cameras: known)
        let steps = section.sections("steps", of: "steps").compactMap(Step.init(reading:))
        let contacts = section.sections("contacts", of: "contacts").compactMap(Contact.init(reading:))
        section.finish()
        guard let name else { return nil }
        self.init(
            name: name.value, cameras: Set(target.cameras), kinds: Set(target.kinds), zones: Set(target.zones),
            minSeverity: target.minSeverity, steps: steps, contacts: contacts)
    }
}

extension Playbook.Step {
    fileprivate init?(reading section: Section) {
        let limit = IncidentHandling.longestText
        let text = section.text("text", allowed: "what is to be done")
        if section.node("text") == nil { section.missing("text", allowed: "needed: what is to be done") }
        let needs = section.text("needs", allowed: "who or what it takes")
        section.finish()
        guard let text else { return nil }
        guard text.value.count <= limit else {
            section.refuse("text", at: text.mark, found: "longer than that", allowed: "at most \(limit) characters")
            return nil
        }
        self.init(text.value, needs: needs?.value)
    }
}

extension Playbook.Contact {
    fileprivate init?(reading section: Section) {
        let name = section.text("name", allowed: "who it is")
        if section.node("name") == nil { section.missing("name", allowed: "needed: who it is") }
        let phone = section.text("phone", allowed: "a telephone number as it is dialled")
        let note = section.text("note", allowed: "when or what for to call")
        section.finish()
        guard let name else { return nil }
        // It stands in a link.
        if let phone, !phone.value.allSatisfy({ $0.isASCII && ($0.isNumber || "+-/() ".contains($0)) }) {
            section.refuse(
                "phone", at: phone.mark, found: "no telephone number", allowed: "digits, +, -, / and brackets")
            return nil
        }
        self.init(name: name.value, phone: phone?.value, note: note?.value)
    }
}
