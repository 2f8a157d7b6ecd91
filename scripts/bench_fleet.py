"""What cameras cost: 1, 4, 16 and 64 of them, before a still scene, one walking person, and a busy place, beside the least that
any program must do and beside programs that do the same job.

usage: bench_fleet.py AISLEWATCH CHECKOUT [--footage FOLDER] [--cameras 1,4,16,64] [--scenes still,walking,busy]
                      [--modes adaptive,continuous] [--seconds 60] [--warm-up 45] [--runs 3] [--peers-up-to 4]
                      [--write docs/benchmarks.md]

AISLEWATCH may be a release or a debug binary; the result says which. All streams come over RTSP from the tests' own server:
footage in a loop, 1280x720, 15 frames a second, a key frame every 2 s, H.264. In each run and for each scene and number of
cameras the daemon in both modes, `ffmpeg -c copy`, a full decode and `motion` are measured one after the other, so that none takes
the processor from another. Only their own CPU time counts (user and system), not the server's. `dvr-scan` reads files, so it gets
the film itself, and what it takes is counted for a minute of film.

Prints tables and JSON: CPU-seconds a camera-minute (median of the runs, smallest and largest), memory, the time from a frame's
arrival to the decision, frames skipped, and a straight line through the cost over the number of cameras.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench_still_camera import cpu_seconds, make_scene, memory_mib
from bench_idle import free_port

# What the scenes are made from: file of the footage, and where in it, in seconds.
SCENES = {
    "still": None,
    "walking": ("one-by-one-person-detection.mp4", 0, 130),
    "busy": ("pedestrians_vtest.mp4", 0, 79),
}
ENCODER = ["-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-bf", "0",
           "-crf", "26", "-pix_fmt", "yuv420p", "-an"]


def make_film(scene, footage, checkout, path, seconds):
    """A film as long as one measurement: where a loop begins anew packets have other sizes."""
    if scene == "still":
        make_scene(checkout / "samples/quiet_walk.mp4", path, seconds)
        return
    name, start, length = SCENES[scene]
    source = footage / name
    if not source.exists():
        sys.exit(f"{source} is missing: give its folder with --footage")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", "-1", "-ss", str(start), "-t", str(seconds), "-i", source, "-vf",
         "fps=15,scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720,noise=alls=4:allf=t", *ENCODER, path],
        check=True)


class Server:
    """Plays a film to whoever asks, each from its beginning."""

    def __init__(self, checkout, film):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", checkout / "Tests/Support/rtsp_server.py", "--port", "0", f"cam={film}"],
            stdout=subprocess.PIPE, text=True)
        self.url = f"rtsp://127.0.0.1:{self.process.stdout.readline().split()[1]}/cam"

    def close(self):
        self.process.kill()
        self.process.wait()


def end(processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measure(processes, cameras, options):
    """CPU-seconds a camera-minute and MiB of all the processes together, once they have settled."""
    time.sleep(options.warm_up)
    before, began = sum(cpu_seconds(p.pid) for p in processes), time.monotonic()
    time.sleep(options.seconds)
    passed = time.monotonic() - began
    if any(p.poll() is not None for p in processes):
        return None
    used = sum(cpu_seconds(p.pid) for p in processes) - before
    return {"cpu": 60 * used / passed / cameras, "mib": sum(memory_mib(p.pid, "VmRSS") for p in processes)}


def wait_for(process, port, seconds=120):
    """Until the daemon answers: networks are compiled at the start."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("the daemon did not start")


