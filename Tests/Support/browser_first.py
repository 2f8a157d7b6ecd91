#!/usr/bin/env python3
"""The first day, in Chromium: from a machine with no file of Aislewatch's to an incident that is reviewed on a telephone.

usage: browser_first.py --daemon .build/debug/aislewatch [--shots FOLDER]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import Browser, Failure, check, need_browser  # noqa: E402
from browser_site import ROOT, Cameras, Lines, Pictures, Site, run  # noqa: E402

SAMPLE = os.path.join(ROOT, "samples/fall_box.mp4")
PASSWORD = "correct horse battery"
SERVICE = "/etc/aislewatch"


class EmptyMachine(Site):
    """Somebody's home without anything in it, and the program."""

    def __init__(self, executable):
        self.executable = os.path.abspath(executable)
        self.folder = tempfile.TemporaryDirectory(prefix="aislewatch-first-")
        self.home = os.path.join(self.folder.name, "home")
        os.mkdir(self.home)
        self.process = None

    def start(self):
        """`aislewatch run`, and no more; the address is the one that it prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_") and not name.endswith("_DIRECTORY")}
        self.process = subprocess.Popen(
            [self.executable, "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.home,
            env={**kept, "HOME": self.home, "AISLEWATCH_WEB": os.path.join(ROOT, "Sources/Web/Assets"),
                 "AISLEWATCH_MODELS": os.path.join(ROOT, "models")})
        self.lines = Lines(self.process.stdout)
        self.file = self.lines.wait(r"there was no configuration; made (/.*)$", 60).group(1)
        hint = self.lines.wait(r"make the first one at (http://[0-9.:]+)(/#/setup/[A-Za-z0-9_-]+)", 180)
        self.base, self.link = hint.groups()

    def setup_path(self):
        return self.link


class FirstDay:
    """Behaviours in the order in which a person meets them; each builds on the ones before."""

    ORDER = ["empty", "first_account", "no_camera", "camera", "zone", "alert", "incident", "by_link", "on_telephone", "nothing_by_hand", "by_command"]
    # Nobody is signed in at first; a camera that was just added has no picture yet.
    EXPECTED = {"first_account": ("401",), "camera": ("503",), "by_command": ("401",)}

    def __init__(self, browser, site, cameras, hook):
        self.browser, self.site, self.cameras, self.hook = browser, site, cameras, hook
        self.telephone = None

    def sound(self, name, browser=None):
        """Fits its window, in light and dark, and can be used without eyes or mouse."""
        b = browser or self.browser
        found = []
        for scheme in ("dark", "light"):
            b.scheme(scheme)
            b.wait("its pictures", "return [...document.images].every((image) => image.complete || image.loading === 'lazy')")
            wide = b.js("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check(wide <= 0, f"{name} is {wide} px too wide")
            found += [f"{name}, {scheme}: {line}" for line in b.violations()]
            b.shot(f"first-{name}-{scheme}", whole=True)
        check(not found, "\n".join(found))

    def empty(self):
        """where there is no file, one is made that a person can read, and only its owner can change"""
        check(self.site.file == os.path.join(self.site.home, ".config/aislewatch/aislewatch.yaml"), f"it made {self.site.file}")
        check(os.stat(self.site.file).st_mode & 0o777 == 0o640, "its mode")
        text = self.site.text()
        check("cameras: []" in text and text.count("#") > 5, text)
        self.first_text = text

    def first_account(self):
        """the printed link makes the first account"""
        b = self.browser
        b.open(self.site.setup_path())
        b.has(".door form")
        self.sound("account")
        b.fill("name", "chief")
        b.fill("password", PASSWORD)
        b.fill("again", PASSWORD)
        b.press("Create account")
        b.has("#rail nav a[aria-current='page']")

    def no_camera(self):
        """a wall without cameras leads to adding the first one; no other page falls over"""
        b = self.browser
        b.says("No camera yet")
        self.sound("no-camera")
        for path in ("/incidents", "/following", "/status", "/setup/rules", "/setup/alerts", "/setup/site", "/setup/silence"):
            b.go(path)
            b.wait(f"the page {path}", f"return document.querySelector('main')?.dataset.page === '{path}' && document.querySelector('main h1') && !document.querySelector('main .loading')")
            self.sound("no-camera" + path.replace("/", "-"))
        b.go("/")
        b.press("Add a camera", "main")
        b.wait("the form", "return location.hash === '#/setup/cameras' && document.querySelector('.stack form')")

    def camera(self):
        """a camera is added by its address, tried first, and is watched at once"""
        b = self.browser
        self.sound("add-camera")
        b.fill("name", "Aisle 4", ".stack form")
        b.fill("url", self.cameras.url("aisle-4"), ".stack form")
        b.press("Test the connection")
        b.says("It works")
        self.sound("camera-tried")
        b.press("Add this camera")
        b.has("dialog .diff .added")
        b.press("Save", "dialog")
        b.wait("the new camera's own page", "return location.hash === '#/setup/cameras/aisle-4'")
        b.wait("its picture, when it is there", "const image = document.querySelector('.board img'); return image && !image.hidden && image.naturalWidth > 0")
        check(not b.js("return document.querySelector('.board .picture-message').checkVisibility()"), "it says that there is no picture")
        b.go("/")
        b.has(".tile[data-camera='aisle-4'] .player[data-state='playing'] video")
        self.sound("wall")
        check("cameras:\n  - id: aisle-4\n    name: Aisle 4\n    url: " in self.site.text(), self.site.text())

    def zone(self):
        """a walkway is drawn on its picture"""
        b = self.browser
        b.go("/setup/cameras/aisle-4")
        b.press("Draw a zone")
        corners = [(0.05, 0.55), (0.95, 0.55), (0.95, 0.95), (0.05, 0.95)]
        for corner in corners + corners[:1]:
            b.click_at(".board", *corner)
        b.fill("name", "main walkway", ".side")
        self.sound("zone")
        b.press("Save zones and lines")
        b.press("Save", "dialog")
        b.wait("the file has it", lambda: "main walkway" in self.site.text())

    def alert(self):
        """a channel is added and tried, and links in messages get the pages' address"""
        b = self.browser
        b.go("/setup/alerts")
        b.says("Nobody yet")
        b.choose("kind", "webhook")
        b.has("[name='headers.Authorization']")
        b.fill("name", "my telephone")
        b.fill("url", self.hook.base + "/hook")
        b.press("Add this channel")
        b.has("dialog .diff .added")
        check("name: my-telephone" in b.find("dialog").text, b.find("dialog").text)
        b.press("Save", "dialog")
        b.press("Send a test")
        b.has("li.channel .state.ok")
        purposes = [json.loads(message)["purpose"] for message in list(self.hook.messages)]
        check("test" in purposes, f"what came is {purposes}")
        texts = "section.panel[aria-label='Texts']"
        b.fill("public_base_url", self.site.base, texts)
        b.press("Save", texts)
        b.press("Save", "dialog")
        b.wait("the file has it", lambda: "public_base_url" in self.site.text())
        b.wait("the page with it", f"return document.querySelector(\"{texts} [name='public_base_url']\")?.value")
        self.sound("alerts")

    def incident(self):
        """what falls is told with a link, and stands on the wall's list"""
        b = self.browser
        b.go("/")

        def told():
            """Of a fall whose message has a link: one before the address was saved has none."""
            for message in list(self.hook.messages):
                message = json.loads(message)
                if message.get("incident", {}).get("kind") == "falling_object" and message.get("link"):
                    return message
            return None
        message = b.wait("a message about a fall, with a link", told, 180)
        self.link = message["link"]
        check(self.link.startswith(self.site.base + "/i/"), self.link)
        b.wait("it is listed", "return document.querySelector('.side a.row.compact')")
        self.sound("wall-incident")

    def by_link(self):
        """the link opens on a telephone without an account: the clip plays, somebody takes care of it"""
        b = self.telephone = Browser(self.site.base, self.browser.shots)
        b.resize(390)
        b.open(self.link[len(self.site.base):])
        b.says("Falling object")
        b.wait("its clip", "return document.querySelector('video')?.readyState >= 1")
        self.sound("link", b)
        b.js("document.querySelector('video').muted = true; document.querySelector('video').play()")
        b.wait("it plays", "return document.querySelector('video').currentTime > 0.5")
        b.press("I'll handle it")
        b.says("Handled by")
        self.sound("link-handled", b)

    def on_telephone(self):
        """from there the account opens the incident, plays its clip and confirms it"""
        b = self.telephone
        b.press("Open in Aislewatch")
        b.has(".door form")
        self.sound("sign-in", b)
        b.fill("name", "chief", ".door")
        b.fill("password", PASSWORD, ".door")
        b.press("Sign in")
        b.has(".verdicts")
        b.says("Falling object")
        video = "const video = document.querySelector('.surface video'); return "
        # It is loaded anew when the camera's recording has ended.
        incident = b.js("return location.hash").rsplit("/", 1)[1]
        b.wait("the whole clip", lambda: b.js_async(
            "return (await (await fetch(`/api/v1/incidents/${given[0]}`)).json()).clips[0]?.state === 'finished'", incident))
        b.wait("the clip can be played", video + "video && video.readyState >= 2")
        self.sound("incident", b)
        b.press("Play")
        b.wait("it plays", video + "!video.paused && video.currentTime > 0.5")
        bottom = b.js("return document.querySelector('.verdicts').getBoundingClientRect().bottom + scrollY")
        check(bottom < 844, f"the verdicts end at {bottom} px")
        b.press("Confirmed", ".verdicts")
        b.wait("it is marked", "return document.querySelector('[data-verdict=confirmed][aria-pressed=true]')")
        self.sound("incident-confirmed", b)
        b.go("/incidents")
        b.wait("it stands in the list as confirmed", lambda: "Confirmed" in (b.js(
            "return document.querySelector(`a[data-incident='${arguments[0]}']`)?.innerText", incident) or ""))
        self.sound("list", b)
        for path in ("/", "/camera/aisle-4", "/following", "/status"):
            b.go(path)
            b.wait(f"the page {path}", f"return document.querySelector('main')?.dataset.page === '{path}' && document.querySelector('main h1') && !document.querySelector('main .loading')")
            self.sound("telephone" + path.replace("/", "-"), b)
        # At the desk the same stands there.
        check(b.js_async("return (await (await fetch(`/api/v1/incidents/${given[0]}`)).json()).review", incident) == "confirmed", "it is not confirmed")
        check(not b.errors(("401",)), "errors in the telephone's console")

    def nothing_by_hand(self):
        """all that was set up stands in the file, with its comments, and the program finds no mistake in it"""
        text = self.site.text()
        comments = re.findall(r"^ *#.*$", self.first_text, re.MULTILINE)
        check(all(comment in text for comment in comments), text)
        checked = subprocess.run(
            [self.site.executable, "check-config"], capture_output=True, text=True, env={**os.environ, "HOME": self.site.home, "XDG_CONFIG_HOME": ""})
        check(checked.returncode == 0 and "1 camera:" in checked.stdout, checked.stdout + checked.stderr)


    def by_command(self):
        """the command that the log named beside the link works as it is printed, and what needs no --config finds the file"""
        b = self.browser
        command = self.site.lines.wait(r"or on this machine by: (aislewatch user add NAME .*)$", 1).group(1)
        home = {**os.environ, "HOME": self.site.home, "XDG_CONFIG_HOME": "", "PATH": os.path.dirname(self.site.executable) + ":/usr/bin:/bin"}

        def shell(text, typed=""):
            done = subprocess.run(["/bin/sh", "-c", text], input=typed, capture_output=True, text=True, env=home)
            check(done.returncode == 0, f"{text}: {done.stdout}{done.stderr}")
            return done.stdout
        check("added anna, admin" in shell(command.replace("NAME", "anna"), PASSWORD + "\n"), "it added nobody")
        check(shell("aislewatch user list").split() == ["anna", "admin", "chief", "admin"], "another file was read")
        b.press("Sign out")
        b.fill("name", "anna", ".door")
        b.fill("password", PASSWORD, ".door")
        b.press("Sign in")
        b.has("#rail nav a[aria-current='page']")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--daemon", required=True)
    arguments.add_argument("--shots", help="save pictures here")
    options = arguments.parse_args()
    need_browser()
    if os.path.exists(SERVICE):
        print(f"FAILED to begin: this machine is not empty, it has {SERVICE}")
        return 1
    cameras = Cameras({"aisle-4": SAMPLE})
    hook = Pictures(SAMPLE)
    site = EmptyMachine(options.daemon)
    pages = browser = None
    try:
        site.start()
        browser = Browser(site.base, options.shots)
        pages = FirstDay(browser, site, cameras, hook)
        failed = run(pages, None, to_the_end=False)
        if failed:
            print("\n".join(site.lines.all[-30:]))
        return 1 if failed else 0
    except (Failure, subprocess.SubprocessError) as problem:
        print(f"FAILED to begin: {problem}")
        return 1
    finally:
        for opened in (browser, pages and pages.telephone):
            if opened:
                opened.close()
        site.close()
        cameras.stop()
        hook.stop()


if __name__ == "__main__":
    sys.exit(main())
