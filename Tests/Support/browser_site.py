"""A real daemon with real cameras for the browser tests, in a folder of its own."""
import argparse
import http.server
import itertools
import json
import os
import re
import signal
import subprocess
import tempfile
import sys
import threading
import time
import traceback
import urllib.request

from browser_driver import Browser, Failure, check, debian_python, free_port, need_browser

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "../.."))

CONFIGURATION = """\
# The browser tests' site. This comment must survive what the pages change.
site: {{name: Test hall, time_zone: Europe/Berlin}}
cameras:
{cameras}
analysis: {{fps: {fps}, warm_up_seconds: 1}}
recording: {{pre_roll_seconds: 4, post_roll_seconds: 3}}
{web}
storage: {{directory: {state}}}
"""


class Lines:
    """What a process prints, read as it comes."""

    def __init__(self, stream):
        self.all = []
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream):
        for line in stream:
            self.all.append(line.rstrip("\n"))

    def wait(self, pattern, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in list(self.all):
                found = re.search(pattern, line)
                if found:
                    return found
            time.sleep(0.05)
        raise Failure(f"not printed within {seconds} s: {pattern}\n" + "\n".join(self.all[-20:]))


class Cameras:
    """An RTSP server that plays files in a loop, in real time."""

    def __init__(self, files):
        arguments = [debian_python(), os.path.join(HERE, "rtsp_server.py"), "--port", "0"]
        arguments += [f"{name}={path}" for name, path in files.items()]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.port = int(Lines(self.process.stdout).wait(r"^ready (\d+)", 120).group(1))

    def url(self, name):
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def stop(self):
        self.process.kill()
        self.process.wait()


class Pictures:
    """A camera that sends Motion JPEG over HTTP, and takes messages at /hook."""

    def __init__(self, path):
        """`path` is a video; five of its pictures a second are played in a loop."""
        self.messages = []
        made = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-r", "5", "-t", "6", "-q:v", "4", "-f", "image2pipe", "-c:v", "mjpeg", "-"], capture_output=True,
            check=True).stdout
        pictures = [b"\xff\xd8" + part for part in made.split(b"\xff\xd8")[1:]]
        messages = self.messages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                try:
                    for picture in itertools.cycle(pictures):
                        self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture) + picture + b"\r\n")
                        time.sleep(0.2)
                except OSError:
                    pass  # The client has gone.

            def do_POST(self):
                messages.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()


class Site:
    """The daemon as its user starts it: `aislewatch run`."""

    def __init__(self, executable, cameras, fps=5, web=lambda site: f"web: {{host: 127.0.0.1, port: {site.port}}}"):
        """`cameras` are lines of YAML below `cameras:`; `fps` is how often each is analysed; `web` gives that section."""
        self.executable = executable
        self.folder = tempfile.TemporaryDirectory(prefix="aislewatch-pages-")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.file = os.path.join(self.folder.name, "aislewatch.yaml")
        self.state = os.path.join(self.folder.name, "state")
        with open(self.file, "w") as file:
            file.write(CONFIGURATION.format(cameras=cameras, web=web(self), state=self.state, fps=fps))
        self.process = None

    def start(self):
        environment = {"AISLEWATCH_WEB": os.path.join(ROOT, "Sources/Web/Assets"), **os.environ}
        self.process = subprocess.Popen(
            [self.executable, "run", "--config", self.file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
            env=environment)
        self.lines = Lines(self.process.stdout)
        end = time.monotonic() + 180
        while True:
            try:
                health = json.load(urllib.request.urlopen(self.base + "/health", timeout=10))
                # A camera that has not sent a picture yet would be an error to the first page that asks for one.
                if health["cameras_online"] == health["cameras_configured"]:
                    return
                problem = "a camera is not online"
            except OSError as error:
                # 503 is an answer too, but of a daemon that isn't ready.
                problem = error
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failure(f"the daemon is not ready ({problem})\n" + "\n".join(self.lines.all[-20:]))
            time.sleep(0.2)

    def setup_path(self):
        """The one-time link's part behind the address."""
        return self.lines.wait(r"(/#/setup/[A-Za-z0-9_-]+)", 60).group(1)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self):
        """As when the power fails: nothing is said to anybody."""
        self.process.kill()
        self.process.wait()

    def text(self):
        with open(self.file) as file:
            return file.read()

    def close(self):
        self.stop()
        self.folder.cleanup()


