"""Watch every labelled clip of a folder and print what was expected beside what was detected.

usage: demo.py AISLEWATCH SAMPLES OUT

A clip is as labelled when its incident is found (kind, time and place as docs/architecture.md defines a hit) and nothing
else is. Exit status 0 only if all are.
"""

import json
import pathlib
import subprocess
import sys

# A second kind that one physical event may also get.
ALLOWED_SECOND = {("falling_object", "toppled_stack"), ("toppled_stack", "falling_object"), ("falling_object", "spill"),
                  ("falling_object", "object_left")}


def centre_inside(inner, outer):
    x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
    return outer[0] <= x < outer[0] + outer[2] and outer[1] <= y < outer[1] + outer[3]


def iou(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(0, width) * max(0, height)
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def is_hit(incident, label):
    """Kind, time and place are the label's."""
    return (
        incident["kind"] == label["kind"]
        and label["start_s"] - 1 <= incident["start_s"] <= label["end_s"] + 5
        and (iou(incident["region"], label["region"]) >= 0.1 or centre_inside(incident["region"], label["region"]))
    )


def configuration(label, out, name):
    """The settings for labelled clips with the label's zones, as a file of a camera of that name."""
    text = (pathlib.Path(__file__).resolve().parent.parent / "configs" / "eval.yaml").read_text()
    width, height = label["size"]
    text += "cameras:\n  - id: demo\n    url: rtsp://127.0.0.1/unused\n"
    if label.get("zones"):
        text += "    zones:\n"
    for zone in label.get("zones") or []:
        polygon = [[round(x / width, 4), round(y / height, 4)] for x, y in zone["polygon"]]
        text += f"      - name: {zone['name']}\n        kind: {zone['kind']}\n        polygon: {json.dumps(polygon)}\n"
    path = out / f"{name}.yaml"
    path.write_text(text)
    return path


def watch(aislewatch, video, label, out):
    """Run the command; return the incidents it announced (as announced, and as they ended) in order."""
    config = configuration(label, out, video.stem)
    command = [aislewatch, "watch", str(video), "--json", "--clips", str(out), "--config", str(config)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"error: watching {video.name} failed with status {done.returncode}")
    announced, latest = {}, {}
    for line in done.stdout.splitlines():
        event = json.loads(line)
        incident = event["incident"]
        if event["type"] == "new":
            announced[incident["id"]] = incident
        latest[incident["id"]] = incident
    return [(announced[key], latest[key]) for key in announced]


def judge(incidents, label):
    """(as labelled, delay in seconds or None)"""
    if label["kind"] == "none":
        return not incidents, None
    hits = [(first, last) for first, last in incidents if is_hit(last, label)]
    if len(hits) != 1:
        return False, None
    others = [first["kind"] for first, last in incidents if last["id"] != hits[0][1]["id"]]
    allowed = len(others) <= 1 and all((label["kind"], kind) in ALLOWED_SECOND for kind in others)
    # Left and removed are told 3 s after the person has gone.
    due = label.get("left_place_s", label["end_s"]) + 3 if label["kind"] in ("object_left", "object_removed") else label["end_s"]
    return allowed, hits[0][0]["confirmed_s"] - due


def main():
    aislewatch, samples, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    videos = sorted(path for path in samples.glob("*.mp4") if path.with_suffix(".json").exists())
    if not videos:
        sys.exit(f"error: no labelled clips in {samples}")
    out.mkdir(parents=True, exist_ok=True)
    rows, texts, wrong = [], [], 0
    for number, video in enumerate(videos, 1):
        print(f"==> {number}/{len(videos)} watching {video.name}", file=sys.stderr, flush=True)
        whole = json.loads(video.with_suffix(".json").read_text())
        label = whole["incident"]
        incidents = watch(aislewatch, video, whole, out)
        right, delay = judge(incidents, label)
        wrong += not right
        rows.append([
            "ok" if right else "WRONG",
            video.stem,
            label["kind"],
            ", ".join(last["kind"] for _, last in incidents) or "none",
            "" if delay is None else f"{delay:+.1f} s",
            ", ".join(clip for _, last in incidents for clip in last["clips"]),
        ])
        texts += [(video.stem, last["text"]) for _, last in incidents]
    header = ["", "clip", "expected", "detected", "delay", f"clip file in {out.name}/"]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print("\nalert texts")
    for name, text in texts:
        print(f"  {name}: {text}")
    print(f"\n{len(videos) - wrong} of {len(videos)} clips as labelled")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
