#!/usr/bin/env python3
"""What a wall of 64 cameras costs the browser, with a server that only pretends: how much of a core all its processes take.

usage: browser_wall.py [--shots FOLDER] [--seconds 20]
Prints the figure and a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import argparse
import functools
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import Browser, Failure, check, need_browser  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ASSETS = os.environ.get("AISLEWATCH_WEB", os.path.join(HERE, "../../Sources/Web/Assets"))
COUNT = 64
MOST_OF_A_CORE = 0.30


def pictures(names):
    """A still picture of each sample, as JPEG."""
    made = []
    for name in names:
        made.append(subprocess.run(
            ["ffmpeg", "-v", "error", "-i", os.path.join(HERE, f"../../samples/{name}.mp4"), "-frames:v", "1", "-vf", "scale=480:-2", "-q:v", "4", "-f", "image2pipe",
             "-c:v", "mjpeg", "-"], capture_output=True, check=True).stdout)
    return made


class Pretender(http.server.SimpleHTTPRequestHandler):
    """The pages' files, and as much of the API as the wall asks for. Nothing moves before these cameras."""

    protocol_version = "HTTP/1.1"
    stills = []
    asked = {}
    extensions_map = {".js": "text/javascript", ".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        cameras = [{"id": f"cam-{n}", "name": f"Hall {n}", "state": "online", "state_text": "", "codec": "avc1.64001f", "size": [640, 360], "fps": 15, "zones": []}
                   for n in range(1, COUNT + 1)]
        answers = {
            "/api/v1/session": {"user": {"name": "chief", "role": "admin"}, "csrf": "x", "version": "1", "time_zone": "Europe/Berlin", "site": "Hall"},
            "/api/v1/cameras": {"cameras": cameras}, "/api/v1/incidents": {"incidents": [], "next": None}, "/api/v1/attention": {"items": []},
        }
        if path == "/api/v1/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b": \n\n")
                    time.sleep(5)
            except OSError:
                return
        elif path.endswith("/snapshot.jpg"):
            camera = path.split("/")[4]
            self.asked[camera] = self.asked.get(camera, 0) + 1
            self.answer(self.stills[int(camera[4:]) % len(self.stills)], "image/jpeg")
        elif path in answers:
            self.answer(json.dumps(answers[path]).encode(), "application/json")
        elif path.startswith("/api/"):
            self.answer(b'{"error": "not_found", "message": "not here"}', "application/json", 404)
        else:
            super().do_GET()

    def answer(self, body, kind, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def cpu_seconds(root):
    """Of a process and all below it."""
    children, times = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
        times[int(name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        total += times.get(process, 0)
        waiting += children.get(process, [])
    return total


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shots")
    arguments.add_argument("--seconds", type=float, default=20)
    options = arguments.parse_args()
    need_browser()
    Pretender.stills = pictures(["fall_box", "quiet_place", "quiet_walk", "quiet_cart", "quiet_shadow"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pretender, directory=ASSETS))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    b = Browser(f"http://127.0.0.1:{server.server_port}", options.shots)
    try:
        b.resize(1920, 1080)
        b.open("/")
        b.wait("25 tiles with their pictures", "return [...document.querySelectorAll('.tile')].filter((tile) => !tile.hidden && tile.querySelector('img').naturalWidth).length === 25")
        b.shot("wall-64")
        # Until what has not changed is asked for less often.
        time.sleep(35)
        Pretender.asked.clear()
        began, before = time.monotonic(), cpu_seconds(b.driver.service.process.pid)
        time.sleep(options.seconds)
        part = (cpu_seconds(b.driver.service.process.pid) - before) / (time.monotonic() - began)
        asked = sum(Pretender.asked.values())
        print(f"figure 64 cameras that stand still, 25 of them seen: {100 * part:.0f} % of a core, {asked / options.seconds:.1f} pictures a second")
        check(part < MOST_OF_A_CORE, f"the page takes {100 * part:.0f} % of a core")
        print("ok a wall of 64 cameras that stand still takes less than 30 % of a core")
        unseen = [camera for camera in Pretender.asked if int(camera[4:]) > 25]
        check(not unseen, f"pictures of {unseen} are loaded, which nobody sees")
        check(not b.js("return document.querySelectorAll('.tile video').length"), "a picture that stands still is played")
        print("ok what is not seen is not loaded, and what stands still is not played")
        return 0
    except Failure as failure:
        print(f"FAILED {failure}")
        return 1
    finally:
        b.close()
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
