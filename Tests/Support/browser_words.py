#!/usr/bin/env python3
"""The pages in other languages, in Chromium against a real daemon with a looping camera.

Russian is a language of this test's own: each text of the catalogue stands in ⟦…⟧, and all that people name is written in Cyrillic
letters, so that Latin letters outside of brackets are words that nobody has translated. Then every page is looked at in German.

usage: browser_words.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

CAMERA = "aisle-4"
CONE = (0.806, 0.66)
ZONES = ("zones: [{name: проход, kind: walkway, polygon: [[0.05, 0.75], [0.3, 0.75], [0.3, 0.98], [0.05, 0.98]]},"
         " {name: окно, kind: ignore, polygon: [[0.02, 0.02], [0.1, 0.02], [0.1, 0.12], [0.02, 0.12]]}]")
PAGES = {
    "live": "/", "camera": f"/camera/{CAMERA}", "incidents": "/incidents", "following": "/following", "status": "/status", "account": "/account",
    "setup-cameras": "/setup/cameras", "setup-zones": f"/setup/cameras/{CAMERA}", "setup-rules": "/setup/rules", "setup-alerts": "/setup/alerts", "setup-site": "/setup/site",
    "setup-silence": "/setup/silence", "setup-file": "/setup/file", "setup-users": "/setup/users", "setup-tokens": "/setup/tokens",
    "setup-audit": "/setup/audit", "not-found": "/incidents/none",
}
# Names and units that are the same everywhere.
SAME = [
    "Aislewatch", "Test hall", "chief", "hook", CAMERA, "English", "Deutsch", "Webhook", "Telegram", "Slack", "Teams", "ntfy", "MQTT", "TLS", "Mbit", "px", "kB", "MB", "GB", "TB",
    "Europe/Berlin", "Chrome", "Chromium", "Linux", "min_outline_contrast",
]
LEFT = r"""
const [data] = given;
const outside = (text) => {
  let depth = 0, rest = "";
  for (const sign of text) { if (sign === "⟦") depth += 1; else if (sign === "⟧") depth -= 1; else if (!depth) rest += sign; }
  for (const one of data) rest = rest.split(one).join(" ");
  return /[A-Za-z]{2,}/.test(rest.replace(/\w+:\/\/\S+/g, " "));
};
const skipped = "noscript, code, pre, textarea, kbd, script, style, .diff, [translate=no]";
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const { parentElement: parent, data: text } = walker.currentNode;
  if (!parent.closest(skipped) && outside(text)) found.push(text.trim());
}
for (const node of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], [data-label]")) {
  if (node.closest(skipped)) continue;
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-label", "aria-valuetext"]) if (outside(node.getAttribute(name) ?? "")) found.push(`${name}="${node.getAttribute(name)}"`);
}
if (outside(document.title)) found.push(`title: ${document.title}`);
return [...new Set(found)];
"""
ENGLISH = r"""
const [catalogue] = given;
const found = new Set();
const look = (text) => { const own = catalogue[text.trim()]; if (typeof own === "string" && own !== text.trim()) found.add(text.trim()); };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
// Languages are called as they call themselves.
while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("select[name=language]")) look(walker.currentNode.data);
for (const node of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) for (const name of ["aria-label", "title", "placeholder", "alt"]) look(node.getAttribute(name) ?? "");
return [...found];
"""


def catalogue(language, folder=os.path.join(ROOT, "Sources/Web/Assets")):
    with open(os.path.join(folder, "words", f"{language}.json"), encoding="utf-8") as file:
        return json.load(file)


def assets():
    """A copy of the pages' files with one language more."""
    folder = tempfile.mkdtemp(prefix="aislewatch-words-")
    copy = shutil.copytree(os.path.join(ROOT, "Sources/Web/Assets"), os.path.join(folder, "web"))
    bracketed = {text: {"other": f"⟦{text}⟧"} if isinstance(own, dict) else f"⟦{text}⟧" for text, own in catalogue("de").items()}
    with open(os.path.join(copy, "words/ru.json"), "w", encoding="utf-8") as file:
        json.dump(bracketed, file, ensure_ascii=False)
    return folder, copy


