"""Eight cameras with odd streams before one daemon, for an hour: it must neither end nor grow, and stop in order.

usage: soak_odd_streams.py AISLEWATCH CHECKOUT SECONDS

The streams are made of samples: frames missing at random, a frame rate that changes, times that jump, stand still and come
in pairs, a frame of few lines, an odd size. Every minute one camera comes back with another resolution. Exits with 1 when
the daemon ends by itself, its memory grows by more than a quarter after the first sixth of the time, or SIGTERM does not end
it with status 0 within 5 s.
"""

import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

SERVER = "Tests/Support/rtsp_server.py"
# Name: filter, and options of the encoder. Times stay as the filter makes them.
STREAMS = {
    "plain": "null",
    "half-missing": "select='gt(random(7),0.5)'",
    "rate-changes": "select='if(lt(mod(t,8),4),not(mod(n,3)),1)'",
    "jumps": "setpts='PTS+floor(T/3)*1.7/TB'",
    "pairs": "setpts='if(mod(N,2),PTS-0.9/(15*TB),PTS)'",
    "stands-still": "setpts='floor(T*4)/4/TB+mod(N,4)'",
    "few-lines": "scale=640:8",
    "odd-size": "scale=322:178,select='gt(random(3),0.2)'",
}
OTHER_SIZES = ["640:360", "1280:720", "176:144", "64:48"]


def encode(sample, out, video_filter):
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", sample, "-an", "-vf", video_filter, "-fps_mode", "passthrough",
         "-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-bf", "0", "-pix_fmt", "yuv420p",
         "-video_track_timescale", "90000", out], check=True)


def serve(root, port, **streams):
    server = subprocess.Popen(
        ["/usr/bin/python3", root / SERVER, "--port", str(port), *(f"{name}={file}" for name, file in streams.items())],
        stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline().split()
    if not line:
        sys.exit("soak: the RTSP server did not start (see scripts/packages-test.txt)")
    return server, int(line[1])


def memory_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def stop(process):
    process.kill()
    process.wait()


def main():
    aislewatch, root, seconds = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), float(sys.argv[3])
    samples = sorted((root / "samples").glob("*.mp4"))
    randomness = random.Random(5)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        print("soak: making the streams", flush=True)
        files = {}
        for index, (stream, video_filter) in enumerate(STREAMS.items()):
            files[stream] = folder / f"{stream}.mp4"
            encode(samples[index % len(samples)], files[stream], video_filter)
        changing = []
        for index, size in enumerate(OTHER_SIZES):
            changing.append(folder / f"size-{index}.mp4")
            encode(samples[index % len(samples)], changing[-1], f"scale={size}")
        server, port = serve(root, 0, **{key: value for key, value in files.items() if key != "plain"})
        alone, alone_port = serve(root, 0, plain=changing[0])
        urls = {key: f"rtsp://127.0.0.1:{alone_port if key == 'plain' else port}/{key}" for key in files}
        config = folder / "soak.yaml"
        config.write_text(
            "cameras:\n" + "".join(f"  - {{id: {key}, url: '{url}'}}\n" for key, url in urls.items())
            + f"storage: {{directory: {folder}/state}}\nweb: {{host: 127.0.0.1, port: {free_port()}}}\n")
        log = (folder / "log").open("w+")
        daemon = subprocess.Popen(
            [aislewatch, "run", "--config", config], stdout=log, stderr=subprocess.STDOUT, cwd=root)
        fault, settled, began = None, None, time.monotonic()
        try:
            change = began + 60
            while fault is None and (now := time.monotonic()) < began + seconds:
                time.sleep(1)
                if daemon.poll() is not None:
                    fault = f"the daemon ended after {now - began:.0f} s with status {daemon.returncode}"
                    break
                memory = memory_mib(daemon.pid)
                if settled is None and now > began + seconds / 6:
                    settled = memory
                if settled is not None and memory > 1.25 * settled:
                    fault = f"{memory:.0f} MiB after {now - began:.0f} s, {settled:.0f} MiB when it had settled"
                if now > change:
                    change += 60
                    stop(alone)
                    alone, _ = serve(root, alone_port, plain=randomness.choice(changing))
            if daemon.poll() is None:
                print(f"soak: {memory_mib(daemon.pid):.0f} MiB at the end", flush=True)
                stopped = time.monotonic()
                daemon.send_signal(signal.SIGTERM)
                try:
                    status = daemon.wait(timeout=5)
                    if status != 0:
                        fault = fault or f"SIGTERM ended it with status {status}"
                    print(f"soak: ended {time.monotonic() - stopped:.1f} s after SIGTERM", flush=True)
                except subprocess.TimeoutExpired:
                    fault = fault or "SIGTERM did not end it within 5 s"
        finally:
            for process in (daemon, server, alone):
                if process.poll() is None:
                    stop(process)
        if fault is not None:
            log.seek(0)
            sys.exit(f"soak: {fault}\n" + "".join(log.readlines()[-40:]))
        print(f"soak: eight cameras with odd streams, {seconds:.0f} s: well", flush=True)


if __name__ == "__main__":
    main()
