"""Runs schemathesis against a real daemon and fails when an answer is not what the description says.

usage: fuzz_api.py AISLEWATCH SAMPLE.mp4 [SECONDS]
"""
import json
import os
import subprocess
import sys
import urllib.request

from browser_site import Cameras, Site

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "../.."))

OWN = ["whoAmI", "secondFactor", "beginSecondFactor", "confirmSecondFactor", "renewRecoveryCodes", "removeOwnSecondFactor", "listOwnDevices",
       "addOwnDevice", "endOwnDevice", "testOwnDevice", "listOwnSessions", "endOwnSession", "changeOwnPassword"]
EXCLUDED = ["liveVideo", "livePictures", "events", "testCamera", "removeToken"]


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return urllib.request.urlopen(request, timeout=60)


def main():
    executable, sample = sys.argv[1:3]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 40
    cameras = Cameras({"cam": sample})
    site = Site(
        executable, f"  - {{id: dock, url: \"{cameras.url('cam')}\"}}",
        web=lambda site: f"web: {{host: 127.0.0.1, port: {site.port}}}\nalerts: {{channels: [{{name: phones, type: push}}]}}")
    try:
        site.start()
        token = site.setup_path().rsplit("/", 1)[1]
        answer = post(site.base + "/api/v1/setup", {"token": token, "name": "fuzz", "password": "correct horse battery"})
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        session = json.load(answer)
        # The fuzzer removes accounts and sessions: a token outlives both.
        request = urllib.request.Request(
            site.base + "/api/v1/tokens", json.dumps({"name": "fuzz", "role": "admin"}).encode(),
            {"Content-Type": "application/json", "Cookie": cookie, "X-CSRF-Token": session["csrf"]})
        secret = json.load(urllib.request.urlopen(request, timeout=60))["secret"]

        def fuzz(seconds, *selection):
            """The status of one run."""
            command = [
                os.path.join(ROOT, ".venv-tests/bin/schemathesis"), "run", os.path.join(ROOT, "Sources/Web/Assets/api/openapi.yaml"),
                "--url", site.base, *selection,
                "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                "--phases", "examples,fuzzing", "--max-examples", "12", "--seed", "1", "--workers", "1",
                "--max-time", str(round(seconds)), "--no-color",
                # A busy machine is slow to make examples and to answer them; that is no fault of the API.
                "--request-timeout", "120", "--suppress-health-check", "all",
            ]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            print(done.stdout)
            if site.process.poll() is not None:
                sys.exit("the daemon ended")
            return done.returncode

        # What an account does with itself no token can do.
        own = [part for operation in OWN for part in ("--include-operation-id", operation)]
        headers = ["-H", f"Cookie: {cookie}", "-H", f"X-CSRF-Token: {session['csrf']}"]
        failed = fuzz(seconds / 4, *headers, *own)
        # Answers without end are tested elsewhere; a camera's test opens addresses of strangers.
        others = [part for operation in EXCLUDED for part in ("--exclude-operation-id", operation)]
        sys.exit(fuzz(seconds, "-H", f"Authorization: Bearer {secret}", *others) or failed)
    finally:
        site.close()
        cameras.stop()


if __name__ == "__main__":
    main()
