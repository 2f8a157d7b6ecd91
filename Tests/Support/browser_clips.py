#!/usr/bin/env python3
"""Plays clips in Chromium: duration, seeking, and every picture decoded.

usage: browser_clips.py FILE=SECONDS=PICTURES [FILE=SECONDS=PICTURES ...]

Status 0 all play, 1 some don't (each is named), 77 there is no browser.
"""
import http.server
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
from browser_driver import Browser, Failure, need_browser  # noqa: E402

PLAY = """
async function play(path, seconds, pictures) {
  const wrong = []
  const data = await (await fetch(path)).blob()
  const url = URL.createObjectURL(data)
  const happens = (video, name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true })
    video.addEventListener('error', () => reject(new Error(video.error.message || `code ${video.error.code}`)), { once: true })
  })
  const open = async () => {
    const video = document.createElement('video')
    video.muted = true
    video.src = url
    document.body.append(video)
    if (video.readyState < 2) await happens(video, 'loadeddata')
    return video
  }
  try {
    const video = await open()
    if (Math.abs(video.duration - seconds) > 0.25) wrong.push(`lasts ${video.duration} s and not ${seconds} s`)
    if (!video.videoWidth) wrong.push('has no picture')
    for (const part of [0.5, 0.9, 0.1, 0.75, 0]) {
      const target = part * video.duration
      const done = happens(video, 'seeked')
      video.currentTime = target
      await done
      if (Math.abs(video.currentTime - target) > 0.05) wrong.push(`seeks to ${video.currentTime} and not ${target}`)
      if (video.readyState < 2) wrong.push(`has no picture at ${target} s`)
    }
    video.remove()
    const playing = await open()
    playing.playbackRate = 2
    const ended = happens(playing, 'ended')
    await playing.play()
    await ended
    const quality = playing.getVideoPlaybackQuality()
    if (quality.corruptedVideoFrames) wrong.push(`${quality.corruptedVideoFrames} pictures are damaged`)
    if (quality.totalVideoFrames < pictures - 1) wrong.push(`${quality.totalVideoFrames} of ${pictures} pictures are decoded`)
    if (Math.abs(playing.currentTime - playing.duration) > 0.25) wrong.push(`ends at ${playing.currentTime} s`)
    playing.remove()
  } catch (error) {
    wrong.push(String(error.message ?? error))
  }
  URL.revokeObjectURL(url)
  return wrong
}
"""


def main():
    need_browser()
    clips = [argument.rsplit("=", 2) for argument in sys.argv[1:]]

    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            number = self.path.strip("/")
            if number.isdigit():
                with open(clips[int(number)][0], "rb") as file:
                    body, kind = file.read(), "video/mp4"
            else:
                body, kind = b"<!doctype html><title>Clips</title><body>", "text/html"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = Browser(f"http://127.0.0.1:{server.server_port}")
    failed = 0
    try:
        browser.driver.set_script_timeout(600)
        browser.open("/")
        for number, (path, seconds, pictures) in enumerate(clips):
            wrong = browser.js_async(
                PLAY + "return play(...given)", f"/{number}", float(seconds), int(pictures))
            name = os.path.basename(path)
            print(f"{name}: plays" if not wrong else f"FAILED {name}: " + "; ".join(wrong))
            failed += 1 if wrong else 0
    except Failure as failure:
        print(failure)
        return 1
    finally:
        browser.close()
        server.shutdown()
    return 1 if failed or not clips else 0


if __name__ == "__main__":
    sys.exit(main())