def gray(path, size, *options):
    """A picture's or a video frame's brightness, row by row."""
    return subprocess.run(
        ["ffmpeg", "-v", "error", *options, "-i", path, "-frames:v", "1", "-vf", f"scale={size[0]}:{size[1]}:flags=neighbor", "-f", "rawvideo",
         "-pix_fmt", "gray", "-"], capture_output=True, check=True).stdout


class Signed:
    """What such scripts share: an account of an administrator, and questions to the API as the page asks them."""

    PASSWORD = "correct horse battery"
    # A stopped server's requests fail, and a refused one is an error to the console.
    EXPECTED = {"first_account": ("401",)}

    def __init__(self, browser, site):
        self.browser, self.site = browser, site
        self.figures = {}

    def first_account(self):
        """the first account is signed in"""
        b = self.browser
        b.open(self.site.setup_path())
        b.fill("name", "chief")
        b.fill("password", self.PASSWORD)
        b.fill("again", self.PASSWORD)
        b.press("Create account")
        b.has(".tile")

    def send(self, method, path, body=None):
        return self.browser.js_async(
            "const { csrf } = await (await fetch('/api/v1/session')).json();"
            "const answer = await fetch(given[1], { method: given[0], headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },"
            " ...(given[2] && { body: JSON.stringify(given[2]) }) });"
            "const text = await answer.text(); if (!answer.ok) throw new Error(text); return text ? JSON.parse(text) : null", method, path, body)


def run(pages, only, to_the_end=True):
    """The behaviours of `pages.ORDER`, or those whose names contain `only` after the first account; how many are not there.

    `to_the_end` goes on behind one that is not there."""
    failed = 0
    for name in pages.ORDER:
        if only and only not in name and name != "first_account":
            continue
        call = getattr(pages, name)
        began = time.monotonic()
        try:
            call()
            errors = pages.browser.errors(pages.EXPECTED.get(name, ()))
            check(not errors, "errors in the console: " + "; ".join(errors)[:600])
            print(f"ok {call.__doc__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as problem:  # the next behaviour may be there all the same
            failed += 1
            print(f"FAILED {call.__doc__}: {problem}", flush=True)
            if not isinstance(problem, Failure):
                traceback.print_exc(limit=4, file=sys.stdout)
            pages.browser.shot(f"failed-{name}")
            # What this one left in the console is not the next one's.
            pages.browser.errors()
            if not to_the_end:
                break
    return failed


def drive(description, files, make, fps=5, add_options=None, **site_options):
    """The main program of such a script: cameras, daemon and browser, and what `make(browser, site, options)` finds there.

    `files` maps the cameras' ids to (name, video) or (name, video, further settings); `add_options` is given the parser of
    the arguments, and `site_options` are the site's. Returns the status to exit with.
    """
    arguments = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--daemon", required=True)
    arguments.add_argument("--shots", help="save pictures here")
    arguments.add_argument("--only", help="the behaviours whose names contain this, after the first account")
    if add_options:
        add_options(arguments)
    options = arguments.parse_args()
    need_browser()
    began = time.monotonic()
    cameras = Cameras({camera: path for camera, (_, path, *_) in files.items()})
    lines = ["  - {" + ", ".join([f"id: {camera}, name: {name}", *more, f"url: \"{cameras.url(camera)}\"}}"])
             for camera, (name, _, *more) in files.items()]
    site = Site(options.daemon, "\n".join(lines), fps, **site_options)
    browser = None
    try:
        site.start()
        browser = Browser(site.base, options.shots)
        pages = make(browser, site, options)
        failed = run(pages, options.only)
        for name, value in pages.figures.items():
            print(f"figure {name}: {value}")
        print(f"{time.monotonic() - began:.0f} s in all, load average {os.getloadavg()[0]:.1f}")
        if failed:
            print("\n".join(site.lines.all[-30:]))
        return 1 if failed else 0
    except (Failure, subprocess.SubprocessError) as problem:
        print(f"FAILED to begin: {problem}")
        return 1
    finally:
        if browser:
            browser.close()
        site.close()
        cameras.stop()
