#!/usr/bin/env python3
"""Measures what the pages promise, in Chromium against a real daemon and cameras on loopback:

- from a click to its mask, as the page sees it;
- from a camera's frame to the screen: the same frame, read by its number, in a plain RTSP client and on a camera's page;
- what 16 live viewers of one camera cost the daemon more than one;
- the bytes of the first page.

usage: browser_figures.py --daemon .build/release/aislewatch [--clicks 30] [--seconds 30] [--rounds 3]
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import Browser, need_browser  # noqa: E402
from browser_pages import CAMERA, SAMPLE, Pages  # noqa: E402
from browser_site import Cameras, Site  # noqa: E402

WIDTH, HEIGHT, FPS, BITS, FRAMES = 640, 360, 15, 11, 1800
BLOCK = WIDTH // BITS


def make_video(path):
    """Two minutes whose frames carry their number as black and white blocks."""
    encoder = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-", "-c:v", "libx264",
         "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(FPS), "-pix_fmt", "yuv420p", path], stdin=subprocess.PIPE)
    for number in range(FRAMES):
        row = b"".join((b"\xf0" if number >> bit & 1 else b"\x10") * BLOCK for bit in range(BITS)).ljust(WIDTH, b"\x80")
        encoder.stdin.write(row * HEIGHT)
    encoder.stdin.close()
    encoder.wait()


def numbers_of(url, seen, stop):
    """Notes when a plain client has each frame."""
    client = subprocess.Popen(
        ["ffmpeg", "-v", "fatal", "-rtsp_transport", "tcp", "-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1", "-analyzeduration", "200000",
         "-i", url, "-vf", f"crop={BLOCK * BITS}:{HEIGHT}:0:0,scale={BITS}:1:flags=area", "-f", "rawvideo", "-pix_fmt", "gray", "-fps_mode", "passthrough", "-"], stdout=subprocess.PIPE)
    while not stop.is_set():
        data = client.stdout.read(BITS)
        if len(data) < BITS:
            break
        seen.setdefault(sum(1 << bit for bit in range(BITS) if data[bit] > 128), time.time() * 1000)
    client.kill()


WATCH = """
const [bits, block, width] = arguments;
const video = document.querySelector('.surface video');
const canvas = document.createElement('canvas');
canvas.width = width; canvas.height = 1;
const context = canvas.getContext('2d', { willReadFrequently: true });
window.shown = {};
const next = () => {
  context.drawImage(video, 0, 0, width, 1);
  const { data } = context.getImageData(0, 0, width, 1);
  let number = 0;
  for (let bit = 0; bit < bits; bit += 1) if (data[4 * (bit * block + (block >> 1))] > 128) number += 2 ** bit;
  window.shown[number] ??= performance.timeOrigin + performance.now();
  video.requestVideoFrameCallback(next);
};
video.requestVideoFrameCallback(next);
"""


def make_still(path):
    """The sample's first picture, for ten seconds: nothing moves, so the network has nothing to do but clicks."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", SAMPLE, "-vf", "trim=end_frame=1,loop=150:1,setpts=N/15/TB", "-r", "15", "-t", "10", "-c:v", "libx264", "-preset",
         "ultrafast", "-g", "15", "-pix_fmt", "yuv420p", path], check=True)


def spread(values, digits=0):
    """n, median, the tenth largest part and the extremes, in words."""
    values = sorted(values)
    return (f"n {len(values)}, median {statistics.median(values):.{digits}f}, 90 % up to {values[int(0.9 * (len(values) - 1))]:.{digits}f}, "
            f"{values[0]:.{digits}f} to {values[-1]:.{digits}f}")


def clicks(browser, site, count):
    """Milliseconds from the click to the mask, at places all over the picture; and the daemon's processor time of each, beyond
    what it uses anyway before a still camera."""
    browser.go(f"/camera/{CAMERA}")
    browser.has(".player[data-state='playing'] video")
    found = []
    idle, began = processor_seconds(site.process.pid), time.monotonic()
    time.sleep(8)
    before, middle = processor_seconds(site.process.pid), time.monotonic()
    rate = (before - idle) / (middle - began)
    for index in range(count):
        browser.has(".player[data-state='playing'] video")
        browser.click_at(".surface", 0.15 + 0.7 * (index * 0.618 % 1), 0.2 + 0.6 * (index * 0.382 % 1))
        found.append(int(browser.has("form [data-ms]:not([data-ms=''])").get_attribute("data-ms")))
        browser.press("Cancel")
        time.sleep(0.5)
    used = processor_seconds(site.process.pid) - before - rate * (time.monotonic() - middle)
    return found, 1000 * used / count