def daemon(options, folder, url, cameras, mode):
    port = free_port()
    state = folder / f"state-{mode}-{cameras}-{time.monotonic_ns()}"
    config = folder / f"{mode}-{cameras}.yaml"
    lines = "\n".join(f"  - {{id: cam{number}, url: '{url}'}}" for number in range(cameras))
    config.write_text(
        f"cameras:\n{lines}\nanalysis: {{mode: {mode}}}\nstorage: {{directory: {state}}}\n"
        f"web: {{host: 127.0.0.1, port: {port}, trusted_proxies: [127.0.0.1], sign_in_header: X-Bench-User, new_accounts: viewer}}\n")
    environment = os.environ | {"AISLEWATCH_MODELS": str(options.checkout / "models")}
    process = subprocess.Popen(
        [options.aislewatch, "run", "--config", config, "--log-level", "error"], env=environment)
    try:
        wait_for(process, port)
        result = measure([process], cameras, options)
        if result is None:
            sys.exit("the daemon ended")
        # Who is named by the header must have an account.
        subprocess.run(
            [options.aislewatch, "user", "add", "bench", "--role", "viewer", "--config", config], env=environment,
            input="a word for the bench alone\n", text=True, check=True, stdout=subprocess.DEVNULL)
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/status", headers={"X-Bench-User": "bench"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            status = json.load(answer)
    finally:
        end([process])
    lines = status["cameras"]
    result["online"] = sum(line["state"] == "online" for line in lines)
    for key in ("p50", "p95", "p99"):
        values = [line[f"decision_ms_{key}"] for line in lines if line.get(f"decision_ms_{key}") is not None]
        result[key] = max(values) if values else None
    result["skipped"] = sum(line["skipped_frames"] for line in lines)
    result["damaged"] = sum(line["damaged_frames"] for line in lines)
    result["share"] = status["model"]["share"]
    return result


def readers(options, url, cameras, command):
    processes = [subprocess.Popen(command(url, number)) for number in range(cameras)]
    try:
        return measure(processes, cameras, options)
    finally:
        end(processes)


def ffmpeg(*how):
    return lambda url, _: ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-rtsp_transport", "tcp", "-i", url, *how, "-f",
                           "null", "-"]


def motion(folder):
    def command(url, number):
        config = folder / f"motion-{number}.conf"
        config.write_text(
            f"daemon off\nlog_level 3\nnetcam_url {url}\nwidth 1280\nheight 720\nframerate 15\npicture_output off\n"
            f"movie_output off\nwebcontrol_port 0\nstream_port 0\ntarget_dir {folder}\n")
        return ["motion", "-c", config, "-n"]
    return command


def dvr_scan(options, film):
    """A film as fast as it goes; CPU-seconds for a minute of it."""
    length = float(subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", film], check=True,
        capture_output=True, text=True).stdout)
    before = os.times()
    outcome = subprocess.run([options.dvr_scan, "-q", "-i", film, "-so"], stdout=subprocess.DEVNULL)
    after = os.times()
    if outcome.returncode:
        return None
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return {"cpu": 60 * used / length, "mib": None}


def line_through(points):
    """Least squares: cost = fixed + each * cameras, and the part of the variance that it explains."""
    if len(points) < 2:
        return None
    xs, ys = zip(*points)
    slope, fixed = statistics.linear_regression(xs, ys)
    mean = statistics.fmean(ys)
    total = sum((y - mean) ** 2 for y in ys)
    left = sum((y - fixed - slope * x) ** 2 for x, y in points)
    return {"fixed": fixed, "each": slope, "r2": 1 - left / total if total else 1.0}


def spread(values, digits=2):
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def run_once(options, folder, scene, film, cameras, results):
    server = Server(options.checkout, film)

    def note(name, result):
        if result is not None:
            results.setdefault((scene, cameras, name), []).append(result)
            print(f"  {scene}, {cameras}: {name}: {result}", file=sys.stderr, flush=True)
    try:
        for mode in options.modes:
            note(f"aislewatch, {mode}", daemon(options, folder, server.url, cameras, mode))
        if cameras <= options.peers_up_to:
            note("ffmpeg, packets only", readers(options, server.url, cameras, ffmpeg("-c", "copy")))
            note("ffmpeg, all decoded", readers(options, server.url, cameras, ffmpeg()))
            if shutil.which("motion"):
                note("motion", readers(options, server.url, cameras, motion(folder)))
        if cameras == min(options.cameras) and options.dvr_scan:
            note("dvr-scan (file)", dvr_scan(options, film))
    finally:
        server.close()


