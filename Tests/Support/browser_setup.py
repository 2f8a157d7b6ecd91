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

    ORDER = ["first_account", "by_hand", "line", "line_turned", "stay", "zone_renamed", "copied", "line_removed"]

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
        self.holds("  dwell:", "    - name: stay in walkway", "      zones: [walkway]", "      cameras: [aisle-4]", "      min_seconds: 90")
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


if __name__ == "__main__":
    samples = [(AISLE, "Aisle 4", "fall_box"), (DOCK, "Dock", "quiet_walk")]
    sys.exit(drive(__doc__, {camera: (name, os.path.join(ROOT, f"samples/{file}.mp4")) for camera, name, file in samples}, lambda browser, site, _: Setup(browser, site)))
