#!/usr/bin/env python3
"""From the alert's link to "cleared": a check list that several people see at once, comments, photos, in Chromium against a daemon.

usage: browser_solving.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import os
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

CAMERA = os.path.join(ROOT, "samples", "quiet_place.mp4")

PLAYBOOK = """\
alerts:
  playbooks:
    - name: Something lies in the aisle
      steps: [{text: Close aisle 4, needs: two cones}, {text: "Absorbent, cabinet 2"}, {text: Photo when it is dry}]
      contacts: [{name: Shift lead, phone: "+49 170 1234567", note: "at night, too"}]
"""

# A photo as a telephone's camera gives it to the page.
TAKE_PHOTO = """
    const canvas = document.createElement('canvas');
    canvas.width = 2400; canvas.height = 1800;
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#7a8b94'; pen.fillRect(0, 0, 2400, 1800); pen.fillStyle = '#c7b38a'; pen.fillRect(700, 700, 900, 600);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg'));
    const files = new DataTransfer();
    files.items.add(new File([blob], 'photo.jpg', { type: 'image/jpeg' }));
    const field = document.querySelector(given[0]);
    field.files = files.files;
    field.dispatchEvent(new Event('change', { bubbles: true }));
    return true"""


class Solving(Signed):
    """Behaviours in their order; each builds on the ones before."""

    ORDER = ["first_account", "playbook", "by_link", "others", "photo", "too_late", "accessible", "setting"]

    def other(self, action, form="", name="Ben"):
        """What somebody else does by the link, on a telephone without scripts."""
        request = urllib.request.Request(
            f"{self.site.base}{self.link}/{action}", urllib.parse.urlencode(form).encode() if form else b"",
            headers={"Cookie": f"aislewatch_name={name}", "Content-Type": "application/x-www-form-urlencoded"})
        urllib.request.urlopen(request, timeout=30).read()

    def playbook(self):
        """an incident comes with its check list and contacts"""
        b = self.browser
        answer = self.send("POST", "/api/v1/cameras/cam-1/trigger", {"reason": "box in the aisle"})
        self.incident = answer["incident"]
        self.link = self.send("POST", f"/api/v1/incidents/{self.incident}/links", {"may_act": True})["path"]
        b.go(f"/incidents/{self.incident}")
        b.says("Close aisle 4")
        b.says("Shift lead")
        b.shot("handling-open-1280", whole=True)

    def by_link(self):
        """what is said by the link is on the open page at once, with name and time"""
        b = self.browser
        self.other("on-the-way")
        b.says("Ben (link)")
        self.other("say", {"tick": "Close aisle 4"})
        b.wait("the tick", "return document.querySelectorAll('.check-list input:checked').length === 1")
        # What is being written stays while others go on.
        b.js("const field = document.querySelector('#handling input[name=comment]'); field.focus(); field.value = 'two lit'")
        self.other("say", {"comment": "I have the cones"}, name="Cem")
        b.says("I have the cones")
        check(b.js("return document.querySelector('#handling input[name=comment]').value") == "two lit", "what was being written is gone")
        b.js("document.querySelector('#handling input[name=comment]').value = ''; document.activeElement.blur()")
        for scheme in ("light", "dark"):
            b.scheme(scheme)
            b.shot(f"handling-{scheme}-1280", whole=True)
        b.scheme("light")

    def others(self):
        """the page behind the link shows what others do while it is open"""
        b = self.browser
        b.resize(390, 844)
        b.open(self.link)
        b.says("On the way: Ben (link)")
        b.js("document.querySelector('input[name=name]').value = 'Anna'; document.querySelector('input[name=name]').form.requestSubmit()")
        b.wait("the name is kept", "return document.querySelector('input[name=name]')?.value === 'Anna'")
        b.wait("the script listens", "return !document.querySelector('[data-photo]').hidden")
        b.js("document.querySelector('input[name=comment]').value = 'half'")
        self.other("clearing", name="Cem")
        b.says("Being cleared by Cem (link)")
        check(b.js("return document.querySelector('input[name=comment]').value") == "half", "what was being written is gone")
        b.press("Absorbent, cabinet 2")
        b.wait("two ticks", "return document.querySelectorAll('.ticked').length === 2")
        b.says("Anna (link)")
        for scheme in ("light", "dark"):
            b.scheme(scheme)
            b.shot(f"link-{scheme}-390", whole=True)
        b.scheme("light")

    def photo(self):
        """a photo is made smaller, sent, and shown to the others"""
        b = self.browser
        b.js_async(TAKE_PHOTO, "[data-photo] input")
        b.wait("it is there", "return document.querySelector('.log img')?.naturalWidth === 1600")
        b.shot("link-photo-390", whole=True)
        b.resize(1280)
        b.open(f"/#/incidents/{self.incident}")
        b.wait("it is on the incident's page", "return document.querySelector('#handling .log img')?.naturalWidth === 1600")
        b.js_async(TAKE_PHOTO, "#handling input[type=file]")
        b.wait("another one", "return document.querySelectorAll('#handling .log img').length === 2")

    def too_late(self):
        """who comes too late is told who cleared it, and nothing is done twice"""
        b = self.browser
        b.press("It’s cleared", "#handling")
        b.says("Cleared")
        before = len(self.send("GET", f"/api/v1/incidents/{self.incident}")["handling"]["steps"])
        self.other("on-the-way")
        self.other("cleared")
        answer = self.send("POST", f"/api/v1/incidents/{self.incident}/handling", {"action": "state", "text": "clearing"})
        check((answer["outcome"], answer["by"]) == ("refused", "chief"), f"the answer is {answer['outcome']}")
        check(len(answer["incident"]["handling"]["steps"]) == before, "something was done twice")
        b.go("/incidents?state=cleared")
        b.wait("it is in the list", f"return document.querySelector('[data-incident=\"{self.incident}\"] [data-state=cleared]')")
        b.shot("list-cleared-1280")

    def accessible(self):
        """axe-core finds nothing on either page"""
        b = self.browser
        for place in (lambda: b.open(f"/#/incidents/{self.incident}"), lambda: b.open(self.link)):
            place()
            b.says("Close aisle 4")
            for scheme in ("light", "dark"):
                b.scheme(scheme)
                found = b.violations()
                check(not found, "\n".join(found[:6]))
            b.scheme("light")
        b.resize(390, 844)
        b.open(f"/#/incidents/{self.incident}")
        b.says("Close aisle 4")
        wide = b.js("return document.documentElement.scrollWidth - innerWidth")
        check(wide <= 0, f"{wide} px wider than the screen")
        b.shot("handling-390", whole=True)
        b.resize(1280)

    def setting(self):
        """playbooks stand on the page of alerts"""
        b = self.browser
        b.go("/setup/alerts")
        b.says("Playbooks")
        b.says("Something lies in the aisle")
        b.shot("playbooks-1280", whole=True)


if __name__ == "__main__":
    sys.exit(drive(
        __doc__, {"cam-1": ("Aisle 4", CAMERA)}, lambda browser, site, _: Solving(browser, site),
        web=lambda site: f"web: {{host: 127.0.0.1, port: {site.port}}}\n{PLAYBOOK}"))
