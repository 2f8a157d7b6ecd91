"""Whether following an object for long takes more and more memory, and what a followed frame costs.

usage: bench_track_memory.py AISLEWATCH CHECKOUT [FRAMES]

A sample in which a person walks in, stops and leaves is played forwards and backwards again and again (640x360), so that
the person is followed, lost and found many times in FRAMES (default 10000) frames of `aislewatch track`. Memory is the
program's resident set, read from /proc while it runs; growth is counted from the 1000th frame on (a tenth of shorter runs).
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SAMPLE, CLICK, SAMPLE_FRAMES = "samples/quiet_walk.mp4", "376,174@6.0", 162


def make_video(sample, folder, frames):
    """The sample to and fro until there are `frames` frames."""
    turn, video = folder / "turn.mp4", folder / "long.mp4"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", sample, "-filter_complex",
         "[0:v]split[a][b];[b]reverse[c];[a][c]concat,format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", turn],
        check=True)
    rounds = -(-frames // (2 * SAMPLE_FRAMES))
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", str(rounds - 1), "-i", turn, "-c", "copy",
         "-frames:v", str(frames), video], check=True)
    return video


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    aislewatch, root = sys.argv[1], pathlib.Path(sys.argv[2])
    frames = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    settled = min(1000, frames // 10)
    with tempfile.TemporaryDirectory() as folder:
        video = make_video(root / SAMPLE, pathlib.Path(folder), frames)
        process = subprocess.Popen(
            [aislewatch, "track", video, "--click", CLICK, "--json"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        samples, began = [], 0.0
        for number, _ in enumerate(process.stdout, 1):
            if number == settled:
                began = cpu_seconds(process.pid)
            if number >= settled and number % max(1, frames // 100) == 0:
                samples.append((number, resident_kib(process.pid), cpu_seconds(process.pid)))
        if process.wait() != 0 or len(samples) < 3:
            sys.exit("bench: aislewatch track failed, or the video was too short")
    count = samples[-1][0] - samples[0][0]
    mean_x = sum(x for x, _, _ in samples) / len(samples)
    mean_y = sum(y for _, y, _ in samples) / len(samples)
    slope = sum((x - mean_x) * (y - mean_y) for x, y, _ in samples) / sum((x - mean_x) ** 2 for x, _, _ in samples)
    print(f"frames followed        {samples[-1][0]}")
    print(f"resident at frame {samples[0][0]:5d} {samples[0][1] / 1024:.1f} MiB")
    print(f"resident at the end    {samples[-1][1] / 1024:.1f} MiB (most {max(y for _, y, _ in samples) / 1024:.1f})")
    print(f"trend                  {slope * 1000:+.1f} KiB in 1000 frames, over {count} frames")
    print(f"CPU a frame            {1000 * (samples[-1][2] - began) / (samples[-1][0] - settled):.1f} ms, decoding included")


if __name__ == "__main__":
    main()
