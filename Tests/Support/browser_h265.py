#!/usr/bin/env python3
"""Clips of an H.265 camera, in a Chromium that can't play H.265, against a real daemon.

usage: browser_h265.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import glob
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

CAMERA = "aisle-4"


class Copies(Signed):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["first_account", "recorded", "plays", "whole", "link", "kept", "broken"]
    EXPECTED = {**Signed.EXPECTED, "plays": ("404",), "link": ("404",)}
    VIDEO = "const video = document.querySelector('.surface video'); return "

    def newest(self):
        return self.browser.js_async(
            "const { incidents } = await (await fetch('/api/v1/incidents?limit=30&kind=falling_object')).json();"
            "for (const { id } of incidents) { const incident = await (await fetch(`/api/v1/incidents/${id}`)).json();"
            " if (incident.phase === 'ended' && incident.clips[0]?.state === 'finished') return incident; } return null")

    def recorded(self):
        """an incident is recorded in H.265, as the camera sends it"""
        b = self.browser
        self.incident = b.wait("a whole incident", self.newest, 180)
        clip = self.incident["clips"][0]
        check(clip["codec"] == "hevc" and clip["copy"], f"the clip is {clip}")
        check(b.js("return document.createElement('video').canPlayType('video/mp4; codecs=\"hvc1.1.6.L120.B0\"')") == "", "this browser plays H.265: nothing is shown by it")

    def plays(self):
        """the incident's clip is shown from the incident on, and plays"""
        b = self.browser
        clip = self.incident["clips"][0]
        b.go(f"/incidents/{self.incident['id']}")
        b.wait("its picture", self.VIDEO + "video?.videoWidth > 0 && video.readyState >= 2", 120)
        at = b.js(self.VIDEO + "video.currentTime")
        check(abs(at - max(0, clip["incident_seconds"] - 2)) < 1, f"it begins at {at:.1f} s, the incident is at {clip['incident_seconds']:.1f} s")
        data = b.pixels(".surface video")
        check(max(data) - min(data) > 60, "the picture is empty")
        b.key(" ")
        b.wait("it goes on", self.VIDEO + f"video.currentTime > {at + 1}")
        check(not b.js("return [...document.querySelectorAll('.picture-message')].some((one) => !one.hidden)"), "a message covers the picture")
        found = b.violations()
        check(not found, "\n".join(found))
        b.shot("h265-1280")

    def whole(self):
        """what was before the incident is there too, at its own time"""
        b = self.browser
        b.js("const video = document.querySelector('.surface video'); video.pause(); video.currentTime = 0.5")
        b.wait("the beginning", self.VIDEO + "!video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - 0.5) < 0.2", 60)
        length = b.js(self.VIDEO + "video.duration")
        check(abs(length - self.incident["clips"][0]["duration_seconds"]) < 0.5, f"it is {length} s long")
        b.resize(390)
        b.shot("h265-390")
        b.resize(1280)

    def link(self):
        """the page behind a shared link plays it too"""
        b = self.browser
        path = self.send("POST", f"/api/v1/incidents/{self.incident['id']}/links", {})["path"]
        for file in glob.glob(os.path.join(self.site.state, "clip-copies/*.mp4")):
            os.remove(file)
        b.open(path)
        b.js("document.querySelector('video').play()")
        b.wait("it plays", "const video = document.querySelector('video'); return video.videoWidth > 0 && video.currentTime > 1", 120)
        found = b.violations()
        check(not found, "\n".join(found))
        b.shot("h265-link")
        b.open("/")
        b.has(".tile")

    def kept(self):
        """the clip that is saved is the camera's own, and one copy is kept"""
        b = self.browser
        folder, kept = os.path.join(self.site.state, "clip-copies"), [self.incident["clips"][0]["id"] + ".mp4"]
        b.wait("the copy is whole", lambda: sorted(os.listdir(folder)) == kept)
        types = b.js_async(
            "const clip = given[0], head = async (path) => (await (await fetch(path)).arrayBuffer()); const text = (bytes) => new TextDecoder('latin1').decode(bytes);"
            "return [text(await head(clip.video)).includes('hvcC'), text(await head(clip.video.replace('video.mp4', 'copy.mp4'))).includes('avcC')]", self.incident["clips"][0])
        check(types == [True, True], f"the clip and its copy: {types}")

    def broken(self):
        """a damaged clip says that it is damaged"""
        b = self.browser
        clip = self.incident["clips"][0]["id"]
        os.remove(os.path.join(self.site.state, "clip-copies", clip + ".mp4"))
        path, = glob.glob(os.path.join(self.site.state, f"clips/*/*/{clip}.mp4"))
        with open(path, "r+b") as file:
            # Its index stays, its frames don't.
            head = file.read().index(b"moof") + 4
            size = os.path.getsize(path)
            file.seek(head)
            file.write(b"\0" * (size - head))
        b.go("/incidents")
        b.go(f"/incidents/{self.incident['id']}")
        b.says("The clip is damaged: not one frame of it can be read.", 60)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="aislewatch-h265-") as folder:
        film = os.path.join(folder, "fall_box.mp4")
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-i", os.path.join(ROOT, "samples/fall_box.mp4"), "-an", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
             "log-level=none:bframes=0:keyint=15", "-pix_fmt", "yuv420p", film], check=True)
        sys.exit(drive(__doc__, {CAMERA: ("Aisle 4", film)}, lambda browser, site, _: Copies(browser, site)))
