"""What one camera that sees nothing happen costs the daemon.

usage: bench_still_camera.py AISLEWATCH CHECKOUT SECONDS

The scene is the first picture of a sample, enlarged to 1280x720, with fresh sensor noise in each of 15 frames a second,
H.264 at some 1.5 Mbit/s, played over RTSP by the tests' own server.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

WARM_UP_SECONDS = 10
TICKS = os.sysconf("SC_CLK_TCK")


def make_scene(sample, path, seconds=20):
    """A still scene with noise (libx264, a key frame every 2 s)."""
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", sample, "-frames:v", "1", path.with_suffix(".png")], check=True)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-loop", "1", "-framerate", "15", "-i", path.with_suffix(".png"),
         "-t", str(seconds), "-vf", "scale=1280:720,noise=alls=6:allf=t,format=yuv420p", "-c:v", "libx264", "-preset", "veryfast",
         "-g", "30", "-b:v", "1500k", "-maxrate", "2M", "-bufsize", "2M", path], check=True)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid, key):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024
    return float("nan")


def main():
    aislewatch, root, seconds = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        scene = folder / "still.mp4"
        print("==> making the scene", file=sys.stderr)
        make_scene(root / "samples/quiet_walk.mp4", scene)
        server = subprocess.Popen(
            ["/usr/bin/python3", root / "Tests/Support/rtsp_server.py", "--port", "0", f"still={scene}"],
            stdout=subprocess.PIPE, text=True)
        port = server.stdout.readline().split()[1]
        config = folder / "bench.yaml"
        config.write_text(
            f"cameras: [{{id: still, url: 'rtsp://127.0.0.1:{port}/still'}}]\n"
            f"storage: {{directory: {folder}/state}}\nweb: {{host: 127.0.0.1, port: 18097}}\n")
        daemon = subprocess.Popen([aislewatch, "run", "--config", config, "--log-level", "warning"])
        try:
            time.sleep(WARM_UP_SECONDS)
            print(f"==> measuring for {seconds:.0f} s", file=sys.stderr)
            before, began = cpu_seconds(daemon.pid), time.monotonic()
            time.sleep(seconds)
            used, passed = cpu_seconds(daemon.pid) - before, time.monotonic() - began
            print(f"one 720p 15 fps camera, still scene: {100 * used / passed:.1f} % of a core, "
                  f"{memory_mib(daemon.pid, 'VmRSS'):.0f} MiB resident, peak {memory_mib(daemon.pid, 'VmHWM'):.0f} MiB")
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(10)
            server.kill()


if __name__ == "__main__":
    main()
