#!/usr/bin/env python3
"""Runs browser_logic.js, the tests of the pages' pure parts, in Chromium.

usage: browser_logic.py    Status 0 all hold, 1 some don't, 77 there is no browser.
"""
import functools
import http.server
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import Browser, Failure, need_browser  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ASSETS = os.path.join(HERE, "../../Sources/Web/Assets")


class Files(http.server.SimpleHTTPRequestHandler):
    """The assets, and the tests at /tests.js."""

    extensions_map = {".js": "text/javascript", ".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}

    def translate_path(self, path):
        own = {"/tests.js": "browser_logic.js"}
        return os.path.join(HERE, own[path]) if path in own else super().translate_path(path)

    def log_message(self, *_):
        pass


def main():
    need_browser()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=ASSETS))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = Browser(f"http://127.0.0.1:{server.server_port}")
    try:
        browser.open("/icon.svg")
        # A document of the same origin without the pages' own script.
        browser.open("/style/tokens.css")
        results = browser.js_async("const tests = await import('/tests.js'); return tests.run()")
    except Failure as failure:
        print(failure)
        return 1
    finally:
        browser.close()
        server.shutdown()
    failed = [result for result in results if result["error"]]
    for result in failed:
        print(f"FAILED {result['name']}: {result['error']}")
    print(f"{len(results) - len(failed)} of {len(results)} hold")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
