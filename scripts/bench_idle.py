"""What one camera that sees nothing happen costs: the daemon in both modes, beside the least that any program must do.

usage: bench_idle.py AISLEWATCH CHECKOUT [--seconds 60] [--warm-up 45] [--scene VIDEO]

All read the same RTSP stream at the same time: 1280x720, 15 frames a second, a key frame every 2 s (see
bench_still_camera.py), unless another video is given. `motion` is measured too where it is installed. Prints CPU-seconds (user and system) for a minute of video, and the
memory, as a table and as JSON.
"""

import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from bench_still_camera import cpu_seconds, make_scene, memory_mib


def free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def daemon(aislewatch, folder, url, mode):
    config = folder / f"{mode}.yaml"
    config.write_text(
        f"cameras: [{{id: still, url: '{url}'}}]\nanalysis: {{mode: {mode}}}\n"
        f"storage: {{directory: {folder}/state-{mode}}}\nweb: {{host: 127.0.0.1, port: {free_port()}}}\n")
    return [aislewatch, "run", "--config", config, "--log-level", "warning"]


def reader(url, *options):
    return ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-rtsp_transport", "tcp", *options[0], "-i", url,
            *options[1], "-f", "null", "-"]


def motion(folder, url):
    config = folder / "motion.conf"
    config.write_text(
        f"daemon off\nlog_level 3\nnetcam_url {url}\nwidth 1280\nheight 720\nframerate 15\n"
        f"picture_output off\nmovie_output off\nwebcontrol_port 0\nstream_port 0\ntarget_dir {folder}\n")
    return ["motion", "-c", config, "-n"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("aislewatch")
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--warm-up", type=float, default=45)
    parser.add_argument("--scene", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        scene = arguments.scene or folder / "still.mp4"
        if not arguments.scene:
            # The server plays it in a loop, and where it begins anew packets have other sizes: it doesn't come to that.
            make_scene(
                arguments.checkout / "samples/quiet_walk.mp4", scene, arguments.warm_up + arguments.seconds + 15)
        server = subprocess.Popen(
            ["/usr/bin/python3", arguments.checkout / "Tests/Support/rtsp_server.py", "--port", "0", f"still={scene}"],
            stdout=subprocess.PIPE, text=True)
        url = f"rtsp://127.0.0.1:{server.stdout.readline().split()[1]}/still"
        commands = {
            "packets read, none decoded (ffmpeg)": reader(url, [], ["-c", "copy"]),
            "key frames decoded (ffmpeg)": reader(url, ["-skip_frame", "nokey"], ["-fps_mode", "passthrough"]),
            "all frames decoded (ffmpeg)": reader(url, [], []),
            "aislewatch, continuous": daemon(arguments.aislewatch, folder, url, "continuous"),
            "aislewatch, adaptive": daemon(arguments.aislewatch, folder, url, "adaptive"),
        }
        if shutil.which("motion"):
            commands["motion"] = motion(folder, url)
        processes = {name: subprocess.Popen(command) for name, command in commands.items()}
        try:
            time.sleep(arguments.warm_up)
            before = {name: (cpu_seconds(process.pid), time.monotonic()) for name, process in processes.items()}
            time.sleep(arguments.seconds)
            lines = []
            for name, process in processes.items():
                cpu, began = before[name]
                used = cpu_seconds(process.pid) - cpu
                lines.append({"what": name, "cpu_s_per_minute": round(60 * used / (time.monotonic() - began), 2),
                              "rss_mib": round(memory_mib(process.pid, "VmRSS"))})
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            for process in processes.values():
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
            server.kill()
    print("| | CPU-seconds a minute | MiB resident |\n|---|---|---|")
    for line in lines:
        print(f"| {line['what']} | {line['cpu_s_per_minute']} | {line['rss_mib']} |")
    print(json.dumps(lines))


if __name__ == "__main__":
    main()
