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


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return urllib.request.urlopen(request, timeout=60)


def main():
    executable, sample = sys.argv[1:3]
    seconds = sys.argv[3] if len(sys.argv) > 3 else "40"
    cameras = Cameras({"cam": sample})
    site = Site(executable, f"  - {{id: dock, url: \"{cameras.url('cam')}\"}}")
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
        command = [
            os.path.join(ROOT, ".venv-tests/bin/schemathesis"), "run", os.path.join(ROOT, "Sources/Web/Assets/api/openapi.yaml"),
            "--url", site.base, "-H", f"Authorization: Bearer {secret}",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            # Answers without end are tested elsewhere; a camera's test opens addresses of strangers.
            "--exclude-operation-id", "liveVideo", "--exclude-operation-id", "livePictures",
            "--exclude-operation-id", "events", "--exclude-operation-id", "testCamera",
            "--exclude-operation-id", "removeToken",
            "--phases", "examples,fuzzing", "--max-examples", "12", "--seed", "1", "--workers", "1",
            "--max-time", seconds, "--no-color",
            # A busy machine is slow to make examples and to answer them; that is no fault of the API.
            "--request-timeout", "120", "--suppress-health-check", "all",
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout)
        if site.process.poll() is not None:
            sys.exit("the daemon ended")
        sys.exit(done.returncode)
    finally:
        site.close()
        cameras.stop()


if __name__ == "__main__":
    main()
