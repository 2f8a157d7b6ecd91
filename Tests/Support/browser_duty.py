#!/usr/bin/env python3
"""What a shift leader trusts: the pages used in Chromium against a real daemon with ten looping cameras.

usage: browser_duty.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

SAMPLES = [os.path.join(ROOT, "samples", f"{name}.mp4") for name in ("fall_box", "quiet_place", "quiet_walk", "quiet_cart", "quiet_shadow")]
COUNT = 10
FIRST = "cam-1"


class Duty(Signed):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["first_account", "fits", "layouts", "named_layout", "to_the_front", "order", "tour", "strip", "strip_ends", "excluded", "stale", "asked_again"]
    # A stopped server's requests fail.
    EXPECTED = {**Signed.EXPECTED, "stale": ("ERR_", "Failed to load resource"), "asked_again": ("ERR_", "Failed to load resource")}

    # The wall.

    def seen(self):
        """The ids of the tiles that lie whole on the screen."""
        return self.browser.js(
            "return [...document.querySelectorAll('.tile')].filter((tile) => { const box = tile.getBoundingClientRect();"
            " return !tile.hidden && box.width > 60 && box.top >= 0 && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1; })"
            ".map((tile) => tile.dataset.camera)")

    def fits(self):
        """all cameras fit a screen of 1920 and of 1280 px without scrolling"""
        b = self.browser
        b.js("localStorage.removeItem('aislewatch.wall')")
        for width, height in ((1920, 1080), (1280, 820)):
            b.resize(width, height)
            b.wait(f"all tiles on {width} px", lambda: len(self.seen()) == COUNT)
            b.shot(f"wall-{width}")
        b.wait("every tile has a picture", "return [...document.querySelectorAll('.tile')].every((tile) => tile.querySelector('video') || tile.querySelector('img').naturalWidth)")
        b.wait("no more than four play", "return document.querySelectorAll('.tile video').length <= 4")

    def layouts(self):
        """so many as somebody chooses are on the screen, and the choice is kept"""
        b = self.browser
        for size in (1, 4, 9):
            b.press(str(size), ".segments")
            # One with an incident comes in addition.
            b.wait(f"{size} of them", lambda: size <= len(self.seen()) <= size + (size > 1))
        b.js("location.reload()")
        b.wait("nine after a reload", lambda: len(self.seen()) >= 9)
        hidden = b.js("return [...document.querySelectorAll('.tile')].filter((tile) => tile.hidden && tile.querySelector('video')).length")
        check(hidden == 0, "a tile that is not seen plays")
        b.press("Further cameras")
        b.wait("the tenth", lambda: "cam-10" in self.seen() and len(self.seen()) <= 2)

    def named_layout(self):
        """a layout is kept under a name, taken again and removed"""
        b = self.browser
        b.press("4", ".segments")
        b.choose("layout", " keep")
        b.fill("text", "Gates", "dialog")
        b.press("Keep", "dialog")
        b.wait("it is kept", "return [...document.querySelectorAll('[name=layout] option')].some((node) => node.value === 'Gates' && node.selected)")
        b.press("9", ".segments")
        b.wait("nine", lambda: len(self.seen()) >= 9)
        b.js("location.reload()")
        b.wait("nine after a reload", lambda: len(self.seen()) >= 9)
        b.choose("layout", "Gates")
        b.wait("four", lambda: 4 <= len(self.seen()) <= 5)
        check(b.js("return document.querySelector('.segments [aria-pressed=true]').innerText") == "4", "the buttons show another size")
        b.choose("layout", " remove")
        b.wait("it is gone", "return ![...document.querySelectorAll('[name=layout] option')].some((node) => node.value === 'Gates')")
        b.press("9", ".segments")
        b.wait("nine again", lambda: len(self.seen()) >= 9)
        b.press("Further cameras")

    def to_the_front(self):
        """an incident on a camera that is off the screen comes to the front, and can be heard"""
        b = self.browser
        b.press("Sound for new incidents")
        before = int(b.js("return document.documentElement.dataset.chimes ?? 0"))
        # Both cameras in which a carton falls are on the other page.
        b.wait("an incident of the other page at the front", lambda: {"cam-1", "cam-6"} & set(self.seen()) and b.js(
            "const tile = document.querySelector('.tile.front'); return tile && tile.style.order === '0' && ['cam-1', 'cam-6'].includes(tile.dataset.camera)"))
        b.wait("it is larger than the others", "const [one, other] = ['.front', ':not(.front):not([hidden])'].map((part) => document.querySelector('.tile' + part).getBoundingClientRect().width); return one > 1.5 * other")
        b.wait("it is heard", lambda: int(b.js("return document.documentElement.dataset.chimes ?? 0")) > before)
        b.wait("each has a picture", "return [...document.querySelectorAll('.tile:not([hidden]) .picture-message')].every((node) => node.hidden)")
        b.shot("front-1280", tidy=True)
        b.press("Sound for new incidents")

    def order(self):
        """tiles are dragged, and moved by keys, into an order that is kept"""
        b = self.browser
        b.press("Auto", ".segments")
        b.press("Put the cameras in another order")
        b.wait("all tiles", lambda: len(self.seen()) == COUNT)
        places = b.js("return ['cam-1', 'cam-3'].map((id) => { const box = document.querySelector(`.tile[data-camera='${id}']`).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })")
        b.drag(*places)
        order = "return [...document.querySelectorAll('.tile')].sort((a, b) => a.style.order - b.style.order).map((tile) => tile.dataset.camera)"
        b.wait("the third is first", lambda: b.js(order)[:3] == ["cam-2", "cam-3", "cam-1"])
        from selenium.webdriver.common.keys import Keys
        tile = b.has(".tile[data-camera='cam-1']")
        b.js("arguments[0].focus()", tile)
        tile.send_keys(Keys.ARROW_LEFT)
        b.wait("one to the left by key", lambda: b.js(order)[:3] == ["cam-2", "cam-1", "cam-3"])
        check(b.js("return location.hash") in ("", "#/"), "moving a tile opened its camera")
        b.js("location.reload()")
        b.wait("the order is kept", lambda: len(b.js(order)) == COUNT and [c for c in b.js(order) if c in ("cam-2", "cam-3")] == ["cam-2", "cam-3"])
        kept = b.js("return JSON.parse(localStorage.getItem('aislewatch.wall')).order.slice(0, 3)")
        check(kept == ["cam-2", "cam-1", "cam-3"], f"{kept} is kept")
        b.js("localStorage.removeItem('aislewatch.wall'); location.reload()")

    def tour(self):
        """a tour goes round the pages by itself"""
        b = self.browser
        b.wait("all tiles", lambda: len(self.seen()) == COUNT)
        b.press("4", ".segments")
        b.wait("four of them", lambda: len(self.seen()) >= 4)
        b.choose("tour", "5")
        page = "return document.querySelector('.turner [role=status]').innerText"
        first = b.js(page)
        b.wait("the next page", lambda: b.js(page) != first, 150)
        b.choose("tour", "0")
        b.press("Auto", ".segments")

    def excluded(self):
        """what is not watched is shaded on the camera's page, for each kind"""
        b = self.browser
        b.go(f"/camera/{FIRST}")
        b.has(".surface .player[data-state='playing']")
        b.says("The whole picture is watched.")
        plain = self.shaded()
        b.choose("watched", "object_left")
        b.says("watches walkways only, and there is none here")
        b.wait("all of it is shaded", lambda: self.shaded() > plain + 10_000)
        b.shot("unwatched-1280")

    def shaded(self):
        data = self.browser.pixels(".surface canvas.overlay", (320, 180))
        return sum(1 for i in range(3, len(data), 4) if data[i] > 40)

    # What keeps people from being told.

    def strip(self):
        """held-back alerts stand in a strip on every page, with who did it and until when"""
        b = self.browser
        b.go("/setup/silence")
        b.fill("reason", "Stocktaking", "main")
        b.press("Hold alerts back", "main")
        b.wait("it is in the strip", "return document.querySelector('#attention').innerText.includes('Alerts are held back')")
        for path in ("/", f"/camera/{FIRST}", "/incidents", "/following", "/setup/cameras", "/status", "/account"):
            b.go(path)
            b.wait(f"the page {path}", f"return document.querySelector('main').dataset.page === '{path}'")
            strip = b.wait(f"the strip on {path}", "const strip = document.querySelector('#attention'); return strip && strip.offsetParent && strip.innerText")
            for words in ("Alerts are held back for all cameras", "until ", "by chief", "Stocktaking"):
                check(words in strip, f"the strip on {path} says “{strip}” without “{words}”")
        for width, scheme in ((1280, "light"), (390, "dark")):
            b.resize(width)
            b.scheme(scheme)
            b.shot(f"strip-{width}-{scheme}")
        b.resize(1280)
        b.scheme("light")

    def strip_ends(self):
        """its button ends it"""
        b = self.browser
        b.go("/incidents")
        b.press("End now", "#attention")
        b.wait("the strip is without it", "return !document.querySelector('#attention').innerText.includes('held back')")
        check(not self.send("GET", "/api/v1/snoozes")["snoozes"], "the server still holds alerts back")

    # What is stale says so.

    def stale(self):
        """while the server is away nothing is green and live, and since when is said"""
        b = self.browser
        b.go("/")
        b.wait("tiles are live", "return document.querySelectorAll('.tile .state.ok').length > 0")
        # The power fails while something goes on.
        b.wait("an incident that goes on", "return document.querySelector('.tile.alarm')")
        self.site.kill()
        self.before = b.js("return [...document.querySelectorAll('.side a.row.compact')].filter((row) => row.innerText.includes('Ongoing')).map((row) => row.hash.split('/').at(-1))")
        check(self.before, "it ended before the power failed")
        b.wait("no tile is green", "return !document.querySelector('.tile .state.ok')")
        b.wait("since when", "return /Connection lost at \\d\\d:\\d\\d:\\d\\d/.test(document.body.innerText)")
        b.wait("the tile says since when", "return /Stale since \\d\\d:\\d\\d/.test(document.querySelector('.tile').innerText)")
        b.shot("stale-wall")

    def asked_again(self):
        """when it is back every part has asked again: what has ended meanwhile no longer goes on"""
        b = self.browser
        self.site.start()
        # It says so for some seconds, which may be over before every camera is there.
        b.wait("it is connected again", "const banner = document.querySelector('#connection'); return banner.hidden || banner.innerText.includes('Connected again')")
        b.wait("tiles are live again", "return document.querySelectorAll('.tile .state.ok').length > 0")
        # New ones come, but none that began before the power failed goes on.
        ongoing = "return (await (await fetch('/api/v1/incidents?limit=100')).json()).incidents.filter((one) => one.phase === 'ongoing').map((one) => one.id)"
        shown = "return [...document.querySelectorAll('.side a.row.compact')].filter((row) => row.innerText.includes('Ongoing')).map((row) => row.hash.split('/').at(-1))"
        b.wait("what the page shows as ongoing is", lambda: set(b.js(shown)) <= set(b.js_async(ongoing)))
        check(not set(self.before) & set(b.js(shown)), "an incident from before the power failed still goes on")


if __name__ == "__main__":
    sys.exit(drive(__doc__, {f"cam-{index + 1}": (f"Hall {index + 1}", SAMPLES[index % len(SAMPLES)]) for index in range(COUNT)}, lambda browser, site, _: Duty(browser, site), fps=1))
