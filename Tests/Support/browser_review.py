#!/usr/bin/env python3
"""Incidents as people review them, in Chromium against a real daemon with a looping camera.

usage: browser_review.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

CAMERA = "aisle-4"
CONE = (0.806, 0.66)


class Review(Signed):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["first_account", "enough", "moving_poster", "bulk", "filters_stay", "keys", "swipe", "verdict_keys", "large_silence", "playback", "moment_link", "video_file", "zoom", "no_overlap", "jump", "day_report", "shortcuts", "cut_out"]
    VIDEO = "const video = document.querySelector('.surface video'); return "

    def incidents(self):
        """Ids with a whole clip, the newest first."""
        return self.browser.js_async(
            "const { incidents } = await (await fetch('/api/v1/incidents?limit=30&kind=falling_object')).json(); const ids = [];"
            "for (const { id } of incidents) { const incident = await (await fetch(`/api/v1/incidents/${id}`)).json();"
            " if (incident.phase === 'ended' && incident.clips[0]?.state === 'finished') ids.push(id); } return ids")

    def enough(self):
        """three incidents of the camera are whole"""
        b = self.browser
        self.ids = b.wait("three incidents", lambda: (lambda ids: ids if len(ids) >= 3 else None)(self.incidents()))

    def moving_poster(self):
        """a picture in the list moves while the pointer rests on it"""
        b = self.browser
        b.go("/incidents")
        poster = b.has(f"a[data-incident='{self.ids[1]}'] .poster")
        b.js("arguments[0].scrollIntoView({ block: 'center' })", poster)
        box = b.js("const box = arguments[0].getBoundingClientRect(); return [box.x + 20, box.y + 20]", poster)
        b.point_at(*box)
        b.wait("a clip in it", "return document.querySelector('.poster video')?.currentTime > 3")

    def bulk(self):
        """several incidents get their verdict at once"""
        b = self.browser
        b.go("/incidents")
        b.press("Review several")
        for incident in self.ids[:2]:
            box = b.has(f"input[value='{incident}']")
            b.js("arguments[0].scrollIntoView({ block: 'center' })", box)
            box.click()
        b.says("2 chosen")
        b.shot("bulk-1280")
        b.press("Confirmed", ".bulk")
        b.says("“Confirmed”: 2 incidents.")
        reviews = [self.send("GET", f"/api/v1/incidents/{incident}")["review"] for incident in self.ids[:3]]
        check(reviews == ["confirmed", "confirmed", "none"], f"the reviews are {reviews}")

    def filters_stay(self):
        """the list's filters stand in the address, go along to an incident and back"""
        b = self.browser
        b.go("/incidents?review=confirmed")
        b.wait("two lines", "return document.querySelectorAll('a[data-incident]').length === 2")
        b.js("document.querySelector('a[data-incident]').click()")
        b.has(".verdicts")
        check("review=confirmed" in b.js("return location.hash"), "the filter did not come along")
        b.wait("an older one", "return document.querySelector('[data-turn=older]')?.href")
        b.press("Older")
        b.wait("the other one", lambda: self.ids[1] in b.js("return location.hash"))
        b.wait("it is the last", "return !document.querySelector('[data-turn=older]')?.href && document.querySelector('[data-turn=newer]')?.href")
        b.press("All incidents", ".turner-line")
        b.wait("the same list", "return location.hash === '#/incidents?review=confirmed'")

    def keys(self):
        """J and K go to the older and the newer incident"""
        b = self.browser
        b.go(f"/incidents/{self.ids[1]}")
        b.wait("both neighbours", "return document.querySelector('[data-turn=older]')?.href && document.querySelector('[data-turn=newer]')?.href")
        b.key("j")
        b.wait("the older one", lambda: self.ids[2] in b.js("return location.hash"))
        b.wait("its neighbours", lambda: self.ids[1] in (b.js("return document.querySelector('[data-turn=newer]')?.href") or ""))
        b.key("k")
        b.wait("the newer one", lambda: self.ids[1] in b.js("return location.hash"))

    def swipe(self):
        """so does a swipe on a telephone"""
        b = self.browser
        b.resize(390)
        try:
            b.go(f"/incidents/{self.ids[2]}")
            b.wait("its neighbour", lambda: self.ids[1] in (b.js("return document.querySelector('[data-turn=newer]')?.href") or ""))
            b.swipe((60, 70), (330, 76))
            b.wait("the newer one", lambda: self.ids[1] in b.js("return location.hash"))
            b.wait("its neighbour", lambda: self.ids[2] in (b.js("return document.querySelector('[data-turn=older]')?.href") or ""))
            b.swipe((330, 70), (60, 76))
            b.wait("the older one again", lambda: self.ids[2] in b.js("return location.hash"))
        finally:
            b.resize(1280)

    def verdict_keys(self):
        """a key gives a verdict, and the reason stays when the verdict changes"""
        b = self.browser
        b.go(f"/incidents/{self.ids[2]}")
        b.has(".verdicts")
        b.fill("note", "a carton", "#review")
        b.wait("the reason is kept", lambda: self.send("GET", f"/api/v1/incidents/{self.ids[2]}")["review_note"] == "a carton")
        b.js("document.activeElement.blur()")
        b.key("3")
        b.wait("training example", "return document.querySelector('[data-verdict=training_example][aria-pressed=true]')")
        b.key("1")
        b.wait("confirmed", "return document.querySelector('[data-verdict=confirmed][aria-pressed=true]')")
        check(self.send("GET", f"/api/v1/incidents/{self.ids[2]}")["review_note"] == "a carton", "the reason is gone")

    def large_silence(self):
        """more than 30 % of the picture is silenced only after it was asked again in words"""
        b = self.browser
        b.js("import('/js/incidents/review.js').then(({ judge }) => judge({ id: arguments[0], camera: 'aisle-4', camera_name: 'Aisle 4', kind: 'spill', review: 'none',"
             " region: [0, 0, 640, 200], size: [640, 360], poster: null }, 'not_an_incident')).then((answer) => { window.judged = [answer]; })", self.ids[2])
        b.has("dialog [name=again][value=silent]").click()
        b.says("You will be asked once more")
        b.press("Silence this place", "dialog")
        b.says("Silence 56 % of the picture?")
        b.says("What really happens there is then missed.")
        b.shot("large-silence-1280")
        b.press("Cancel", "dialog")
        check(b.wait("an answer", "return window.judged") == [None], "a verdict was given all the same")
        check(not self.send("GET", "/api/v1/suppressions")["suppressions"], "the place is silenced all the same")

    def playback(self):
        """clips play at ½ to 8 times, go on by one frame, with and without masks"""
        b = self.browser
        b.wait("the clip can be played", self.VIDEO + "video && video.readyState >= 3")
        for speed in ("0.5", "8"):
            b.choose("speed", speed)
            check(b.js(self.VIDEO + "video.playbackRate") == float(speed), f"it does not play at {speed}×")
        b.choose("speed", "1")
        b.js("document.querySelector('.surface video').currentTime = 2")
        b.key(" ")
        b.wait("it plays by a key", self.VIDEO + "!video.paused && video.currentTime > 2.6")
        b.key(" ")
        b.wait("it stands", self.VIDEO + "video.paused && !video.seeking")
        before = b.js(self.VIDEO + "video.currentTime")
        b.key(".")
        after = b.wait("a frame on", lambda: (lambda now: now if now and now != before else None)(b.js(self.VIDEO + "video.seeking ? 0 : video.currentTime")))
        step = after - before
        check(0.055 < step < 0.08, f"a frame of a camera with 15 a second is {step:.3f} s")
        b.key("m")
        b.wait("no masks", "return document.querySelector('.surface canvas.overlay').hidden")
        b.key("m")
        b.wait("masks", "return !document.querySelector('.surface canvas.overlay').hidden")

    def moment_link(self):
        """a link carries the moment"""
        b = self.browser
        b.js("document.querySelector('.surface video').currentTime = 3.2; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        b.wait("it is there", self.VIDEO + "!video.seeking")
        b.press("Copy link")
        link = b.wait("a link", "return window.copied")
        check("t=3.2" in link, f"the link is {link}")
        b.go("/incidents")
        b.go(link[link.index("#") + 1:])
        b.wait("the moment", self.VIDEO + "video && video.readyState >= 2 && !video.seeking && Math.abs(video.currentTime - 3.2) < 0.1")

    def video_file(self):
        """the clip can be saved as a plain MP4"""
        b = self.browser
        save = b.wait("the link", "const link = [...document.querySelectorAll('a[download]')].find((node) => node.innerText.trim() === 'Save video'); return link && [link.href, link.download]")
        check(save[1].endswith(".mp4"), f"it is saved as {save[1]}")
        kind = b.js_async("const answer = await fetch(given[0], { headers: { Range: 'bytes=0-63' } }); return [answer.headers.get('Content-Type'), String.fromCharCode(...new Uint8Array(await answer.arrayBuffer()).slice(4, 8))]", save[0])
        check(kind == ["video/mp4", "ftyp"], f"it is {kind}")

    def zoom(self):
        """the band of time shows a minute to a month"""
        b = self.browser
        b.go("/incidents")
        for span, words in (("month", "to"), ("week", "to"), ("hour", "to"), ("ten", "to"), ("minute", "to"), ("day", "Today")):
            b.choose("span", span)
            b.wait(f"{span}: {words}", lambda: words in b.js("return document.querySelector('.day').innerText"))
            b.wait("its ruler", "return document.querySelectorAll('.ruler span').length > 1")
            b.shot(f"band-{span}")
        b.choose("span", "hour")
        b.wait("it stands in the address", "return location.hash.includes('span=hour')")
        b.js("location.reload()")
        b.wait("and is there after a reload", "return document.querySelector('[name=span]')?.value === 'hour'")

    def no_overlap(self):
        """marks do not cover each other"""
        b = self.browser
        for width in (1280, 390):
            b.resize(width)
            for span in ("month", "hour", "ten"):
                b.choose("span", span)
                b.wait("marks", "return document.querySelectorAll('.time-mark').length")
                boxes = b.js("return [...document.querySelectorAll('.time-row')].map((row) => [...row.querySelectorAll('.time-mark')].map((node) => { const box = node.getBoundingClientRect(); return [box.left, box.right]; }).sort((a, b) => a[0] - b[0]))")
                for row in boxes:
                    for (_, right), (left, _) in zip(row, row[1:]):
                        check(right <= left + 0.5, f"at {width} px, {span}: a mark ends at {right:.0f} and the next begins at {left:.0f}")
        b.resize(1280)

    def jump(self):
        """from a time without incidents one comes to the next"""
        b = self.browser
        b.choose("span", "ten")
        # To before the first one, and on to it.
        before = "return document.querySelectorAll('.time-mark').length"
        for _ in range(12):
            if not b.js(before) and "No incident in this time" in b.text():
                break
            words = b.js("return document.querySelector('.day').innerText")
            b.press("Earlier")
            b.wait("another time", lambda: b.js("return document.querySelector('.day').innerText") != words)
            b.wait("what was then", "return document.querySelector('.legend')")
        b.says("No incident in this time.")
        b.press("To the incident after this time")
        b.wait("an incident", before)

    def day_report(self):
        """a day's report says what happened, what people made of it and who handled it, in words, and can be turned to another day"""
        b = self.browser
        self.enough()
        first = self.ids[0]
        self.send("PUT", f"/api/v1/incidents/{first}/review", {"verdict": "confirmed", "note": "a carton fell"})
        self.send("POST", f"/api/v1/incidents/{first}/acknowledgement")
        b.go("/incidents?span=day")
        b.press("Report of the day")
        b.wait("its own address", "return location.hash.startsWith('#/incidents/day/')")
        day = b.js("return location.hash").rsplit("/", 1)[1]
        report = self.send("GET", f"/api/v1/days/{day}")
        entry = f".report li[data-incident='{first}']"
        b.has(entry)
        text = b.js("return document.querySelector(arguments[0]).innerText", entry)
        for part in ("Falling object", "Object fell, Aisle 4", "Confirmed by chief", "“a carton fell”", "Handled by chief", "(at least "):
            check(part in text, f"the entry lacks “{part}”: {text}")
        check("_" not in text and "PictureHeights" not in text, f"the entry has keys instead of words: {text}")
        shown = b.js("return [...document.querySelectorAll('.report li')].map((node) => node.dataset.incident)")
        check(shown[: len(report["incidents"])] == [incident["id"] for incident in report["incidents"]], "they do not stand in the order of the day")
        overview = b.js("return document.querySelector('section[aria-label=Overview]').innerText")
        check("incidents: " in overview and "× Falling object" in overview and "Handled by nobody: " in overview, overview)
        found = []
        for width, scheme in ((1920, "dark"), (1280, "light"), (390, "dark")):
            b.resize(width)
            b.scheme(scheme)
            check(b.js("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"it is too wide at {width} px")
            found += b.violations()
            b.shot(f"day-{width}-{scheme}", whole=True)
        b.resize(1280)
        b.scheme("light")
        check(not found, "\n".join(found))
        b.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        check(not b.js("return document.querySelector('#rail').checkVisibility() || document.querySelector('.page-head .buttons').checkVisibility()"), "what can't be pressed is printed")
        b.shot("day-print", whole=True)
        b.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        # What somebody says while it is open stands there; the day before had none.
        self.send("PUT", f"/api/v1/incidents/{first}/review", {"verdict": "not_an_incident", "note": "thrown down"})
        b.wait("the new verdict", lambda: "Not an incident by chief" in b.js("return document.querySelector(arguments[0])?.innerText ?? ''", entry))
        b.press("The day before")
        b.says("No incident began on this day.")
        b.press("The day after")
        b.has(entry)
        check(b.js("return document.querySelector(\"button[aria-label='The day after']\").disabled"), "one can go on to tomorrow")

    def shortcuts(self):
        """“?” shows the keys of the page"""
        b = self.browser
        b.go(f"/incidents/{self.ids[0]}")
        b.has(".verdicts")
        b.key("?")
        b.wait("the keys", "return document.querySelector('dialog kbd')")
        text = b.js("return document.querySelector('dialog').innerText")
        check("Older incident" in text and "Play or pause" in text, f"the list says “{text}”")
        b.shot("keys-1280")
        b.press("Close", "dialog")

    def cut_out(self):
        """a followed object's card shows it cut out, with its name"""
        b = self.browser
        b.go(f"/camera/{CAMERA}")
        b.has(".surface .player[data-state='playing'] video")
        b.click_at(".surface", *CONE)
        b.has("form [data-ms]:not([data-ms=''])")
        check("leaves its zone" not in b.js("return document.querySelector('.side form').innerText"), "a zone that is not there can be left")
        b.fill("name", "Cone", ".side form")
        b.press("Follow", ".side form")
        b.wait("it is cut out", "return document.querySelector('.follow-card .cut-out canvas')")
        # The cone is orange, what is around it dimmed.
        data = b.pixels(".follow-card .cut-out canvas", (60, 60))
        orange = sum(1 for i in range(0, len(data), 4) if data[i] > 150 and data[i + 1] < 130 and data[i + 2] < 110)
        edge = max(max(data[4 * x:4 * x + 3]) for x in range(60))
        check(orange > 60, f"the cut-out has {orange} orange pixels")
        check(edge < 150, f"the edge of the cut-out is bright: {edge}")
        b.shot("cut-out-1280")


if __name__ == "__main__":
    sys.exit(drive(__doc__, {CAMERA: ("Aisle 4", os.path.join(ROOT, "samples/fall_box.mp4"))}, lambda browser, site, _: Review(browser, site)))