def report(options, results):
    commit = subprocess.run(
        ["git", "-C", options.checkout, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    processor = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine())
    text = [
        f"Commit {commit or 'unknown'}, {options.aislewatch.parent.name} build, {os.cpu_count()} processors ({processor}), "
        f"{options.runs} runs of {options.seconds:.0f} s after {options.warm_up:.0f} s; load before: "
        f"{options.load_before:.1f}. Medians (smallest–largest).", "",
        "| scene | cameras | | CPU-s a camera-minute | MiB | p50 / p95 / p99 ms | skipped | share |",
        "|---|---|---|---|---|---|---|---|"]
    for (scene, cameras, name), runs in results.items():
        times = " / ".join(
            spread([run.get(key) for run in runs], 0) for key in ("p50", "p95", "p99")) if "p50" in runs[0] else ""
        skipped = spread([run.get("skipped") for run in runs], 0) if "skipped" in runs[0] else ""
        share = spread([run.get("share") for run in runs]) if "share" in runs[0] else ""
        text.append(
            f"| {scene} | {cameras} | {name} | {spread([run['cpu'] for run in runs])} | "
            f"{spread([run['mib'] for run in runs], 0)} | {times} | {skipped} | {share} |")
    text += ["", "| scene | | fixed, CPU-s a minute | each camera | R² | MiB fixed | MiB each |", "|---|---|---|---|---|---|---|"]
    names = dict.fromkeys((scene, name) for scene, _, name in results)
    for scene, name in names:
        of = {cameras: runs for (s, cameras, n), runs in results.items() if (s, n) == (scene, name)}
        cost = line_through([(c, c * statistics.median(run["cpu"] for run in runs)) for c, runs in of.items()])
        memory = line_through([
            (c, statistics.median(run["mib"] for run in runs)) for c, runs in of.items() if runs[0]["mib"] is not None])
        if cost and memory:
            text.append(
                f"| {scene} | {name} | {cost['fixed']:.2f} | {cost['each']:.2f} | {cost['r2']:.4f} | {memory['fixed']:.0f} | "
                f"{memory['each']:.1f} |")
    return "\n".join(text)


MARKS = ("<!-- bench_fleet: begin -->", "<!-- bench_fleet: end -->")


def write(path, table):
    """Puts the tables between the marks of the document, or at its end."""
    text = path.read_text()
    block = f"{MARKS[0]}\n{table}\n{MARKS[1]}"
    if MARKS[0] in text and MARKS[1] in text:
        head, rest = text.split(MARKS[0], 1)
        text = head + block + rest.split(MARKS[1], 1)[1]
    else:
        text += f"\n## One to sixty-four cameras\n\n{block}\n"
    path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aislewatch", type=pathlib.Path)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--footage", type=pathlib.Path)
    parser.add_argument("--cameras", default="1,4,16,64")
    parser.add_argument("--scenes", default="still,walking,busy")
    parser.add_argument("--modes", default="adaptive,continuous")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--warm-up", type=float, default=45)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers-up-to", type=int, default=4, help="cameras for which floors and peers are measured too")
    parser.add_argument("--dvr-scan", default=shutil.which("dvr-scan"))
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    options.aislewatch, options.checkout = options.aislewatch.resolve(), options.checkout.resolve()
    options.footage = options.footage or options.checkout.parent / "shared/data/footage"
    options.cameras = [int(count) for count in options.cameras.split(",")]
    options.modes = options.modes.split(",")
    options.load_before = os.getloadavg()[0]
    if options.load_before > 0.5:
        print(f"warning: the machine is not idle (load {options.load_before:.1f}); figures will be off", file=sys.stderr)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for scene in options.scenes.split(","):
            film = folder / f"{scene}.mp4"
            print(f"==> making the film: {scene}", file=sys.stderr)
            make_film(scene, options.footage, options.checkout, film, options.warm_up + options.seconds + 30)
            for _ in range(options.runs):
                for cameras in options.cameras:
                    run_once(options, folder, scene, film, cameras, results)
            film.unlink()
    table = report(options, results)
    print(table)
    print(json.dumps([
        {"scene": scene, "cameras": cameras, "what": name, "runs": runs}
        for (scene, cameras, name), runs in results.items()]))
    if options.write:
        write(options.write, table)


if __name__ == "__main__":
    main()