class Words(Signed):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["first_account", "furnished", "chosen", "nothing_left", "dialogs", "german", "mistake", "signed_out"]
    EXPECTED = {"first_account": ("401",), "nothing_left": ("404",), "german": ("404",), "mistake": ("422",), "signed_out": ("401",)}

    def furnished(self):
        """the site has one of everything, named in Cyrillic"""
        b = self.browser
        self.send("POST", "/api/v1/configuration/edits", {"edits": [
            {"op": "set", "path": ["alerts", "channels", "-"], "value": {"name": "hook", "type": "webhook", "url": "http://127.0.0.1:9/"}}]})
        self.send("POST", "/api/v1/users", {"name": "77", "password": self.PASSWORD, "role": "operator"})
        self.send("POST", "/api/v1/tokens", {"name": "доска", "role": "viewer"})
        self.send("POST", "/api/v1/snoozes", {"minutes": 30, "camera": CAMERA, "reason": "опись"})
        self.send("POST", "/api/v1/follows", {"camera": CAMERA, "click": {"positive": [list(CONE)]}, "name": "конус", "conditions": ["moves", "falls"]})
        self.send("POST", f"/api/v1/cameras/{CAMERA}/trigger", {"reason": "проверка"})
        self.incident = b.wait("a whole incident of a rule", lambda: self.whole())
        self.send("PUT", f"/api/v1/incidents/{self.incident}/review", {"verdict": "not_an_incident", "note": "ящик"})
        self.send("POST", f"/api/v1/incidents/{self.incident}/suppress", {"hours": 8})

    def whole(self):
        return self.browser.js_async(
            "const { incidents } = await (await fetch('/api/v1/incidents?limit=30&kind=falling_object')).json();"
            "for (const { id } of incidents) { const incident = await (await fetch(`/api/v1/incidents/${id}`)).json();"
            " if (incident.phase === 'ended' && incident.clips[0]?.state === 'finished') return id; } return null")

    def chosen(self):
        """the language is chosen on a page, holds after a reload, and comes before the browser's own"""
        b = self.browser
        b.go("/account")
        b.has("select[name=language]")
        self.speak("ru")
        b.says("⟦Language⟧")
        b.open("/?again")
        b.says("⟦Incidents⟧")
        check(b.js("return document.documentElement.lang") == "ru", "the document does not say its language")

    def speak(self, language):
        b = self.browser
        b.go("/account")
        b.js("document.documentElement.dataset.before = '1'")
        b.choose("language", language)
        b.wait("the page is loaded anew", "return document.readyState === 'complete' && !document.documentElement.dataset.before && document.querySelector('main h1, .door h1')")

    def data(self):
        """What the server says about incidents and in its log, in the language of the site."""
        texts = self.browser.js_async(
            "const texts = [];"
            "const collect = (value, key) => { if (Array.isArray(value)) value.forEach((one) => collect(one, key));"
            " else if (value && typeof value === 'object') for (const [name, one] of Object.entries(value)) collect(one, name);"
            " else if (['text', 'message', 'error', 'subject', 'detail', 'recipient', 'url', 'family', 'device', 'zone'].includes(key) && value) texts.push(String(value)); };"
            "for (const path of ['incidents?limit=100', `incidents/${given[0]}`, 'status', 'audit?limit=100', 'attention', 'channels'])"
            " collect(await (await fetch('/api/v1/' + path)).json());"
            "return texts", self.incident)
        return sorted({*texts, *SAME, self.site.file}, key=len, reverse=True)

    def visit(self, path):
        b = self.browser
        b.go(path)
        b.wait(f"the page {path}", f"return document.querySelector('main')?.dataset.page === '{path}' && document.querySelector('main h1') && !document.querySelector('main .loading')"
               " && [...document.images].every((image) => image.complete || image.loading === 'lazy')")

    def pages(self):
        """Every page, also the tabs of the set-up that are no part of the list above."""
        self.visit("/setup/cameras")
        tabs = self.browser.js("return [...document.querySelectorAll('nav.tabs a')].map((link) => link.hash.slice(1))")
        today = self.browser.js_async("const { dayText } = await import('/js/core/calendar.js'); return dayText(new Date())")
        days = {"day": f"/incidents/day/{today}", "day-empty": "/incidents/day/2020-02-29"}
        return {**{f"setup-{path.split('/')[-1]}": path for path in tabs}, **PAGES, **days, "incident": f"/incidents/{self.incident}"}

    def nothing_left(self):
        """no page has words that are in no catalogue"""
        found = []
        for name, path in self.pages().items():
            self.visit(path)
            for part in ("scale", "connection") if name == "setup-zones" else (None,):
                found += [f"{path}: {text}" for text in self.browser.js_async(LEFT, self.data())]
                if part:
                    self.browser.js("document.querySelector(`.segments [data-value=${arguments[0]}]`).click()", part)
                    found += [f"{path}, {part}: {text}" for text in self.browser.js_async(LEFT, self.data())]
            if name == "setup-alerts":
                for kind in self.browser.js("return [...document.querySelector('select[name=kind]').options].map((option) => option.value)"):
                    self.browser.choose("kind", kind)
                    found += [f"{path}, {kind}: {text}" for text in self.browser.js_async(LEFT, self.data())]
        check(not found, f"{len(found)} texts in no catalogue:\n" + "\n".join(sorted(set(found))))

    def dialogs(self):
        """nor has a dialogue"""
        b = self.browser
        found = []
        self.visit(f"/incidents/{self.incident}")

        def look(name):
            b.has("dialog[open]")
            found.extend(f"{name}: {text}" for text in b.js_async(LEFT, self.data()))
            b.js("document.querySelector('dialog[open]').close()")
            b.wait("it is closed", "return !document.querySelector('dialog[open]')")
        b.js("document.activeElement?.blur()")
        b.key("?")
        look("shortcuts")
        b.press("⟦Share⟧")
        look("share")
        # The verdict is taken back first.
        b.press("⟦Not an incident⟧", ".verdicts")
        b.wait("it is taken back", "return !document.querySelector('[data-verdict][aria-pressed=true]')")
        b.press("⟦Not an incident⟧", ".verdicts")
        b.has("dialog [name=again][value=silent]").click()
        look("not an incident")
        self.visit("/setup/rules")
        b.js("const box = document.querySelector('details.rule input[name=enabled]'); box.click()")
        b.press("⟦Save rules⟧")
        look("save")
        self.visit("/setup/users")
        b.press("⟦Set password⟧")
        look("password")
        check(not found, f"{len(found)} texts in no catalogue:\n" + "\n".join(sorted(set(found))))

    def german(self):
        """every page is in German, fits a screen and a telephone, and can be used without eyes or mouse"""
        b = self.browser
        self.speak("de")
        words, left, wide, found = catalogue("de"), [], [], []
        try:
            for width in (1280, 390):
                b.resize(width)
                for name, path in self.pages().items():
                    self.visit(path)
                    if name in ("live", "camera"):
                        b.has(".player[data-state='playing']")
                    left += [f"{path}: {text}" for text in b.js_async(ENGLISH, words)]
                    over = b.js("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    if over > 0:
                        wide.append(f"{path} is {over} px too wide at {width} px")
                    # What is meant to scroll is the line of tabs, and texts of programs.
                    wide += [f"{path} at {width} px: {one}" for one in b.js(
                        "return [...document.querySelectorAll('main *')].filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth && !node.closest('.tabs, textarea, .diff, pre, input, select, svg, .surface, .player')"
                        " && ['auto', 'scroll'].includes(getComputedStyle(node).overflowX)).map((node) => `${node.className || node.tagName} scrolls sideways`)")]
                    found += [f"{path} at {width} px: {line}" for line in b.violations()]
                    b.shot(f"de-{name}-{width}", whole=True)
        finally:
            b.resize(1280)
        check(not left, "in English on a German page:\n" + "\n".join(sorted(set(left))))
        check(not wide, "\n".join(wide))
        check(not found, f"{len(found)} things that axe-core finds:\n" + "\n".join(sorted(set(found))[:40]))

    def mistake(self):
        """what is wrong with a setting is said in German"""
        b = self.browser
        self.visit("/setup/file")
        b.js("const area = document.querySelector('textarea.editor'); area.value = area.value.replace('fps: 5', 'fps: 990').replace('post_roll_seconds', 'post_rol_seconds')")
        b.press("Prüfen und speichern")
        text = b.wait("what is wrong", "return document.querySelector('dialog .note.alarm')?.innerText")
        for part in ("analysis.fps ist 990; erlaubt: eine Zahl von ", "unbekannter Schlüssel", "meinten Sie „post_roll_seconds“?"):
            check(part in text, f"not said: {part}\n{text}")
        check("allowed" not in text, text)
        b.shot("de-mistake-1280")
        b.js("document.querySelector('dialog[open]').close()")

    def signed_out(self):
        """the sign-in page is in the chosen language, and refuses in it"""
        b = self.browser
        b.press("Abmelden")
        b.has(".door form")
        b.says("Anmelden")
        b.shot("de-sign-in-1280")
        b.fill("name", "chief", ".door")
        b.fill("password", "wrong password", ".door")
        b.press("Anmelden")
        text = b.wait("a refusal", "const note = document.querySelector('[role=alert]:not([hidden])'); return note && note.innerText")
        check(text in catalogue("de").values(), f"it refuses with “{text}”")
        b.choose("language", "en")
        b.has(".door form")
        b.says("Sign in")


def main():
    folder, copy = assets()
    os.environ["AISLEWATCH_WEB"] = copy
    try:
        return drive(__doc__, {CAMERA: ("Ряд", os.path.join(ROOT, "samples/fall_box.mp4"), ZONES)}, lambda browser, site, _: Words(browser, site))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
