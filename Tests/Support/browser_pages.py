#!/usr/bin/env python3
"""The pages, used in Chromium as their users do, against a real daemon and a looping RTSP camera.

usage: browser_pages.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check, fingerprint  # noqa: E402
from browser_site import ROOT, Pictures, drive, gray  # noqa: E402

SAMPLE = os.path.join(ROOT, "samples/fall_box.mp4")
SIZE = (640, 360)
# In the film a carton stands on a shelf for fifteen seconds before it falls, in the sample for five; a cone stands on the floor all the time.
CARTON, CARTON_FRAME = (431 / 640, 50 / 360), 40
CONE = (0.806, 0.66)
PASSWORD = "correct horse battery"
CAMERA = "aisle-4"

PAGES = {
    "live": "/", "camera": f"/camera/{CAMERA}", "incidents": "/incidents", "following": "/following", "status": "/status", "account": "/account",
    "setup-cameras": "/setup/cameras", "setup-zones": f"/setup/cameras/{CAMERA}", "setup-rules": "/setup/rules", "setup-alerts": "/setup/alerts",
    "setup-silence": "/setup/silence", "setup-file": "/setup/file", "setup-users": "/setup/users", "setup-tokens": "/setup/tokens",
    "setup-audit": "/setup/audit",
}


class Pages:
    """Behaviours in the order in which a site meets them; each may build on the ones before."""

    ORDER = [
        "first_account", "wall_moves", "first_page_bytes", "live_moves", "click_gives_mask", "further_clicks", "keyboard_click", "follow", "lately", "past_moment", "zone",
        "zone_undone", "rule_scores", "channel", "other_camera", "incident", "incident_plays", "review", "search", "screens", "restart",
        "viewer",
    ]
    # A stopped server's requests fail, and a refused one is an error to the console.
    EXPECTED = {"screens": ("404",), "restart": ("ERR_", "Failed to load resource"), "viewer": ("401", "403"), "zone": ("422",), "first_account": ("401",)}

    def __init__(self, browser, site, pictures=None):
        self.browser, self.site, self.pictures = browser, site, pictures
        self.figures = {}
        self.schemes = [(1280, "light"), (390, "dark")]

    def first_account(self):
        """the one-time link makes the first account and signs in"""
        b = self.browser
        b.open(self.site.setup_path())
        b.has(".door form")
        self.doors("first-account")
        b.fill("name", "chief")
        b.fill("password", PASSWORD)
        b.fill("again", PASSWORD + "x")
        b.press("Create account")
        b.says("The two passwords are not the same")
        b.fill("again", PASSWORD)
        b.press("Create account")
        b.has("#rail nav a[aria-current='page']")
        b.has(f".tile[data-camera='{CAMERA}']")

    def wall_moves(self):
        """the wall shows the camera's moving picture"""
        self.moves(f".tile[data-camera='{CAMERA}'] video")

    def first_page_bytes(self):
        """the first page, reloaded without a cache, stays below 80 KB as it is sent"""
        b = self.browser
        b.driver.execute_cdp_cmd("Network.enable", {})
        b.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        b.open("/?again")
        b.has(".tile video")
        size = b.js(
            "return [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')]"
            ".filter((entry) => !entry.name.includes('/api/') && !entry.name.startsWith('blob:'))"
            ".reduce((sum, entry) => sum + entry.transferSize, 0)")
        check(b.js("return performance.getEntriesByType('resource').every((entry) => new URL(entry.name).origin === location.origin || entry.name.startsWith('blob:'))"),
              "something is loaded from elsewhere")
        self.figures["first page, bytes"] = size
        check(0 < size < 80_000, f"the first page has {size} bytes")

    def live_moves(self):
        """the live picture of a camera moves, and says that it is live"""
        b = self.browser
        b.go(f"/camera/{CAMERA}")
        b.has(".surface .player[data-state='playing'] video")
        self.moves(".surface video")
        b.wait("“Live” is lit", "return Boolean(document.querySelector('.live.is-live'))")
        before = b.js("return document.querySelector('.surface').player.time")
        after = b.wait("media time goes on", lambda: self.later(before))
        check(after["epoch"] == before["epoch"], "the media time's epoch changed without a reconnect")

    def later(self, before):
        now = self.browser.js("return document.querySelector('.surface').player.time")
        return now if now["pts90k"] > before["pts90k"] + 45_000 else None

    def click_gives_mask(self):
        """a click gives a mask over the clicked object"""
        b = self.at_camera()
        truth = gray(os.path.join(ROOT, f"samples/fall_box.masks/{CARTON_FRAME:05d}.png"), SIZE)
        self.wait_for_carton()
        b.click_at(".surface", *CARTON)
        words = b.has("form [data-ms]:not([data-ms=''])")
        self.figures["click to mask, ms"] = int(words.get_attribute("data-ms"))
        overlap = self.overlap(truth)
        self.figures["overlap of the drawn mask with the label"] = round(overlap, 2)
        check(overlap > 0.5, f"the mask drawn meets the carton by {overlap:.2f} only (intersection over union)")
        check(b.js("return document.querySelector('.surface').player.isPaused"), "the picture is not held")
        b.shot("click-1280", tidy=True)

    def further_clicks(self):
        """Shift and click says what is not the object; undo takes it back"""
        b = self.at_camera()
        b.click_at(".surface", 0.3, 0.8, shift=True)
        b.says("1 click beside it")
        b.press("Undo click")
        b.wait("one click is left", "return !document.body.innerText.includes('beside it') && document.body.innerText.includes('1 click on it')")
        b.press("Cancel")
        b.wait("the picture goes on", "return !document.querySelector('.surface').player.isPaused")

    def keyboard_click(self):
        """arrow keys and Enter click as well"""
        b = self.at_camera()
        from selenium.webdriver.common.keys import Keys
        surface = b.has(".surface")
        b.js("arguments[0].focus()", surface)
        surface.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ENTER)
        b.says("1 click on it")
        b.press("Cancel")

    def follow(self):
        """a clicked object is followed under a name, with a condition"""
        b = self.at_camera()
        b.click_at(".surface", *CONE)
        b.has("form [data-ms]:not([data-ms=''])")
        b.fill("name", "Cone by the walkway", ".side form")
        b.press("Follow", ".side form")
        b.has(".follow-card")
        b.says("Alerts when it moves")
        b.wait("it is seen", "return document.querySelector('.follow-card .state.ok')")
        b.wait("its mask is drawn", lambda: self.drawn() > 100)

    def lately(self):
        """a followed object's card says what it did last: when, what, and since when all is as before"""
        b = self.at_camera()
        # At the beginning of a round of the film: it must be followed for a while before it falls.
        self.wait_for_carton(is_gone=True)
        self.wait_for_carton()
        b.click_at(".surface", *CARTON)
        b.has("form [data-ms]:not([data-ms=''])")
        b.fill("name", "Carton on the shelf", ".side form")
        b.press("Follow", ".side form")
        # It falls some seconds later, in every round of the film.
        card = b.wait("its card", "const card = [...document.querySelectorAll('.follow-card')].find((node) => node.innerText.includes('Carton on the shelf')); return card?.dataset.follow")
        b.wait("what it did", lambda: b.js("return document.querySelector(`[data-follow='${arguments[0]}'] .lately li`)", card))
        shown = "return [...document.querySelectorAll(`[data-follow='${arguments[0]}'] .lately li`)].map((node) => [node.querySelector('a').hash, node.innerText])"
        address, text = b.js(shown, card)[0]
        incident = b.js_async("return await (await fetch(`/api/v1/incidents/${given[0]}`)).json()", address.rsplit("/", 1)[1])
        check(incident["kind"] == "marked_object_moved" and "Carton on the shelf" in incident["text"], f"it leads to {incident['kind']}: {incident['text']}")
        check(incident["text"] in text and ("Still so." in text or "As before from" in text), f"it says “{text}”")
        check(len(b.js(shown, card)) <= 3, "it says more than what was last")
        b.js("document.querySelector(`[data-follow='${arguments[0]}']`).scrollIntoView({ block: 'center' })", card)
        b.shot("lately-1280")
        b.wait("all is as before", lambda: "As before from" in b.js(shown, card)[-1][1])
        b.js_async("const { csrf } = await (await fetch('/api/v1/session')).json(); await fetch(`/api/v1/follows/${given[0]}`, { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } })", card)
        b.wait("it is gone", lambda: not b.js("return document.querySelector(`[data-follow='${arguments[0]}']`)", card))

    def past_moment(self):
        """the picture can be held, stepped back and brought back to now"""
        b = self.at_camera()
        pts = "return document.querySelector('.surface').player.time.pts90k"
        b.wait("some seconds to go back to", "const video = document.querySelector('.surface video');"
               " return video.buffered.length && video.currentTime - video.buffered.start(0) > 3")
        b.js("document.querySelector('.surface').player.pause()")
        seen = [None]

        def stands():
            """Pictures that were on their way at the pause may still come."""
            seen.append(b.js(pts))
            return seen[-1] if seen[-3:].count(seen[-1]) == 3 else None

        now = held = b.wait("the picture stands", stands)
        for step in range(12):
            b.press("One frame back")
            now = b.wait(f"an earlier picture, {step + 1} back", lambda: self.less(b.js(pts), now))
        b.wait("words for it", "return document.querySelector('.live').innerText.includes('Back to live')")
        b.js("document.querySelector('.live').click()")
        b.wait("live again", "return document.querySelector('.live.is-live')")
        b.wait("a later picture", lambda: b.js(pts) > held)

    @staticmethod
    def less(now, before):
        """A picture's time that is below another, not merely of a picture that was still on its way."""
        return now if now < before - 1500 else None

    def zone(self):
        """a zone drawn on the picture is in the configuration file, whose comments stay"""
        b = self.browser
        b.go(f"/setup/cameras/{CAMERA}")
        b.press("Draw a zone")
        corners = [(0.1, 0.5), (0.6, 0.5), (0.6, 0.9), (0.1, 0.9)]
        for corner in corners + corners[:1]:
            b.click_at(".board", *corner)
        b.fill("name", "test walkway", ".side")
        b.shot("zones-1280", tidy=True)
        b.press("Save zones and lines")
        b.has("dialog .diff .added")
        check("test walkway" in b.find("dialog").text, "the diff does not show the zone")
        check("test walkway" not in self.site.text(), "it was saved before anybody agreed")
        b.shot("diff-1280")
        b.press("Save", "dialog")
        b.wait("the file has it", lambda: "test walkway" in self.site.text())
        check("This comment must survive" in self.site.text(), "the file's comment is gone")

    def zone_undone(self):
        """a saved change can be undone"""
        b = self.browser
        self.undo("Saved")
        b.wait("the file is as before", lambda: "test walkway" not in self.site.text())
        check("This comment must survive" in self.site.text(), "the file's comment is gone")

    def rule_scores(self):
        """beside a rule's thresholds stands what the server's rule measures now"""
        b = self.browser
        b.go("/setup/rules")
        b.has("details.rule[open] .rule-value .gauge")
        b.says("highest of the last seconds")
        b.shot("scores-1280")

    def channel(self):
        """an alert channel is added in the page, tested and told, without a restart; its address is in no readable file"""
        b = self.browser
        b.go("/setup/alerts")
        b.says("Nobody yet")
        b.choose("kind", "webhook")
        b.has("[name='headers.Authorization']")
        b.fill("name", "control-room")
        b.fill("url", self.pictures.base + "/hook")
        b.press("Add this channel")
        b.has("dialog .diff .added")
        b.press("Save", "dialog")
        b.says("Every incident goes to every channel")
        b.press("Send a test")
        b.has("li.channel .state.ok")
        check(self.pictures.messages, "no message came")
        check("/hook" not in self.site.text(), "the address is in the configuration")
        secrets = os.path.join(self.site.state, "secrets")
        modes = [os.stat(os.path.join(secrets, name)).st_mode & 0o777 for name in os.listdir(secrets)]
        check(modes == [0o600], f"the secrets' files have the modes {modes}")

    def other_camera(self):
        """a camera added in the page is there without a restart; one that sends Motion JPEG shows its pictures"""
        b = self.browser
        b.go("/setup/cameras")
        b.fill("name", "Gate", ".stack form")
        b.fill("url", self.pictures.base + "/video", ".stack form")
        b.press("Test the connection")
        b.says("It works")
        b.press("Add this camera")
        b.press("Save", "dialog")
        b.wait("the new camera's own page", "return location.hash === '#/setup/cameras/gate'")
        b.press("Connection")
        b.go("/")
        b.has(".tile[data-camera='gate'] canvas")
        b.go("/camera/gate")
        b.has(".player[data-state='playing'] canvas:not([hidden])")
        self.moves(".surface .player canvas")
        b.click_at(".surface", *CONE)
        b.has("form [data-ms]:not([data-ms=''])")
        b.says("1 click on it")
        b.press("Cancel")
        b.go("/setup/cameras/gate")
        b.press("Connection")
        b.press("Remove this camera")
        b.press("Remove", "dialog")
        b.has("dialog .diff .removed")
        b.press("Save", "dialog")
        b.wait("the list of cameras", "return location.hash === '#/setup/cameras'")
        check("gate" not in self.site.text(), "it is still in the file")
        b.go("/")
        b.has(f".tile[data-camera='{CAMERA}']")
        b.wait("the wall is without it", "return !document.querySelector(\".tile[data-camera='gate']\")")

    def incident(self):
        """an incident of the looping camera appears in the list without a reload"""
        b = self.browser
        b.go("/incidents")
        b.has("main h1")
        b.js("window.notReloaded = true")
        known = set(b.js("return [...document.querySelectorAll('a[data-incident]')].map((node) => node.dataset.incident)"))
        b.wait("a new line in the list", lambda: set(b.js(
            "return [...document.querySelectorAll('a[data-incident]')].map((node) => node.dataset.incident)")) - known)
        check(b.js("return window.notReloaded === true"), "the page was reloaded")
        b.says("Falling object")
        row = b.js("const row = document.querySelector('a[data-incident]'); return [row.querySelector('.row-when time').innerText, row.querySelector('.row-words').innerText]")
        check(row[0] in row[1], f"the row's time {row[0]} is not that of its text: {row[1]}")

    def incident_plays(self):
        """an incident's clip plays, seeks, steps, and shows what was tracked"""
        b = self.browser
        # One that is whole: a clip that grows is loaded anew when it is done.
        incident = b.wait("an incident with a whole clip", lambda: b.js_async(
            "const { incidents } = await (await fetch('/api/v1/incidents?limit=20')).json();"
            "for (const { id } of incidents.reverse()) {"
            " const incident = await (await fetch(`/api/v1/incidents/${id}`)).json();"
            " if (incident.phase === 'ended' && incident.kind === 'falling_object' && incident.clips[0]?.state === 'finished') return id; }"
            "return null"))
        b.go(f"/incidents/{incident}")
        video = "const video = document.querySelector('.surface video'); return "
        b.wait("the clip can be played", video + "video && video.readyState >= 2")
        b.says("Peak speed")
        check(b.js(video + "video.duration") > 4, "the clip lacks what came before or after")
        b.press("Play")
        b.wait("it plays", video + "!video.paused")
        start = b.js(video + "video.currentTime")
        b.wait("time goes on", video + f"video.currentTime > {start}")
        b.js("const bar = document.querySelector('.scrub'); bar.value = 1.5; bar.dispatchEvent(new Event('input'))")
        b.wait("it is where it was put", video + "video.paused && !video.seeking && Math.abs(video.currentTime - 1.5) < 0.1")
        b.press("One frame forward")
        b.wait("one picture further", video + "!video.seeking && video.currentTime > 1.52 && video.currentTime < 1.7")
        b.wait("what was tracked is drawn somewhere", self.drawn_in_clip)
        b.shot("incident-1280", tidy=True)

    def drawn_in_clip(self):
        """Goes on by some pictures and looks."""
        b = self.browser
        b.js("const video = document.querySelector('.surface video'); video.currentTime = (video.currentTime + 0.4) % video.duration")
        b.wait("it is there", "const video = document.querySelector('.surface video'); return !video.seeking && video.readyState >= 2")
        return self.drawn() > 60

    def review(self):
        """an incident is judged, protected and shared"""
        b = self.browser
        b.press("Confirmed", ".verdicts")
        b.wait("it is marked", "return document.querySelector('[data-verdict=confirmed][aria-pressed=true]')")
        b.press("Protect")
        b.wait("it is protected", "return [...document.querySelectorAll('.page-head button')].some((node) => node.innerText.trim() === 'Protected')")
        b.press("Share")
        b.press("Make a link", "dialog")
        link = b.wait("a link", "return document.querySelector('dialog input[readonly]')?.value")
        check("/i/" in link, f"no link: {link}")
        b.press("Done", "dialog")
        self.behind(link[link.index("/i/"):])
        self.dismissed()

    def dismissed(self):
        """“Not an incident” means this once; a silence is drawn with its end before it is agreed to, and can be cancelled."""
        b = self.browser
        b.press("Not an incident", ".verdicts")
        b.says("Should the same be reported here again?")
        check(b.js("return document.querySelector('dialog [name=again]:checked').value") == "once", "this once is not the default")
        b.press("Cancel", "dialog")
        b.wait("the verdict stays", "return !document.querySelector('dialog') && document.querySelector('[data-verdict=confirmed][aria-pressed=true]')")
        b.press("Not an incident", ".verdicts")
        b.fill("note", "put down on purpose", "dialog")
        b.press("Not an incident", "dialog")
        b.wait("it is judged", "return document.querySelector('[data-verdict=not_an_incident][aria-pressed=true]')")
        check(not b.js_async("return (await (await fetch('/api/v1/suppressions')).json()).suppressions.length"), "the rule was silenced without a word")
        b.says("put down on purpose")
        # Taken back, and this time for a while.
        b.press("Not an incident", ".verdicts")
        b.wait("it is taken back", "return !document.querySelector('[data-verdict][aria-pressed=true]')")
        b.press("Not an incident", ".verdicts")
        b.has("dialog [name=again][value=silent]").click()
        b.wait("the place is drawn", "const rect = document.querySelector('dialog .place-picture rect.over'); return rect && rect.getBoundingClientRect().width > 4")
        b.wait("with its end", "return /Silent until/.test(document.querySelector('dialog .place-picture').innerText)")
        b.shot("silence-1280")
        b.press("Silence this place", "dialog")
        b.says("stays silent at this place")
        incident = b.js("return location.hash")
        b.go(f"/camera/{CAMERA}")
        b.wait("it is listed on the camera's page", "return document.querySelector('[data-suppression]')?.innerText.includes('is silent')")
        b.wait("it is drawn there", self.yellow)
        b.shot("silenced-camera-1280")
        b.go("/")
        b.wait("it is counted on the wall", "const count = document.querySelector('.tile .silenced'); return count && !count.hidden && count.innerText.includes('1')")
        b.go("/setup/silence")
        place = b.wait("it is listed with its place", "return document.querySelector('li[data-suppression]')?.innerText")
        check("of the picture" in place and "until" in place and "by chief" in place, f"the list says “{place}”")
        b.has("li[data-suppression] .place-picture rect")
        b.shot("silences-1280")
        b.press("End now", "li[data-suppression]")
        b.says("watches this place again")
        b.go(incident.lstrip("#"))
        b.has(".verdicts")

    def yellow(self):
        """Whether a silenced place's frame is drawn over the picture."""
        data = self.browser.pixels(".surface canvas.overlay", SIZE)
        return sum(1 for i in range(0, len(data), 4) if data[i + 3] > 100 and data[i] > 200 and data[i + 1] > 150 and data[i + 2] < 120) > 40

    def behind(self, path):
        """A shared link shows its incident in a window of its own; without an account, so it asks for none."""
        b = self.browser
        own = b.driver.current_window_handle
        b.driver.switch_to.new_window("tab")
        try:
            b.open(path)
            b.says("Falling object")
            b.wait("its clip", "return document.querySelector('video')?.readyState >= 1")
            self.doors("share-link")
            found = []
            for width, scheme in ((1280, "light"), (390, "dark")):
                b.resize(width)
                b.scheme(scheme)
                check(b.js("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"it is too wide at {width} px")
                found += b.violations()
            b.scheme("light")
            check(not found, "\n".join(found))
            check("admin" not in b.text() and not b.find("nav"), "a shared link shows more than the incident")
        finally:
            b.driver.close()
            b.driver.switch_to.window(own)
            b.resize(1280)

    def search(self):
        """words and filters find incidents, and say when there are none"""
        b = self.browser
        b.go("/incidents")
        b.has("a[data-incident]")
        b.fill("q", "xyzzy", ".filters")
        b.says("No incident matches")
        b.press("Show all")
        b.has("a[data-incident]")

    def screens(self):
        """every page fits a wide screen and a telephone, is all there, and can be used without eyes or mouse"""
        b = self.browser
        incident = b.js_async("return (await (await fetch('/api/v1/incidents?limit=1')).json()).incidents[0].id")
        pages = {**PAGES, "incident": f"/incidents/{incident}", "not-found": "/incidents/none"}
        found = []
        try:
            for width, scheme in self.schemes:
                b.resize(width)
                b.scheme(scheme)
                for name, path in pages.items():
                    b.go(path)
                    b.wait(f"the page {path}", f"return document.querySelector('main')?.dataset.page === '{path}' && document.querySelector('main h1') && !document.querySelector('main .loading')"
                           " && [...document.images].every((image) => image.complete || image.loading === 'lazy')")
                    if name in ("live", "camera"):
                        b.has(".player[data-state='playing']")
                    wide = b.js("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    check(wide <= 0, f"{path} is {wide} px too wide at {width} px")
                    found += [f"{path} at {width} px, {scheme}: {line}" for line in b.violations()]
                    if name == "incident" and width < 600:
                        bottom = b.js("return document.querySelector('.verdicts').getBoundingClientRect().bottom + scrollY")
                        check(bottom < 844, f"the verdicts end at {bottom} px on a telephone")
                    b.shot(f"{name}-{width}-{scheme}", whole=True)
        finally:
            b.resize(1280)
            b.scheme("light")
        check(not found, f"{len(found)} things that axe-core finds:\n" + "\n".join(sorted(set(found))[:40]))

    def restart(self):
        """after a restart the page comes back by itself, and what was followed still is"""
        b = self.browser
        b.go(f"/camera/{CAMERA}")
        b.has(".player[data-state='playing']")
        self.site.stop()
        b.says("Connection lost")
        self.site.start()
        # It says so for some seconds, which may be over before every camera is there.
        b.wait("it is connected again", "const banner = document.querySelector('#connection'); return banner.hidden || banner.innerText.includes('Connected again')")
        b.wait("the picture moves again", "const player = document.querySelector('.surface').player; return player.time && player.delaySeconds > 0")
        self.moves(".surface video")
        b.go("/following")
        b.says("Cone by the walkway")
        b.wait("it is seen again", "return document.querySelector('.follow-card .state.ok')")

    def viewer(self):
        """a viewer looks but can't do what an operator may"""
        b = self.browser
        b.go("/setup/users")
        b.says("Add an account")
        b.fill("name", "lobby")
        b.fill("password", PASSWORD)
        b.press("Add the account")
        b.says("Never signed in")
        b.press("Sign out")
        b.has(".door form")
        self.doors("sign-in")
        b.fill("name", "lobby", ".door")
        b.fill("password", "wrong password", ".door")
        b.press("Sign in")
        b.has("[role=alert]:not([hidden])")
        b.fill("name", "lobby", ".door")
        b.fill("password", PASSWORD, ".door")
        b.press("Sign in")
        # One comes back to where one was; for a viewer that page has nothing.
        b.says("This is for administrators")
        b.go("/")
        b.has(f".tile[data-camera='{CAMERA}']")
        check(not b.find("#rail a[data-path='/setup']"), "a viewer sees the set-up")
        b.go(f"/camera/{CAMERA}")
        b.has(".player[data-state='playing']")
        check("Record this" not in b.text(), "a viewer sees “Record this”")
        b.click_at(".surface", *CONE)
        statuses = b.js_async(
            "const { csrf } = await (await fetch('/api/v1/session')).json();"
            "const send = (path, method, body) => fetch(path, { method, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: JSON.stringify(body) });"
            "const answers = [await send('/api/v1/follows', 'POST', { camera: given[0], click: { positive: [[0.5, 0.5]] } }),"
            " await send(`/api/v1/cameras/${given[0]}/trigger`, 'POST', {}), await fetch('/api/v1/configuration')];"
            "return answers.map((answer) => answer.status)", CAMERA)
        check(statuses == [403, 403, 403], f"the server let a viewer: {statuses}")
        check(not b.find(".side form"), "a viewer's click became a draft")
        b.go("/setup/cameras")
        b.says("This is for administrators")

    # What the behaviours share.

    def undo(self, words):
        """Takes back what the message with these words tells of; an older message may offer an undo of its own beside it."""
        b = self.browser
        undo = b.wait(f"an undo of “{words}”", lambda: b.js(
            "return [...document.querySelectorAll('#toasts .toast')].find((node) => node.innerText.includes(arguments[0]))"
            "?.querySelector('button:not(.icon)')", words))
        undo.click()

    def doors(self, name):
        """Pictures of a page before the pages."""
        b = self.browser
        if not b.shots:
            return
        for width, scheme in self.schemes:
            b.resize(width)
            b.scheme(scheme)
            b.shot(f"{name}-{width}-{scheme}")
        b.resize(1280)
        b.scheme("light")

    def at_camera(self):
        """The camera's page, with its picture."""
        b = self.browser
        if not b.js("return location.hash").startswith("#/camera/"):
            b.go(f"/camera/{CAMERA}")
        b.has(".surface .player[data-state='playing'] video")
        return b

    def moves(self, selector):
        """The picture's pixels change."""
        b = self.browser
        b.wait(f"{selector} has a picture", lambda: b.js("const node = document.querySelector(arguments[0]); return node && (node.readyState ?? 2) >= 2", selector))
        first = fingerprint(b.pixels(selector))
        b.wait("its pixels change", lambda: fingerprint(b.pixels(selector)) != first)

    def wait_for_carton(self, is_gone=False):
        """Until the sample shows the carton on its shelf, and the picture is held; or that it is gone from there."""
        b = self.browser
        width = SIZE[0]
        centre = (round(CARTON[0] * width), round(CARTON[1] * SIZE[1]))
        spot = [(centre[1] + y) * width + centre[0] + x for x in range(-10, 11) for y in range(-7, 8)]
        wanted = gray(SAMPLE, SIZE, "-ss", str(CARTON_FRAME / 15))
        without = gray(SAMPLE, SIZE, "-ss", "11")

        def is_there():
            # Held before it is looked at: what is clicked then is what was seen, however busy the machine is.
            b.js("document.querySelector('.surface').player.pause()")
            now = b.pixels(".surface video", SIZE)
            far = lambda other: sum(abs(luma(now, index) - other[index]) for index in spot)  # noqa: E731
            if is_gone and far(without) < far(wanted) * 0.5:
                b.js("document.querySelector('.surface').player.goLive()")
                return True
            if not is_gone and far(wanted) < far(without) * 0.5:
                return True
            b.js("document.querySelector('.surface').player.goLive()")
            time.sleep(0.4)
            return False
        b.wait("the carton gone from its shelf" if is_gone else "the carton on its shelf", is_there)

    def overlap(self, truth):
        """Intersection over union of what is drawn in the follow colour with a label's mask."""
        drawn = self.overlay_pixels()
        both = sum(1 for d, t in zip(drawn, truth) if d and t)
        either = sum(1 for d, t in zip(drawn, truth) if d or t)
        return both / either if either else 0

    def overlay_pixels(self):
        data = self.browser.pixels(".surface canvas.overlay", SIZE)
        # Teal is the draft's and what is followed; incidents are red, what moves is white.
        return [data[i + 3] > 60 and data[i + 2] > data[i] + 40 for i in range(0, len(data), 4)]

    def drawn(self):
        """How many pixels anything is drawn on."""
        data = self.browser.pixels(".surface canvas.overlay", (320, 180))
        return sum(1 for i in range(3, len(data), 4) if data[i] > 40)


def luma(rgba, index):
    r, g, b = rgba[4 * index:4 * index + 3]
    return 0.299 * r + 0.587 * g + 0.114 * b


def patient_film(path):
    """The sample with its first seconds, in which nothing happens, three times: who clicks the carton on a slow machine has time to."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", SAMPLE, "-filter_complex",
         "[0:v]split=3[a][b][c];[a]trim=end=4.6,setpts=PTS-STARTPTS[x];[b]trim=end=4.6,setpts=PTS-STARTPTS[y];[x][y][c]concat=n=3:v=1",
         "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-g", "15", "-bf", "0", "-pix_fmt", "yuv420p", path],
        stdin=subprocess.DEVNULL, check=True)
    return path


def main():
    pictures = Pictures(SAMPLE)
    folder = tempfile.TemporaryDirectory(prefix="aislewatch-film-")
    film = patient_film(os.path.join(folder.name, "film.mp4"))

    def pages(browser, site, options):
        made = Pages(browser, site, pictures)
        sizes = [(1280, "light"), (1920, "dark"), (390, "dark")]
        made.schemes = [(width, scheme) for width, _ in sizes for scheme in ("light", "dark")] if options.both else sizes
        return made

    try:
        return drive(
            __doc__, {CAMERA: ("Aisle 4", film, "picture_height_metres: 5.2")}, pages,
            add_options=lambda arguments: arguments.add_argument("--both", action="store_true", help="pictures of all pages light and dark"))
    finally:
        pictures.stop()
        folder.cleanup()


if __name__ == "__main__":
    sys.exit(main())
