#!/usr/bin/env python3
"""Measures how long it takes from an incident's confirmation to the SMS request on the wire.

usage: bench_alerts.py PATH-TO-AISLEWATCH CHECKOUT [COUNT]

Runs the daemon with a camera (an RTSP server that plays a sample), a server on loopback in Twilio's place, and a drill a
second. The time counts from the incident's `confirmed` date in the database to the moment at which the server has read the
request; it holds the transaction with its fsync, the worker, and a new connection where the old one has ended.
"""
import http.server
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from datetime import datetime, timezone

binary, root = sys.argv[1], sys.argv[2]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 60
arrivals = {}


class Provider(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        arrivals[form["Body"][0]] = time.time()
        self.answer(201, {"sid": f"SM{len(arrivals)}"})

    def do_GET(self):
        self.answer(200, {"status": "delivered", "messages": []})


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    camera = subprocess.Popen(
        ["/usr/bin/python3", f"{root}/Tests/Support/rtsp_server.py", "--port", "0", f"cam={root}/samples/fall_box.mp4"],
        stdout=subprocess.PIPE, text=True)
    port = camera.stdout.readline().split()[1]
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/site.yaml", "w") as file:
            file.write(f"""
cameras: [{{id: dock, url: "rtsp://127.0.0.1:{port}/cam"}}]
rules: {{falling_object: {{enabled: false}}, spill: {{enabled: false}}}}
recording: {{pre_roll_seconds: 2, post_roll_seconds: 2}}
storage: {{directory: {folder}/state}}
web: {{port: 18573}}
site: {{time_zone: UTC}}
alerts:
  public_base_url: http://127.0.0.1:18573
  channels:
    - {{name: sms, type: twilio, base_url: "http://127.0.0.1:{server.server_port}", account_sid: AC{"0a" * 16},
        auth_token: x, from: "+12025550100", to: ["+12025550142"]}}
""")
        log = open(f"{folder}/log", "w")
        daemon = subprocess.Popen(
            [binary, "run", "--config", f"{folder}/site.yaml", "--log-level", "warning"], stderr=log,
            env=os.environ | {"AISLEWATCH_MODELS": f"{root}/models"})
        try:
            database = f"{folder}/state/aislewatch.sqlite"
            time.sleep(8)
            connection = sqlite3.connect(database, timeout=10)
            for _ in range(count):
                now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:23] + "Z"
                with connection:
                    connection.execute(
                        "INSERT INTO daemon_requests (name, camera, requested_at) VALUES ('drill', 'dock', ?)", (now,))
                time.sleep(1)
            time.sleep(5)
            # Each message's own link makes its text unlike all others; the rows come in the order of the requests.
            confirmed = [
                datetime.strptime(row[0], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()
                for row in connection.execute("SELECT confirmed_date FROM incidents ORDER BY id")]
            sent = sorted(arrivals.values())
        finally:
            daemon.terminate()
            daemon.wait(20)
            camera.kill()
    if len(sent) != len(confirmed) or not sent:
        sys.exit(f"{len(confirmed)} incidents, but {len(sent)} messages")
    delays = sorted((arrival - begin) * 1000 for arrival, begin in zip(sent, confirmed))
    p95 = delays[min(len(delays) - 1, int(len(delays) * 0.95))]
    print(
        f"incident confirmed -> SMS request on the wire: n {len(delays)}, median {statistics.median(delays):.0f} ms, "
        f"p95 {p95:.0f} ms, max {delays[-1]:.0f} ms")


main()
