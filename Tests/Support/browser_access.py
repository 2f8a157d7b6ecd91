#!/usr/bin/env python3
"""Ways in other than a password alone, in Chromium against a real daemon: a second factor that the site demands, and an identity provider.

usage: browser_access.py --daemon .build/debug/aislewatch [--shots FOLDER] [--only WORD]
Prints a line for each behaviour. Status 0 all are there, 1 some aren't, 77 there is no browser.
"""
import base64
import hashlib
import http.server
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from browser_account import Account  # noqa: E402
from browser_driver import check  # noqa: E402
from browser_site import ROOT, drive  # noqa: E402


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    """An identity provider (OpenID Connect) with a page of its own, on which somebody says who it is, or that it is nobody."""

    CLIENT, SECRET = "aislewatch", "s3cret&"

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="aislewatch-provider-")
        self.key = os.path.join(self.folder.name, "key.pem")
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True, capture_output=True, text=True).stdout
        self.modulus = bytes.fromhex(modulus.strip().split("=")[1])
        self.codes = {}
        self.is_forged = False
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                given = dict(urllib.parse.parse_qsl(query))
                if path == "/.well-known/openid-configuration":
                    self.json({"issuer": provider.base, "authorization_endpoint": provider.base + "/authorize",
                               "token_endpoint": provider.base + "/token", "jwks_uri": provider.base + "/keys"})
                elif path == "/keys":
                    self.json({"keys": [{"kty": "RSA", "kid": "one", "n": base64url(provider.modulus), "e": "AQAB"}]})
                elif path == "/authorize":
                    fields = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in given.items())
                    page = ("<!doctype html><html lang=en><title>Company</title><form action=/decide>" + fields +
                            "<button name=who value=anna>I am Anna</button><button name=who value=''>Cancel</button></form>")
                    self.answer(200, "text/html", page.encode())
                elif path == "/favicon.ico":
                    self.answer(200, "image/x-icon", b"")
                elif path == "/decide":
                    back = {"state": given["state"]}
                    if given.get("who"):
                        code = secrets.token_urlsafe(12)
                        provider.codes[code] = given
                        back["code"] = code
                    else:
                        back["error"] = "access_denied"
                    self.send_response(303)
                    self.send_header("Location", given["redirect_uri"] + "?" + urllib.parse.urlencode(back))
                    self.end_headers()
                else:
                    self.answer(404, "text/plain", b"")

            def do_POST(self):
                given = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                asked = provider.codes.pop(given.get("code"), None)
                proof = base64url(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
                if (not asked or given["client_id"] != provider.CLIENT or given["client_secret"] != provider.SECRET
                        or given["redirect_uri"] != asked["redirect_uri"] or proof != asked["code_challenge"]):
                    self.answer(400, "application/json", b"{}")
                    return
                self.json({"id_token": provider.token(asked), "token_type": "Bearer", "access_token": "x"})

            def json(self, value):
                self.answer(200, "application/json", json.dumps(value).encode())

            def answer(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        # Another site than the daemon's, as browsers see it.
        self.base = f"http://localhost:{self.server.server_port}"

    def token(self, asked):
        now = int(time.time())
        claims = {"iss": self.base, "sub": "person-1", "aud": self.CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
                  "preferred_username": asked["who"]}
        signed = base64url(json.dumps({"alg": "RS256", "kid": "one", "typ": "JWT"}).encode()) + "." + base64url(json.dumps(claims).encode())
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=signed.encode(), check=True, capture_output=True).stdout
        return signed + "." + base64url(signature[::-1] if self.is_forged else signature)

    def stop(self):
        self.server.shutdown()
        self.folder.cleanup()


class Access(Account):
    """Behaviours in their order; each may build on the ones before."""

    ORDER = ["demanded", "asked_again", "given_up", "forged", "provider", "not_theirs"]
    EXPECTED = {"demanded": ("401", "403"), "asked_again": ("401", "409"), "given_up": ("401",), "forged": ("401",), "provider": ("401",), "not_theirs": ("401", "403")}

    def __init__(self, browser, site, provider):
        super().__init__(browser, site)
        self.provider_page = provider

    def demanded(self):
        """where a second factor is demanded the first account is led to it, and sees nothing before"""
        b = self.browser
        b.open(self.site.setup_path())
        b.fill("name", "chief")
        b.fill("password", self.PASSWORD)
        b.fill("again", self.PASSWORD)
        b.press("Create account")
        b.says("Set up a second factor")
        self.shots("demanded")
        for path in ("/setup/users", "/"):
            b.open("/#" + path)
            b.says("Set up a second factor")
            check(not b.find(".tile, .user-row, nav"), f"{path} is shown before")
        status = b.js_async("return (await fetch('/api/v1/users')).status")
        check(status == 403, f"the API answers {status}")
        b.press("Set up")
        b.fill("password", self.PASSWORD, "dialog")
        b.press("Continue", "dialog")
        b.has("dialog svg.qr path")
        self.secret = b.js("return document.querySelector('dialog code').textContent.replaceAll(' ', '')")
        b.fill("code", self.code(), "dialog")
        b.press("Turn on", "dialog")
        b.has("dialog .codes")
        b.press("I have kept them", "dialog")
        b.has(".tile")

    def asked_again(self):
        """it can't be taken away by its owner, and the next sign-in asks for the code"""
        b = self.browser
        b.go("/account")
        b.press("Turn off", "#second-factor")
        b.fill("password", self.PASSWORD, "dialog")
        b.fill("code", self.code(), "dialog")
        b.press("Turn off", "dialog")
        b.says("This site demands a second factor.")
        b.press("Cancel", "dialog")
        self.sign_out()
        self.sign_in()
        b.says("Type the code")
        b.fill("code", self.code())
        b.press("Sign in", "form")
        b.has(".tile, #second-factor")
        self.sign_out()

    def begin(self):
        b = self.browser
        b.open("/")
        b.has("form [name='password']")
        b.press("Company login")
        b.wait("the provider's page", lambda: b.driver.current_url.startswith(self.provider_page.base))

    def given_up(self):
        """the button leads to the provider; who turns round there is back at the sign-in, with a word about it"""
        b = self.browser
        b.open("/")
        b.has("form [name='password']")
        self.shots("sign-in-openid")
        self.begin()
        b.press("Cancel")
        b.says("Signing in at the identity provider failed.")
        b.has("form [name='password']")

    def forged(self):
        """who is vouched for with a wrong signature is not let in"""
        b = self.browser
        self.provider_page.is_forged = True
        self.begin()
        b.press("I am Anna")
        b.says("Signing in at the identity provider failed.")
        check(not b.find(".tile"), "somebody is in")
        self.provider_page.is_forged = False

    def provider(self):
        """who signs in there is in, in an account of that name, and is asked for no second factor here"""
        b = self.browser
        self.begin()
        b.press("I am Anna")
        b.has(".tile")
        who = b.js_async("return (await fetch('/api/v1/session')).json()")
        check(who["user"]["name"] == "anna" and who["user"]["role"] == "viewer" and not who["second_factor_needed"], f"{who}")
        check(b.driver.current_url.startswith(self.site.base), "the provider's page is still there")
        self.shots("openid-in")

    def not_theirs(self):
        """an account that the provider made has no password here, and signing out ends the session here"""
        b = self.browser
        cookie = b.js_async("return (await fetch('/api/v1/sessions')).status")
        check(cookie == 200, f"{cookie}")
        self.sign_out()
        self.sign_in("anna", self.PASSWORD)
        b.says("The name or the password is wrong.")


if __name__ == "__main__":
    provider = Provider()
    try:
        def more(site):
            return (f"web: {{host: 127.0.0.1, port: {site.port}, second_factor: all, new_accounts: viewer, openid: {{issuer: \"{provider.base}\","
                    f" client_id: {Provider.CLIENT}, client_secret: \"{Provider.SECRET}\", public_url: \"{site.base}\", title: Company login}}}}")
        samples = {"dock": ("Dock", os.path.join(ROOT, "samples/quiet_walk.mp4"))}
        sys.exit(drive(__doc__, samples, lambda browser, site, _: Access(browser, site, provider), web=more))
    finally:
        provider.stop()
