#!/usr/bin/env python3
"""Measures how long a camera's frame takes from the network to the screen: the same frame, read by its number, in a plain
RTSP client and in Chromium on a camera's page of a real daemon.

usage: browser_delay.py --daemon .build/release/aislewatch [--seconds 30]
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import Browser, need_browser  # noqa: E402
from browser_pages import Pages  # noqa: E402
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
        ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1", "-analyzeduration", "200000",
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


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--daemon", required=True)
    arguments.add_argument("--seconds", type=float, default=30)
    options = arguments.parse_args()
    need_browser()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "numbers.mp4")
        make_video(path)
        cameras = Cameras({"numbers": path})
        site = Site(options.daemon, f"  - {{id: aisle-4, url: \"{cameras.url('numbers')}\"}}")
        browser, stop, seen = None, threading.Event(), {}
        try:
            site.start()
            browser = Browser(site.base)
            Pages(browser, site).first_account()
            browser.go("/camera/aisle-4")
            browser.has(".player[data-state='playing'] video")
            threading.Thread(target=numbers_of, args=(cameras.url("numbers"), seen, stop), daemon=True).start()
            time.sleep(5)
            seen.clear()
            browser.js(WATCH, BITS, BLOCK, WIDTH)
            time.sleep(options.seconds)
            shown = {int(number): when for number, when in browser.js("return window.shown").items()}
        finally:
            stop.set()
            if browser:
                browser.close()
            site.close()
            cameras.stop()
    delays = sorted(shown[number] - when for number, when in seen.items() if number in shown)
    if not delays:
        print("no frame was seen by both")
        return 1
    print(f"{len(delays)} frames: median {statistics.median(delays):.0f} ms, 90 % below {delays[int(0.9 * len(delays))]:.0f} ms, "
          f"longest {delays[-1]:.0f} ms; load average {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
