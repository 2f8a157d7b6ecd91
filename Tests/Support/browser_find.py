#!/usr/bin/env python3
"""Objects that nobody clicks, in Chromium against a real daemon: all of the picture, and those that words describe.

usage: browser_find.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
The vision model is a server here that says where the cone is. Prints a line for each behaviour. Status 0 all are there, 1 some
aren't, 77 there is no browser.
"""
import http.server
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

SAMPLE = os.path.join(ROOT, "samples/fall_box.mp4")
CAMERA = "aisle-4"
# The cone stands on the floor all the time; its box in thousandths of the picture's width, as models see it.
CONE = {"label": "orange <b>cone</b>", "box": [775, 340, 840, 415]}
# The same once more.
AGAIN = {"label": "a cone", "box": [777, 342, 842, 417]}


class Model:
    """Answers every question with the same objects."""

    def __init__(self):
        self.objects, self.questions = [CONE], []
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                model.questions.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                content = json.dumps({"objects": model.objects}) if model.objects is not None else "It is over there."
                body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def stop(self):
        self.server.shutdown()


class Find(Signed):
    ORDER = ["first_account", "described", "followed", "not_there", "nonsense", "everything", "screens"]
    EXPECTED = {"first_account": ("401",), "nonsense": ("503", "Failed to load resource")}

    def __init__(self, browser, site, model):
        super().__init__(browser, site)
        self.model = model

    def at_camera(self):
        b = self.browser
        b.go(f"/camera/{CAMERA}")
        b.has(".surface")
        b.wait("the picture moves", "return document.querySelector('.surface').player?.time")
        return b

    def ask(self, text):
        b = self.at_camera()
        b.fill("text", text)
        b.press("Find")
        return b

    def described(self):
        """what is described is outlined, and picked in the list before it is followed"""
        self.model.objects = [CONE, AGAIN]
        b = self.ask("the orange cone")
        b.says("1 object was found", 60)
        check(b.js("return document.querySelector('.surface').player.isPaused"), "the picture is not held")
        check("orange <b>cone</b>" in b.js("return document.querySelector('.found').innerText"), "the object has no label")
        b.says("1 more place was named")
        check(not b.js("return document.querySelector('.found b')"), "what the model writes is read as markup")
        check("the orange cone" in json.dumps(self.model.questions[-1]), "the model was not asked for it")
        check(not self.send("GET", "/api/v1/follows")["follows"], "it is followed before anybody said so")
        b.shot("find-words-1280", tidy=True)
        b.js("document.querySelector('.found button').click()")
        b.has("form [data-ms]:not([data-ms=''])")
        b.says("a box around it")

    def followed(self):
        """what was picked is followed under a name"""
        b = self.browser
        b.fill("name", "Cone")
        b.press("Follow", ".side form.stack")
        b.has(".follow-card")
        b.wait("the list is gone", "return document.querySelector('.found').hidden")
        regions = self.send("GET", "/api/v1/follows")["follows"]
        check(len(regions) == 1 and regions[0]["name"] == "Cone", f"followed: {regions}")

    def not_there(self):
        """that there is no such object is said, and the picture goes on"""
        self.model.objects = []
        b = self.ask("a unicorn")
        b.says("No such object was found")
        b.wait("the picture goes on", "return !document.querySelector('.surface').player.isPaused")

    def nonsense(self):
        """an answer that can't be used is said in words"""
        self.model.objects = None
        b = self.ask("the orange cone")
        b.says("gave no answer that can be used", 60)

    def everything(self):
        """objects are found everywhere, as many as there is time for; one is picked"""
        b = self.at_camera()
        b.press("Find every object")
        b.wait("objects are found", "return document.querySelectorAll('.found button').length", 120)
        count = len(b.js("return [...document.querySelectorAll('.found button')].map((node) => node.innerText)"))
        self.figures["objects found"] = count
        b.shot("find-everything-1280", tidy=True)
        b.js("document.querySelector('.found button').click()")
        b.says("1 click on it")
        b.has(".found [aria-pressed=true]")
        b.shot("find-picked-1280", tidy=True)

    def screens(self):
        """the panel is whole on a telephone, light and dark, in German, and for a screen reader"""
        b = self.at_camera()
        for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
            b.resize(width)
            b.scheme(scheme)
            b.js("document.querySelector('.found').closest('section').scrollIntoView({ block: 'center' })")
            b.shot(f"find-{width}-{scheme}")
            found = b.violations()
            check(not found, "; ".join(found)[:600])
            wide = b.js("return document.documentElement.scrollWidth - innerWidth")
            check(wide <= 0, f"{width}: {wide} pixels wider than the screen")
        b.js("localStorage.setItem('aislewatch.language', 'de')")
        b.open(f"/?german#/camera/{CAMERA}")
        b.says("Gegenstände finden")
        for width in (390, 1280):
            b.resize(width)
            b.js("document.querySelector('.found').closest('section').scrollIntoView({ block: 'center' })")
            b.shot(f"find-{width}-de")


def main():
    model = Model()

    def web(site):
        return (f"web: {{host: 127.0.0.1, port: {site.port}}}\n"
                f"second_look: {{base_url: \"{model.url}\", model: see-1, kinds: [near_miss]}}")

    try:
        return drive(__doc__, {CAMERA: ("Aisle 4", SAMPLE)}, lambda browser, site, _: Find(browser, site, model), web=web)
    finally:
        model.stop()


if __name__ == "__main__":
    sys.exit(main())
