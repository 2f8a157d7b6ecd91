"""What the browser tests share: a headless Chromium, waiting, pixels, screenshots."""
import base64
import json
import os
import shutil
import sys
import time
import urllib.request
import zlib

SKIPPED = 77
CHROMIUM = "/usr/bin/chromium"
DRIVER = "/usr/bin/chromedriver"


def need_browser():
    """Ends with status 77 and a sentence when this machine has no browser to test in."""
    for path, package in ((CHROMIUM, "chromium"), (DRIVER, "chromium-driver")):
        if not os.path.exists(path):
            print(f"skipped: {path} is missing; install the Debian package {package} to run the browser tests")
            sys.exit(SKIPPED)
    try:
        import selenium  # noqa: F401
    except ImportError:
        print("skipped: selenium is missing; run scripts/setup-test-python.sh")
        sys.exit(SKIPPED)


# Only a behaviour that is not there takes this long.
PATIENCE = float(os.environ.get("AISLEWATCH_BROWSER_PATIENCE", "120"))


class Failure(Exception):
    """A behaviour that isn't there."""


class Browser:
    """Chromium, 1280 by 820 unless told otherwise, in an empty profile."""

    def __init__(self, base, shots=None):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--autoplay-policy=no-user-gesture-required", "--lang=en-GB",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = self.started(lambda: webdriver.Chrome(options=options, service=Service(DRIVER)))
        self.driver.set_script_timeout(60)
        self.base = base
        self.shots = shots
        self.messages = []
        self.resize(1280)

    @staticmethod
    def started(start):
        """On a machine that is busy the browser is sometimes too late for its driver: once more then, and no more."""
        from selenium.common.exceptions import WebDriverException
        try:
            return start()
        except WebDriverException as problem:
            print(f"the browser did not start, once more: {str(problem).splitlines()[0]}", flush=True)
            return start()

    def close(self):
        self.driver.quit()

    def resize(self, width, height=None):
        small = width < 600
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height or (844 if small else 820), "deviceScaleFactor": 2 if small else 1, "mobile": small})
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": small})

    def scheme(self, value):
        """Light or dark."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": value}]})

    def open(self, path):
        self.driver.get(self.base + path)

    def go(self, path):
        """Another page of the same document."""
        self.js("location.hash = arguments[0]", "#" + path)

    def js(self, text, *values):
        return self.driver.execute_script(text, *values)

    def js_async(self, text, *values):
        """Runs the body of an async function; its result, or its error as Failure."""
        answer = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);"
            "(async (...given) => {" + text + "})(...given)"
            ".then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }))", *values)
        if "error" in answer:
            raise Failure(answer["error"])
        return answer.get("value")

    def wait(self, what, condition, seconds=PATIENCE):
        """Asks until `condition` (a function, or JavaScript that gives something) is true, and returns what it gave."""
        end = time.monotonic() + seconds
        ask = (lambda: self.js(condition)) if isinstance(condition, str) else condition
        while True:
            value = ask()
            if value:
                return value
            if time.monotonic() > end:
                raise Failure(f"not within {seconds} s: {what}\n{self.text()[-500:]}")
            time.sleep(0.1)

    def has(self, selector, seconds=PATIENCE):
        return self.wait(f"an element {selector}", lambda: self.find(selector), seconds)

    def find(self, selector):
        found = self.driver.find_elements("css selector", selector)
        return found[0] if found else None

    def says(self, text, seconds=PATIENCE):
        return self.wait(f"the page says “{text}”", lambda: text in self.text(), seconds)

    def text(self):
        return self.js("return document.body.innerText")

    def press(self, words, within="body"):
        """Clicks the button or link with these words."""
        def ready():
            return self.js(
                "return [...document.querySelectorAll(arguments[0] + ' button, ' + arguments[0] + ' a')]"
                ".find((node) => node.offsetParent && !node.disabled && (node.innerText.trim() === arguments[1]"
                " || node.getAttribute('aria-label') === arguments[1]))", within, words)
        from selenium.common.exceptions import StaleElementReferenceException
        for attempt in range(5):
            node = self.wait(f"a button “{words}”", ready)
            try:
                # A message about an incident comes up at any time, and a click would land on it instead.
                self.js(
                    "arguments[0].scrollIntoView({ block: 'center' }); const toasts = document.getElementById('toasts');"
                    " if (toasts) toasts.style.pointerEvents = toasts.contains(arguments[0]) ? '' : 'none'", node)
                node.click()
                return
            except StaleElementReferenceException:
                # An event has renewed this part of the page in between; a person would click the new one.
                if attempt == 4:
                    raise

    def fill(self, name, value, within="body"):
        node = self.has(f"{within} [name='{name}']")
        self.js("arguments[0].scrollIntoView({ block: 'center' }); arguments[0].value = ''", node)
        node.send_keys(value)
        self.js("arguments[0].dispatchEvent(new Event('change', { bubbles: true }))", node)

    def choose(self, name, value):
        """Takes an entry of a list."""
        node = self.has(f"select[name='{name}']")
        self.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', { bubbles: true }))", node, value)

    def click_at(self, selector, x, y, shift=False):
        """A real click at these fractions of an element."""
        node = self.has(selector)
        self.js("arguments[0].scrollIntoView({ block: 'center' })", node)
        box = self.js("const box = arguments[0].getBoundingClientRect(); return [box.x, box.y, box.width, box.height]", node)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
                "type": kind, "x": box[0] + x * box[2], "y": box[1] + y * box[3], "button": "none" if kind == "mouseMoved" else "left",
                "clickCount": 0 if kind == "mouseMoved" else 1, "modifiers": 8 if shift else 0})

    def drag(self, start, end, steps=8):
        """With the mouse, from one point of the window to another."""
        def mouse(kind, x, y, button="left"):
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {
                "type": kind, "x": x, "y": y, "button": button, "buttons": 1 if button == "left" else 0, "clickCount": 1})
        mouse("mouseMoved", *start, button="none")
        mouse("mousePressed", *start)
        for step in range(1, steps + 1):
            mouse("mouseMoved", *[a + (b - a) * step / steps for a, b in zip(start, end)])
        mouse("mouseReleased", *end)

    def point_at(self, x, y):
        """The mouse rests at a point of the window."""
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y, "button": "none"})

    def swipe(self, start, end, steps=6):
        """With a finger, from one point of the window to another."""
        def touch(kind, points):
            self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
        touch("touchStart", [start])
        for step in range(1, steps + 1):
            touch("touchMove", [[a + (b - a) * step / steps for a, b in zip(start, end)]])
        touch("touchEnd", [])

    def key(self, key):
        """A key for the page as a whole."""
        from selenium.webdriver.common.action_chains import ActionChains
        ActionChains(self.driver).send_keys(key).perform()

    def allow(self, permission):
        """What a person would be asked for."""
        self.driver.execute_cdp_cmd("Browser.grantPermissions", {"origin": self.base, "permissions": [permission]})

    def push(self, text):
        """A message of a push service, as it comes decrypted to the page's service worker."""
        self.driver.execute_cdp_cmd("ServiceWorker.enable", {})
        # The first one of an empty profile.
        self.driver.execute_cdp_cmd("ServiceWorker.deliverPushMessage", {"origin": self.base + "/", "registrationId": "0", "data": text})

    def in_worker(self, text):
        """Runs JavaScript in the page's service worker, awaits it, and gives its value."""
        import websocket
        address = self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        targets = json.load(urllib.request.urlopen(f"http://{address}/json", timeout=10))
        worker = next((one for one in targets if one["type"] == "service_worker" and one["url"].startswith(self.base)), None)
        if not worker:
            raise Failure("there is no service worker")
        socket = websocket.create_connection(worker["webSocketDebuggerUrl"], timeout=30, suppress_origin=True)
        try:
            socket.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": {"expression": text, "awaitPromise": True, "returnByValue": True}}))
            while True:
                answer = json.loads(socket.recv())
                if answer.get("id") == 1:
                    break
        finally:
            socket.close()
        result = answer.get("result", {})
        if "exceptionDetails" in result or "error" in answer:
            raise Failure(f"in the service worker: {answer}")
        return result["result"].get("value")

    def pixels(self, selector, size=(160, 90)):
        """The picture of a video, image or canvas as RGBA bytes of this size."""
        data = self.js(
            "const node = document.querySelector(arguments[0]); const canvas = document.createElement('canvas');"
            "canvas.width = arguments[1]; canvas.height = arguments[2]; const context = canvas.getContext('2d');"
            "context.drawImage(node, 0, 0, canvas.width, canvas.height);"
            "const { data } = context.getImageData(0, 0, canvas.width, canvas.height); let text = '';"
            "for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));"
            "return btoa(text)",
            selector, *size)
        return base64.b64decode(data)

    def shot(self, name, whole=False, tidy=False):
        """Saves the screen, or the whole page, for a person to look at; `tidy` for the documents: from the top, without messages."""
        if not self.shots:
            return
        if tidy:
            self.js("scrollTo(0, 0); document.getElementById('toasts').replaceChildren()")
        os.makedirs(self.shots, exist_ok=True)
        options = {"format": "png"}
        if whole:
            width, height = self.js("return [innerWidth, Math.min(4000, Math.max(innerHeight, document.documentElement.scrollHeight))]")
            options.update(captureBeyondViewport=True, clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]
        with open(os.path.join(self.shots, f"{name}.png"), "wb") as file:
            file.write(base64.b64decode(data))

    def violations(self):
        """What axe-core finds that people with a screen reader or without a mouse would stumble over, a line each."""
        if not self.js("return Boolean(window.axe)"):
            import axe_core_python
            with open(os.path.join(os.path.dirname(axe_core_python.__file__), "axe.min.js")) as file:
                self.js(file.read())
        # What floats over the page would be taken for the background of what lies below it.
        return self.js_async(
            "const floating = [...document.querySelectorAll('#toasts, #rail')].filter((node) => getComputedStyle(node).position === 'fixed');"
            "for (const node of floating) node.style.visibility = 'hidden';"
            # What is folded away lies nowhere, though it has a place.
            "const { violations } = await axe.run({ include: [document], exclude: [['details:not([open]) > :not(summary)']] }, { resultTypes: ['violations'] });"
            "for (const node of floating) node.style.visibility = '';"
            "return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.any.map((check) => `${check.message.slice(0, 160)} (${check.relatedNodes.map((other) => other.html.slice(0, 90)).join(', ')})`).join('; ')}`))")

    def errors(self, but=()):
        """The console's errors since the last call; those that contain a text of `but` are expected."""
        found = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [message for message in found if not any(text in message for text in but)]


def fingerprint(data):
    return zlib.crc32(data)


def check(condition, what):
    if not condition:
        raise Failure(what)


def free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def debian_python():
    return "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else shutil.which("python3")
