#!/usr/bin/env python3
"""The own account and the accounts of others, in Chromium against a real daemon: second factor, sessions, cameras.

usage: browser_account.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import check  # noqa: E402
from browser_site import ROOT, Signed, drive  # noqa: E402

STEP = 30


def one_time_password(secret, step):
    """RFC 6238, as an authenticator app has it."""
    hashed = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = hashed[19] & 15
    return f"{(struct.unpack('>I', hashed[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class PushService:
    """Takes messages for browsers, and keeps their heads."""

    def __init__(self):
        self.requests = []
        requests = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                requests.append(self.headers)
                self.send_response(201)
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


class Account(Signed):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["first_account", "quick", "sessions", "devices", "message", "device_off", "second_factor", "code_asked", "recovery_code", "others", "tokens", "limited", "turned_off"]
    # A sign-in that is answered by a question for the code is an error to the console.
    EXPECTED = {**Signed.EXPECTED, "message": ("404",), "second_factor": ("403",), "code_asked": ("401",), "recovery_code": ("401",), "limited": ("401", "404"), "others": ("422",)}

    secret = None
    codes = ()
    last_step = 0

    def code(self):
        """One that was not used yet: the next step's counts already."""
        step = max(int(time.time()) // STEP, self.last_step + 1)
        while step > int(time.time()) // STEP + 1:
            time.sleep(1)
        self.last_step = step
        return one_time_password(self.secret, step)

    def shots(self, name):
        b = self.browser
        for scheme in ("light", "dark"):
            b.scheme(scheme)
            for width in (1280, 390):
                b.resize(width)
                b.shot(f"{name}-{width}-{scheme}", whole=True)
        b.resize(1280)
        b.scheme("light")
        found = b.violations()
        check(not found, "axe-core: " + "\n".join(found))

    def sign_out(self):
        b = self.browser
        b.go("/account")
        b.press("Sign out", "main > .stack > .buttons")
        b.has("form [name='password']")

    def sign_in(self, name="chief", password=None):
        b = self.browser
        b.fill("name", name)
        b.fill("password", password or self.PASSWORD)
        b.press("Sign in", "form")

    def quick(self):
        """who goes on before a page is there sees the later page, and nothing of the one before"""
        b = self.browser
        b.go("/account")
        b.has("#second-factor")
        b.js("const fetched = window.fetch; window.fetch = async (url, ...more) => {"
             " if (String(url).includes('/cameras')) { window.isAsked = true; await new Promise((done) => setTimeout(done, 1500)); }"
             " return fetched(url, ...more); };"
             " setTimeout(() => { window.fetch = fetched; window.isQuickOver = true; }, 4000)")
        b.go("/")
        b.wait("the wall has asked for its cameras", "return window.isAsked")
        b.go("/account")
        b.has("#second-factor")
        b.wait("the late answer is there", "return window.isQuickOver")
        check(b.find("#second-factor") and b.js("return location.hash") == "#/account", "the later page is gone")
        check(b.js("return document.querySelectorAll('main h1').length") == 1, "two pages stand on one")
        b.go("/")
        b.has(".tile")

    def sessions(self):
        """the account's sessions are listed, and others are ended"""
        b = self.browser
        b.js_async("await fetch('/api/v1/session', { method: 'POST', credentials: 'omit', headers: { 'Content-Type': 'application/json' },"
                   " body: JSON.stringify({ name: 'chief', password: given[0] }) })", self.PASSWORD)
        b.go("/account")
        b.wait("two sessions", "return document.querySelectorAll('#sessions .row').length === 2")
        check("this one" in b.text() and "127.0.0.1" in b.text(), "what the sessions are is not said")
        check(re.search(r"Chrom\w+, Linux", b.text()), "the browser is not named")
        self.shots("account")
        b.press("Sign out everywhere else")
        b.wait("one session", "return document.querySelectorAll('#sessions .row').length === 1")

    # Chromium from a distribution has no push service: what it would answer, with the keys that it would make.
    SUBSCRIBE = """
        const bytes = (data) => btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        let subscription = null;
        const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
        const p256dh = bytes(await crypto.subtle.exportKey('raw', publicKey)), auth = bytes(crypto.getRandomValues(new Uint8Array(16)));
        const endpoint = given[0];
        window.asked = [];
        PushManager.prototype.getSubscription = async () => subscription;
        PushManager.prototype.subscribe = async (options) => {
          window.asked.push(options);
          subscription = { endpoint, toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => { subscription = null; return true; } };
          return subscription;
        };"""

    def devices(self):
        """this browser is told once somebody asks for it there, and only where a channel for devices is set up"""
        b = self.browser
        b.go("/account")
        b.says("Nothing sends messages to devices here yet.")
        check(not b.js("return [...document.querySelectorAll('#devices button')].some((one) => !one.disabled)"), "there is a button that does nothing")
        check(b.js("return Notification.permission") != "granted", "nobody has been asked yet")
        self.shots("devices-none")
        self.send("POST", "/api/v1/configuration/edits", {"edits": [
            {"op": "set", "path": ["alerts", "channels"], "value": [{"name": "phones", "type": "push", "private_servers": True}]}]})
        b.go("/")
        b.has(".tile")
        b.says("Nobody is alerted: messages are turned on on no device")
        b.press("Turn on here", "#attention")
        b.has("#devices .button.primary:not(:disabled)")
        self.service = PushService()
        b.js_async(self.SUBSCRIBE, self.service.base + "/to/1")
        b.allow("notifications")
        b.press("Tell me on this device", "#devices")
        b.says("You are told on this device from now on.")
        b.wait("the device", "return document.querySelectorAll('#devices .row').length === 1")
        check("this one" in b.js("return document.querySelector('#devices').innerText"), "it is not said which one it is")
        asked = b.js("return window.asked")
        key = b.js_async("return (await (await fetch('/api/v1/session/devices')).json()).public_key")
        check(len(asked) == 1 and asked[0]["userVisibleOnly"] and asked[0]["applicationServerKey"] == key, f"asked for {asked}")
        scope = b.js_async("return (await navigator.serviceWorker.ready).scope")
        check(scope == self.site.base + "/", f"the service worker is for {scope}")
        b.press("Send a test message", "#devices")
        b.says("The message is on its way.")
        check(len(self.service.requests) == 1, f"{len(self.service.requests)} messages came")
        head = self.service.requests[0]
        check(head["Content-Encoding"] == "aes128gcm" and head["TTL"] and head["Authorization"].startswith("vapid t="), f"{dict(head)}")
        self.shots("devices")
        b.wait("the strip is gone", "return !document.body.innerText.includes('Nobody is alerted')")
        # Boxes fall all the time before this camera, and each of them is an incident.
        incidents = "return (await (await fetch('/api/v1/incidents?limit=20')).json()).incidents.map(({ id }) => id)"
        b.wait("a message about an incident", lambda: {head["Topic"] for head in self.service.requests} & set(b.js_async(incidents)))

    def message(self):
        """a message is shown with the incident's title, and a click on it opens the incident's page"""
        b = self.browser
        b.go("/")
        b.has(".tile")
        b.push(json.dumps({"title": "Object fell from rack", "body": "Object fell from rack, Aisle 4, 14:02:31.", "url": "#/incidents/01gone", "tag": "01gone"}))
        shown = "(async () => (await self.registration.getNotifications()).map(({ title, body, tag }) => [title, body, tag]))()"
        b.wait("the message", lambda: b.in_worker(shown))
        check(b.in_worker(shown) == [["Object fell from rack", "Object fell from rack, Aisle 4, 14:02:31.", "01gone"]], f"{b.in_worker(shown)}")
        # A later word about the incident takes its place; what is no message shows something all the same.
        b.push(json.dumps({"title": "Nobody has acknowledged", "body": "", "url": "#/incidents/01gone", "tag": "01gone"}))
        b.wait("the later word", lambda: [one[0] for one in b.in_worker(shown)] == ["Nobody has acknowledged"])
        b.push("no JSON")
        b.wait("the other message", lambda: "Aislewatch" in [one[0] for one in b.in_worker(shown)])
        b.in_worker("""(async () => {
            const [notification] = await self.registration.getNotifications({ tag: '01gone' });
            const click = new NotificationEvent('notificationclick', { notification });
            // Of a click that no person has made nobody may wait for the end.
            click.waitUntil = () => {};
            self.dispatchEvent(click);
        })()""")
        b.wait("the incident's page", "return location.hash === '#/incidents/01gone'")
        check([one[0] for one in b.in_worker(shown)] == ["Aislewatch"], "the message stays")

    def device_off(self):
        """it is turned off where it was turned on, and by signing out"""
        b = self.browser
        b.go("/account")
        b.press("Turn off here", "#devices")
        b.wait("no device", "return document.querySelectorAll('#devices .row').length === 0")
        check(not self.send("GET", "/api/v1/session/devices")["devices"], "the server still tells it")
        b.press("Tell me on this device", "#devices")
        b.wait("the device", "return document.querySelectorAll('#devices .row').length === 1")
        self.sign_out()
        self.sign_in()
        b.has(".tile, #second-factor")
        check(not self.send("GET", "/api/v1/session/devices")["devices"], "it is told after signing out")
        self.service.stop()

    def second_factor(self):
        """a second factor is set up by the picture's secret, and recovery codes are shown once"""
        b = self.browser
        b.press("Set up", "#second-factor")
        b.fill("password", "not the password", "dialog")
        b.press("Continue", "dialog")
        b.says("The password is wrong.")
        b.fill("password", self.PASSWORD, "dialog")
        b.press("Continue", "dialog")
        b.has("dialog svg.qr path")
        self.shots("second-factor")
        self.secret = b.js("return document.querySelector('dialog code').textContent.replaceAll(' ', '')")
        b.fill("code", "000000", "dialog")
        b.press("Turn on", "dialog")
        b.says("The code is wrong")
        b.fill("code", self.code(), "dialog")
        b.press("Turn on", "dialog")
        b.has("dialog .codes")
        self.shots("recovery-codes")
        self.codes = b.js("return document.querySelector('dialog .codes').textContent.split('\\n')")
        check(len(self.codes) == 10, f"{len(self.codes)} recovery codes")
        b.press("I have kept them", "dialog")
        b.says("10 recovery codes are left.")

    def code_asked(self):
        """signing in asks for the code then, and each opens once"""
        b = self.browser
        self.sign_out()
        check(not b.js("return document.querySelector('[name=code]').offsetParent"), "a code is asked for before it is known to be needed")
        self.sign_in()
        b.says("Type the code that your authenticator app shows.")
        self.shots("code")
        used = one_time_password(self.secret, self.last_step)
        b.fill("code", used)
        b.press("Sign in", "form")
        b.says("The code is wrong, or was used already.")
        b.fill("code", self.code())
        b.press("Sign in", "form")
        b.has(".tile, #second-factor")

    def recovery_code(self):
        """a recovery code opens once"""
        b = self.browser
        self.sign_out()
        self.sign_in()
        b.says("Type the code")
        b.fill("code", self.codes[0].lower())
        b.press("Sign in", "form")
        b.has(".tile, #second-factor")
        b.go("/account")
        b.says("9 recovery codes are left.")

    def others(self):
        """a weak password is refused with the reason; an account gets its cameras"""
        b = self.browser
        b.go("/setup/users")
        b.fill("name", "berta", "form")
        b.fill("password", "password123", "form")
        b.press("Add the account")
        b.says("one of the most common ones")
        b.fill("password", "yellow lorries dance", "form")
        b.press("Add the account")
        b.press("All cameras", "main")
        b.has("dialog")
        b.js("document.querySelector('dialog input[type=checkbox]').click()")
        b.js("document.querySelector('dialog input[value=dock]').click()")
        self.shots("cameras-of")
        b.press("Save", "dialog")
        b.wait("one camera", "return [...document.querySelectorAll('.user-row button')].some((node) => node.innerText === '1 camera')")
        self.shots("users")

    def tokens(self):
        """a token is made for one camera, and finds nothing of another"""
        b = self.browser
        b.go("/setup/tokens")
        b.fill("name", "board in the office", "form")
        b.choose("role", "admin")
        check(not b.js("return [...document.querySelectorAll('main form .check')].some((node) => node.offsetParent)"), "an administrator's token is to be limited")
        b.choose("role", "viewer")
        b.js("document.querySelector('main form .check input').click()")
        b.js("document.querySelector('main form input[value=dock]').click()")
        self.shots("token")
        b.press("Make a token", "main form")
        secret = b.wait("the secret", r"return document.querySelector('dialog')?.innerText.match(/awt_[\w-]{43}/)?.[0] ?? document.querySelector('dialog input, dialog textarea')?.value")
        seen = b.js_async("return await (await fetch('/api/v1/cameras', { credentials: 'omit', headers: { Authorization: `Bearer ${given[0]}` } })).json()", secret)
        check([one["id"] for one in seen["cameras"]] == ["dock"], f"{seen}")
        b.js("document.querySelector('dialog').close?.()")
        b.go("/setup/users")
        b.go("/setup/tokens")
        b.says("1 camera")
        self.shots("tokens")

    def limited(self):
        """an account with one camera sees that one alone, live and in lists"""
        b = self.browser
        self.sign_out()
        self.sign_in("berta", "yellow lorries dance")
        b.go("/")
        b.wait("one tile", "return document.querySelectorAll('.tile').length === 1")
        check("Aisle 4" not in b.text(), "another camera is named")
        status = b.js_async("return (await fetch('/api/v1/cameras/aisle-4/snapshot.jpg')).status")
        check(status == 404, f"another camera's picture: {status}")
        self.sign_out()
        self.sign_in()
        b.says("Type the code")
        b.fill("code", self.code())
        b.press("Sign in", "form")
        b.has(".tile, #second-factor")

    def turned_off(self):
        """the second factor is taken away with password and code"""
        b = self.browser
        b.go("/account")
        b.press("Turn off", "#second-factor")
        b.fill("password", self.PASSWORD, "dialog")
        b.fill("code", self.codes[1], "dialog")
        b.press("Turn off", "dialog")
        b.wait("it can be set up again", "return document.querySelector('#second-factor')?.innerText.includes('Set up')")
        self.sign_out()
        self.sign_in()
        b.has(".tile, #second-factor")


if __name__ == "__main__":
    samples = [("aisle-4", "Aisle 4", "fall_box"), ("dock", "Dock", "quiet_walk")]
    sys.exit(drive(__doc__, {camera: (name, os.path.join(ROOT, f"samples/{file}.mp4")) for camera, name, file in samples}, lambda browser, site, _: Account(browser, site)))
