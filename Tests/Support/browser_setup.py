#!/usr/bin/env python3
"""The set-up as people use it without touching the file, in Chromium against a real daemon with two looping cameras.

usage: browser_setup.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

AISLE, DOCK = "aisle-4", "dock"


class Setup(Signed):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["first_account", "by_hand", "line", "line_turned", "stay", "zone_renamed", "copied", "line_removed",
             "scale", "marks", "sensitivity", "routes", "wrong_route", "schedules", "rule_times", "combination", "place_rule", "clips_stay", "template", "history", "audit", "all_keys"]
    # A change that is refused is answered so.
    EXPECTED = {**Signed.EXPECTED, "wrong_route": ("422",), "place_rule": ("422",)}

    def save(self, title=None):
        """The difference is agreed to, and the file has it."""
        b = self.browser
        b.has("dialog .diff")
        before = self.site.text()
        b.press("Save", "dialog")
        b.wait("the file is another", lambda: self.site.text() != before)
        b.wait("no question is open", "return !document.querySelector('dialog')")
        # Whoever reads the file next finds it whole, and the daemon has it in force.
        b.wait("it is said", "return document.querySelector('#toasts').innerText.includes('Saved')")
        b.js("document.getElementById('toasts').replaceChildren()")
        return self.site.text()

    def holds(self, *lines):
        """Lines that follow each other in the file, their indentation within one another included."""
        text = self.site.text()
        wanted = "\n".join(lines)
        # A click falls on a pixel, not on a fraction.
        rounded = re.sub(r"\d\.\d+", lambda number: f"{float(number.group(0)):.2f}".rstrip("0"), text)
        check(wanted in text or wanted in rounded, f"the file has not\n{wanted}\nbut\n{text}")
        check("This comment must survive" in text, "the file's comment is gone")

    def shots(self, name):
        b = self.browser
        for width in (1280, 1920, 390):
            b.resize(width)
            broken = b.js("return [...document.querySelectorAll('.segments button')].filter((node) => !node.innerText.includes(' ') && node.checkVisibility() && node.getBoundingClientRect().height > 60).map((node) => node.innerText)")
            check(not broken, f"at {width} px the words {broken} are broken")
            b.shot(f"{name}-{width}", whole=True)
        b.resize(1280)
        found = b.violations()
        check(not found, "axe-core: " + "\n".join(found))

    def places(self, camera=AISLE):
        b = self.browser
        b.go("/setup")
        b.go(f"/setup/cameras/{camera}")
        b.has(".board .drawing")
        b.wait("the picture", "const image = document.querySelector('.board img'); return image.hidden || image.naturalWidth")

    def by_hand(self):
        """the cameras stand in the file as a person writes them"""
        text = self.site.text()
        for camera, name in ((AISLE, "Aisle 4"), (DOCK, "Dock")):
            flow = re.search(r"  - \{id: %s.*url: (\".*\")\}" % camera, text)
            text = text.replace(flow.group(0), f"  - id: {camera} # its folder's name\n    name: {name}\n    url: {flow.group(1)}")
        self.send("PUT", "/api/v1/configuration", {"text": text})
        self.holds("  - id: dock # its folder's name", "    name: Dock")

    def line(self):
        """a line drawn on the picture is a rule of this camera, and its arrow shows where it counts"""
        b = self.browser
        self.places()
        b.press("Draw a line")
        b.click_at(".board", 0.2, 0.8)
        b.click_at(".board", 0.2, 0.4)
        b.fill("name", "out through the gate", ".side")
        b.choose("direction", "to_left")
        # From below to above: left is left.
        check("to the left" in b.js("return document.querySelector('select[name=direction]').selectedOptions[0].innerText"), "the arrow points elsewhere")
        arrow = b.js("return document.querySelectorAll('.floor-line .ink')[1].getAttribute('points').split(' ').map((point) => point.split(',').map(Number))")
        check(arrow[1][0] < arrow[0][0] and abs(arrow[1][1] - arrow[0][1]) < 1, f"the arrow goes {arrow}")
        b.press("Save zones and lines")
        self.save()
        self.holds("rules:", "  line_crossing:", "    - name: out through the gate", "      line: [[0.2, 0.8], [0.2, 0.4]]", "      direction: to_left", "      cameras: [aisle-4]")
        self.shots("line")

    def line_turned(self):
        """an end is moved by key, the direction turned, and one step undone"""
        b = self.browser
        end = b.js("const [node] = document.querySelectorAll('.handles .handle'); node.focus(); return node")
        end.send_keys("\ue014")  # arrow to the right
        b.choose("direction", "to_right")
        b.press("Undo")
        check(b.js("return document.querySelector('select[name=direction]').value") == "to_left", "the direction is not as before")
        b.press("Save zones and lines")
        self.save()
        self.holds("      line: [[0.2, 0.8], [0.2, 0.4]]", "      direction: to_left")
        check("[[0.203" in self.site.text(), "the end has not moved")

    def stay(self):
        """a zone with the time after which who stays there is reported"""
        b = self.browser
        b.press("Draw a zone")
        corners = [(0.3, 0.5), (0.6, 0.5), (0.6, 0.9), (0.3, 0.9)]
        for corner in corners + corners[:1]:
            b.click_at(".board", *corner)
        b.fill("name", "walkway", ".side")
        b.fill("dwell", "90", ".side")
        b.js("document.querySelector('[name=entry]').click()")
        b.press("Save zones and lines")
        self.save()
        self.holds("  dwell:", "    - name: stay in walkway", "      zones: [walkway]", "      min_seconds: 90", "      cameras: [aisle-4]")
        self.holds("  zone_entry:", "    - name: entry to walkway", "      zones: [walkway]", "      cameras: [aisle-4]")
        self.shots("zone")

    def zone_renamed(self):
        """a zone's new name stands wherever somebody referred to it"""
        b = self.browser
        self.send("POST", "/api/v1/configuration/edits", {"edits": [
            {"op": "set", "path": ["alerts", "channels"], "value": [{"name": "hook", "type": "webhook", "url": "http://127.0.0.1:9/hook"}]},
            {"op": "set", "path": ["alerts", "routes"], "value": [{"channels": ["hook"], "zones": ["walkway"]}]},
            {"op": "set", "path": ["rules", "combinations"], "value": [{"name": "both", "when": {"all": [{"sees": "dwell", "zone": "walkway"}, {"not": {"occupied": "walkway"}}]}}]}]})
        self.places()
        b.fill("name", "Gehweg Süd", ".side")
        b.press("Save zones and lines")
        text = self.save()
        check("walkway" not in text.replace("kind: walkway", ""), f"the old name is still there\n{text}")
        check(text.count("Gehweg Süd") == 8, f"the new name is there {text.count('Gehweg Süd')} times\n{text}")

    def copied(self):
        """a zone and a line are copied to another camera"""
        b = self.browser
        self.places()
        b.press("Copy to another camera")
        b.js("document.querySelector('dialog [value=dock]').click()")
        b.press("Copy", "dialog")
        b.wait("what changes", "return document.querySelector('dialog .diff')")
        self.save()
        self.holds("      cameras: [aisle-4, dock]")
        self.places()
        b.js("[...document.querySelectorAll('.zone-row')].find((row) => row.innerText.includes('out through')).click()")
        b.press("Copy to another camera")
        b.js("document.querySelector('dialog [value=dock]').click()")
        b.press("Copy", "dialog")
        b.wait("what changes", "return document.querySelector('dialog .diff')")
        self.save()
        self.holds("    - name: out through the gate (Dock)", "      line: [[0.2, 0.8], [0.2, 0.4]]", "      direction: to_left", "      cameras: [dock]")
        self.places(DOCK)
        b.says("Gehweg Süd")
        check(len(b.js("return [...document.querySelectorAll('.zone-row')].map((row) => row.innerText)")) == 2, "the dock has not both")
        self.shots("copied")

    def line_removed(self):
        """a line that is removed takes its rule with it"""
        b = self.browser
        b.js("[...document.querySelectorAll('.zone-row')].find((row) => row.innerText.includes('out through')).click()")
        b.press("Remove this line")
        b.press("Save zones and lines")
        text = self.save()
        check("(Dock)" not in text and "out through the gate" in text, text)


    def scale(self):
        """a scale is measured in one way or the other, never in both, and can be taken away"""
        b = self.browser
        self.places(DOCK)
        b.press("Scale")
        b.press("Upright")
        b.fill("metres", "1.5")
        b.press("Save the scale")
        self.save()
        self.holds("    picture_height_metres: 5")
        b.press("On the floor")
        b.press("Save the scale")
        self.save()
        self.holds("    calibration:", "      rectangle:")
        self.shots("scale")
        b.press("Upright")
        b.press("Save the scale")
        text = self.save()
        check("calibration" not in text and "picture_height_metres: 5" in text, text)
        b.press("Remove the scale")
        text = self.save()
        check("picture_height_metres" not in text, text)
        b.wait("there is none to take away", "return ![...document.querySelectorAll('button')].some((node) => node.innerText.includes('Remove the scale') && node.checkVisibility())")

    def marks(self):
        """a scale is made from four points of the floor with their places in metres"""
        b = self.browser
        self.places(DOCK)
        b.press("Marks")
        b.says("At least four points of the floor")
        for _ in range(4):
            b.press("Point of the floor")
        for index, value in enumerate(("0", "0", "2.4", "0", "2.4", "3.6", "0", "3.6")):
            node = b.js("return document.querySelectorAll('[name=mark]')[arguments[0]]", index)
            b.js("arguments[0].value = ''", node)
            node.send_keys(value)
        self.shots("marks")
        b.press("Save the marks")
        self.save()
        self.holds("    calibration:", "      floor_points:", "        - picture: [0.3, 0.85]", "          metres: [0, 0]", "        - picture: [0.7, 0.85]", "          metres: [2.4, 0]")

    # MARK: Sensitivity

    def sensitivity(self):
        """a rule's sensitivity before one camera is set by a slider that says what it would have reported last week"""
        b = self.browser
        b.wait("a fall", lambda: b.js_async("return (await (await fetch('/api/v1/incidents?kind=falling_object')).json()).incidents.length"))
        self.places()
        b.press("Sensitivity")
        slider = b.has("input[type=range][name=falling_object]")
        b.says("As for all cameras")
        told = b.js("return document.querySelector('#told-falling_object').innerText")
        check("It would have reported" in told and "of last week" in told, f"it says “{told}”")
        # To what is four times as large, by key: fewer falls are.
        for _ in range(4):
            slider.send_keys("\ue012")
        told = b.js("return document.querySelector('#told-falling_object').innerText")
        check("Reports only what is 4 times larger or faster" in told and "No longer reported" in told, f"it says “{told}”")
        self.shots("sensitivity")
        b.has("input[type=range][name=spill]").send_keys("\ue011")
        b.press("Save sensitivity")
        self.save()
        self.holds("    sensitivity:", "      falling_object: 0.25", "      spill: false")
        # In force: the threshold that is judged by is four times as high.
        scores = self.threshold("falling_object", "min_drop_picture_heights")
        check(abs(scores - 0.28) < 1e-6, f"the threshold in force is {scores}")
        b.has("input[type=range][name=falling_object]").send_keys("\ue010", "\ue012", "\ue012", "\ue012", "\ue012")
        b.has("input[type=range][name=spill]").send_keys("\ue012" * 0 + "\ue014" * 5)
        b.press("Save sensitivity")
        self.save()
        check("sensitivity" not in self.site.text(), "what is as for all cameras still stands in the file")

    def threshold(self, rule, parameter):
        """What the daemon judges by before the first camera."""
        return self.browser.js_async(
            "return await new Promise((resolve, reject) => {"
            f"const source = new EventSource('/api/v1/events?scores=true&camera={AISLE}'); setTimeout(() => reject(new Error('no scores')), 30000);"
            "source.addEventListener('scores', (event) => { const { scores } = JSON.parse(event.data);"
            "const found = scores.find((score) => score.rule === given[0] && score.parameter === given[1]); if (found) { source.close(); resolve(found.threshold); } }); })",
            rule, parameter)

    # MARK: Alerts

    def tick(self, within, *values):
        for value in values:
            self.browser.js("const box = document.querySelector(`${arguments[0]} input[value='${arguments[1]}']`); box.scrollIntoView({ block: 'center' }); box.click()", within, value)

    def panel(self, title):
        """A panel by its heading, as a selector."""
        return f"section.panel[aria-label='{title}']"

    def routes(self):
        """who is alerted about what, in which shift, and who follows when nobody acknowledges"""
        b = self.browser
        b.go("/setup/alerts")
        inside = self.panel("Who is alerted about what")
        b.has(inside)
        b.press("Add a route", inside)
        route = f"{inside} details.item:last-of-type"
        b.wait("the new route", f"return document.querySelectorAll(\"{inside} details.item\").length === 2")
        self.tick(f"{route} [data-key=channels]", "hook")
        self.tick(f"{route} [data-key=cameras]", "dock")
        self.tick(f"{route} [data-key=kinds]", "spill", "falling_object")
        b.js("document.querySelector(arguments[0]).click()", f"{route} [data-key=shift] input[name=shift]")
        self.tick(f"{route} [data-key=shift]", "mon", "tue")
        b.fill("from", "6", f"{route} [data-key=shift]")
        b.fill("to", "14:30", f"{route} [data-key=shift]")
        b.press("Add a step", route)
        b.fill("after_minutes", "5", route)
        self.tick(f"{route} [data-key=escalate] [data-key=channels]", "hook")
        b.js("const select = document.querySelector(arguments[0]); select.value = 'medium'; select.dispatchEvent(new Event('change', { bubbles: true }))", f"{route} [name=min_severity]")
        self.shots("routes")
        b.press("Save", inside)
        self.save()
        self.holds("    - channels: [hook]", "      zones: [Gehweg Süd]", "    - channels: [hook]", "      cameras: [dock]", "      kinds: [falling_object, spill]", "      min_severity: medium", "      escalate:")
        self.holds("        - after_minutes: 5", "          channels: [hook]")
        self.holds("      shift:", "        days: [mon, tue]", '        from: "06:00"', '        to: "14:30"')

    def wrong_route(self):
        """what is wrong stands beside the field that it is about, and nothing is saved"""
        b = self.browser
        before = self.site.text()
        inside = self.panel("Who is alerted about what")
        b.has(f"{inside} details.item")
        b.js("for (const item of document.querySelectorAll(`${arguments[0]} details.item`)) item.open = true", inside)
        route = f"{inside} details.item:last-of-type"
        b.fill("to", "25:99", f"{route} [data-key=shift]")
        b.fill("after_minutes", "0", route)
        b.press("Save", inside)
        b.says("what is wrong stands beside the fields")
        told = b.js("return [...document.querySelectorAll(`${arguments[0]} .problem:not([hidden])`)].map((node) => [node.closest('[data-key]').dataset.key, node.innerText])", inside)
        check([key for key, _ in told] == ["to", "after_minutes"], f"it says {told}")
        check(told[1][1].startswith("“After (minutes)” is 0; allowed: a number from 1 to 1440"), f"it says {told[1][1]}")
        check(self.site.text() == before, "it was saved")
        self.shots("wrong-route")

    # MARK: Rules

    def rules_page(self):
        b = self.browser
        b.go("/setup")
        b.go("/setup/rules")
        b.has(self.panel("Schedules"))

    def schedules(self):
        """a schedule is made and gets another name; who referred to it follows"""
        b = self.browser
        self.rules_page()
        inside = self.panel("Schedules")
        b.press("Add a schedule", inside)
        self.tick(inside, "mon", "tue", "wed", "thu", "fri")
        b.press("Save", inside)
        self.save()
        self.holds("  schedules:", "    nights:", "      - days: [mon-fri]", '        from: "22:00"', '        to: "06:00"')

    def rule_times(self):
        """a rule is limited to a schedule, with a severity and a number of alarms; the schedule's new name follows"""
        b = self.browser
        self.rules_page()
        rule = "details.rule[open]"
        b.js("for (const node of document.querySelectorAll('details.rule details.more')) node.open = true")
        for name, value in (("during", "nights"), ("severity", "high")):
            b.js("const select = document.querySelector(arguments[0]); select.value = arguments[1]; select.dispatchEvent(new Event('change', { bubbles: true }))", f"{rule} [name={name}]", value)
        b.fill("alarms_per_hour", "12", rule)
        b.fill("min_drop_pixels", "30", rule)
        b.press("Save rules")
        self.save()
        self.holds("  falling_object:")
        for line in ("    during: nights", "    severity: high", "    alarms_per_hour: 12", "    min_drop_pixels: 30"):
            self.holds(line)
        self.rules_page()
        self.shots("rules")
        b.fill("schedule", "Nachtschicht Süd", self.panel("Schedules"))
        b.press("Save", self.panel("Schedules"))
        text = self.save()
        check("nights" not in text and "during: Nachtschicht Süd" in text, text)

    def combination(self):
        """a combination is put together by choosing, and reads in the file as a person writes it"""
        b = self.browser
        self.rules_page()
        inside = self.panel("Combinations")
        b.press("Add a combination", inside)
        item = f"{inside} details.item:last-of-type"
        b.fill("name", "fell at night and nobody came", item)
        choose = "const list = document.querySelectorAll(arguments[0]); const select = list[arguments[1]]; select.value = arguments[2]; select.dispatchEvent(new Event('change', { bubbles: true }))"
        kind = f"{item} select[name=condition]"
        b.js(choose, kind, 0, "all")
        b.js(choose, kind, 1, "during")
        b.js(choose, f"{item} [data-key=when] select[name=during]", 0, "Nachtschicht Süd")
        b.js(choose, kind, 2, "first")
        b.js(choose, f"{item} select[name=sees]", 0, "falling_object")
        b.js(choose, kind, 4, "not")
        b.js(choose, f"{item} select[name=sees]", 1, "zone_entry")
        b.js(choose, f"{item} select[name=zone]", 1, "Gehweg Süd")
        self.shots("combination")
        b.press("Save", inside)
        self.save()
        self.holds("    - name: fell at night and nobody came", "      when:", "        all:", "          - during: Nachtschicht Süd", "          - first:", "              sees: falling_object", "            then:", "              not:")
        for line in ("                sees: zone_entry", "                zone: Gehweg Süd", "            within_seconds: 60"):
            self.holds(line)

    def place_rule(self):
        """a rule about a place is added with its zones and taken away again"""
        b = self.browser
        self.rules_page()
        inside = self.panel("Add a rule about a place")
        b.press("Add this rule", inside)
        b.says("what is wrong stands beside the fields")
        b.fill("name", "nobody in the aisle", inside)
        self.tick(f"{inside} [data-key=zones]", "Gehweg Süd")
        b.fill("min_height", "0.9 m", inside)
        b.press("Add this rule", inside)
        self.save()
        self.holds("    - name: nobody in the aisle", "      zones: [Gehweg Süd]", "      min_height: 0.9 m")
        self.rules_page()
        b.js("[...document.querySelectorAll('details.rule')].find((node) => node.innerText.includes('nobody in the aisle')).open = true")
        b.js("[...document.querySelectorAll('details.rule')].find((node) => node.innerText.includes('nobody in the aisle')).querySelector('.danger').click()")
        b.press("Remove", "dialog")
        b.wait("what changes", "return document.querySelector('dialog .diff')")
        text = self.save()
        check("nobody in the aisle" not in text and "entry to Gehweg Süd" in text, text)

    # MARK: The rest

    def clips_stay(self):
        """how long clips stay is set on the site's page, and that it waits for a restart is said"""
        b = self.browser
        b.go("/setup/site")
        inside = self.panel("Recording")
        b.fill("keep_days", "14", inside)
        b.press("Add an exception", inside)
        self.tick(f"{inside} [data-key=keep] [data-key=severity]", "high")
        b.fill("days", "90", f"{inside} [data-key=keep]")
        self.shots("site")
        b.press("Save", inside)
        b.says("take effect when Aislewatch is restarted")
        self.save()
        self.holds("recording: {pre_roll_seconds: 4, post_roll_seconds: 3, retention: {keep_days: 14, keep: [{severity: [high], days: 90}]}}")

    def template(self):
        """one camera's settings are taken over for another"""
        b = self.browser
        self.send("POST", "/api/v1/configuration/edits", {"edits": [{"op": "set", "path": ["cameras", AISLE, "sensitivity"], "value": {"spill": 2}}]})
        b.go("/setup")
        b.go("/setup/cameras")
        inside = self.panel("The same settings for several cameras")
        b.has(inside)
        self.tick(inside, "sensitivity", "dock")
        b.js("document.querySelector(arguments[0]).scrollIntoView()", inside)
        self.shots("template")
        b.press("Take over", inside)
        text = self.save()
        check(text.count("      spill: 2") == 2, text)

    def history(self):
        """each change stands in the history with what it changed, and any version comes back"""
        b = self.browser
        b.go("/setup/file")
        b.has("details.version")
        count = b.js("return document.querySelectorAll('details.version').length")
        check(count > 12, f"{count} versions")
        b.js("document.querySelectorAll('details.version')[1].open = true")
        self.shots("history")
        now = self.site.text()
        b.js("document.querySelectorAll('details.version')[2].open = true")
        b.js("document.querySelectorAll('details.version')[2].querySelector('button').click()")
        b.wait("what changes", "return document.querySelector('dialog .diff')")
        b.press("Save", "dialog")
        b.wait("the file is another", lambda: self.site.text() != now)
        b.has("details.version")
        b.says("Gone back to version")
        # Twice undone: what it was before one went back, and what was before that.
        for wanted in (lambda: self.site.text() == now, lambda: self.site.text() != now):
            b.wait("one can undo", "const button = [...document.querySelectorAll('button')].find((node) => node.innerText.includes('Undo the last change')); return button && !button.disabled")
            b.press("Undo the last change")
            b.wait("it is undone", wanted)
            b.js("document.getElementById('toasts').replaceChildren()")
            b.go("/setup")
            b.go("/setup/file")
            b.has("details.version")

    def audit(self):
        """the log of changes says in words who did what, and shows what a change of the file changed"""
        b = self.browser
        self.send("POST", "/api/v1/configuration/edits", {"edits": [{"op": "set", "path": ["recording", "post_roll_seconds"], "value": 4}]})
        b.go("/setup/audit")
        b.has("tbody tr details")
        text = b.js("return document.querySelector('tbody').innerText")
        check("Set-up changed" in text and "First account made" in text and "chief" in text, text[:600])
        check("configuration." not in text and "@@" not in text and not b.find("tbody td > code"), f"it has codes instead of words: {text[:600]}")
        b.js("document.querySelector('tbody tr details').open = true")
        check(b.js("return document.querySelector('tbody .diff .added, tbody .diff .removed').checkVisibility()"), "it does not show what changed")
        self.shots("audit")

    def all_keys(self):
        """every key of the file has a field on some page"""
        b = self.browser
        described = b.js_async("const { settings } = await (await fetch('/api/v1/configuration/settings')).json(); return settings.map(({ path }) => path)")
        # What is drawn, typed in a form of its own, or put together by choosing; behaviours of this and other scripts use them.
        own = re.compile(r"cameras(\[\]\.(id|name|url|username|password|analysis_url|analysis_fps|picture_height_metres|sensitivity|calibration|zones).*)?$"
                         r"|alerts\.channels.*|rules\.(schedules|combinations|[a-z_]+(\[\])?\.).*|rules\.(falling_object|toppled_stack|spill|person_down|near_miss|object_left|object_removed|marked_object_moved|camera_tampered|zone_entry|line_crossing|dwell)$"
                         r"|(site|analysis|recording|rules|alerts|alerts\.operations|web|storage|model|second_look)$")
        found = set()
        for page in ("/setup/site", "/setup/alerts", "/setup/rules", f"/setup/cameras/{AISLE}"):
            b.go("/setup/cameras")
            b.wait("the list of cameras", "return document.querySelector('.poster') && !document.querySelector('.field[data-path], .group[data-path]')")
            b.go(page)
            if page.startswith("/setup/cameras/"):
                b.press("Connection")
            b.has(".field[data-path], .group[data-path]")
            b.js("for (const button of document.querySelectorAll('fieldset.group > .buttons button')) button.click()")
            found |= set(b.js("for (const button of document.querySelectorAll('.item fieldset.group > .buttons button')) button.click(); return [...document.querySelectorAll('.field[data-path], .group[data-path]')].map((node) => node.dataset.path)"))
        missing = [path for path in described if path not in found and not own.match(path)]
        check(not missing, f"no page has {missing}")


if __name__ == "__main__":
    samples = [(AISLE, "Aisle 4", "fall_box"), (DOCK, "Dock", "quiet_walk")]
    sys.exit(drive(__doc__, {camera: (name, os.path.join(ROOT, f"samples/{file}.mp4")) for camera, name, file in samples}, lambda browser, site, _: Setup(browser, site)))