def delays(browser, url, seconds):
    """Milliseconds by which a page shows each frame later than a plain client has it."""
    seen, stop = {}, threading.Event()
    browser.go("/camera/numbers")
    browser.has(".player[data-state='playing'] video")
    threading.Thread(target=numbers_of, args=(url, seen, stop), daemon=True).start()
    time.sleep(5)
    seen.clear()
    browser.js(WATCH, BITS, BLOCK, WIDTH)
    time.sleep(seconds)
    shown = {int(number): when for number, when in browser.js("return window.shown").items()}
    stop.set()
    # A picture in which one number fades into the next is read as another one.
    last = max(seen, default=0)
    return [delay for number, when in seen.items() if number in shown and number <= last and 0 < (delay := shown[number] - when) < 5000]


def viewer(site, headers, stop):
    request = urllib.request.Request(f"{site.base}/api/v1/cameras/{CAMERA}/live.mp4", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        while not stop.is_set() and answer.read1(65536):
            pass


def cost(site, headers, viewers, seconds):
    """The daemon's processor time in percent of a core while so many watch one camera."""
    stop = threading.Event()
    threads = [threading.Thread(target=viewer, args=(site, headers, stop), daemon=True) for _ in range(viewers)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    before, began = processor_seconds(site.process.pid), time.monotonic()
    time.sleep(seconds)
    used = (processor_seconds(site.process.pid) - before) / (time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join(10)
    return 100 * used


def processor_seconds(process):
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_still(options, cameras):
    site = Site(options.daemon, f"  - {{id: {CAMERA}, url: \"{cameras.url('still')}\"}}")
    browser = None
    try:
        site.start()
        browser = Browser(site.base)
        pages = Pages(browser, site)
        pages.first_account()
        pages.first_page_bytes()
        print(f"the first page: {pages.figures['first page, bytes']} bytes", flush=True)
        waited, used = clicks(browser, site, options.clicks)
        print(f"click to mask, ms: {spread(waited)}; processor time of a click in the daemon: {used:.0f} ms", flush=True)
    finally:
        if browser:
            browser.close()
        site.close()


def of_moving(options, cameras):
    site = Site(options.daemon, f"  - {{id: {CAMERA}, url: \"{cameras.url('aisle')}\"}}\n  - {{id: numbers, url: \"{cameras.url('numbers')}\"}}")
    browser = None
    try:
        site.start()
        browser = Browser(site.base)
        Pages(browser, site).first_account()
        print(f"camera to screen, ms: {spread(delays(browser, cameras.url('numbers'), options.seconds))}", flush=True)
        secret = browser.js_async(
            "const { csrf } = await (await fetch('/api/v1/session')).json();"
            "const answer = await fetch('/api/v1/tokens', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },"
            " body: JSON.stringify({ name: 'figures', role: 'viewer' }) });"
            "return (await answer.json()).secret")
        browser.close()
        browser = None
        headers = {"Authorization": f"Bearer {secret}"}
        # The sample lasts twelve seconds: a whole number of them costs the same each time.
        if not options.rounds:
            return
        pairs = [(cost(site, headers, 1, 24), cost(site, headers, 16, 24)) for _ in range(options.rounds)]
        print(f"one viewer, % of a core: {spread([one for one, _ in pairs], 1)}")
        print(f"sixteen viewers, % of a core more: {spread([many - one for one, many in pairs], 1)}")
    finally:
        if browser:
            browser.close()
        site.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--daemon", required=True)
    arguments.add_argument("--clicks", type=int, default=30)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--rounds", type=int, default=3, help="0 leaves the viewers out")
    options = arguments.parse_args()
    need_browser()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "numbers.mp4")
        still = os.path.join(folder, "still.mp4")
        make_video(path)
        make_still(still)
        cameras = Cameras({"aisle": SAMPLE, "numbers": path, "still": still})
        try:
            of_still(options, cameras)
            of_moving(options, cameras)
        finally:
            cameras.stop()
    print(f"load average {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
