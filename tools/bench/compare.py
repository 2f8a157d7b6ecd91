"""One table: following and clicking, ours and what else runs on a CPU.

    python -m tools.bench.compare --aislewatch PROGRAM --data FOLDER --out FILE.json

DATA holds vos/ (DAVIS layout) and clicks/NAME/ (images/, masks/). Times are processor time of one thread from the decoded
picture to the result, so that other work on the machine hardly counts. Box trackers are scored by the overlap of their box
with the true mask's box, which is the kinder measure, and by their filled box against the mask; masks by their overlap.
"""

import argparse
import json
import pathlib
import re
import subprocess
import time

import cv2
import numpy as np

from tools.model.evaluate import objects, pictures
from tools.model.grabcut_baseline import grabcut
from tools.model.measures import bootstrap, deepest_point, iou

from .saliency import Saliency
from .trackers import TRACKERS, follow

GRABCUT_SHARE = 0.3  # as chosen in tools.model.grabcut_baseline


def clicked(method, folder: str) -> dict:
    """Mean IoU of one click over the objects of a folder, its 95 % interval, median CPU ms."""
    scores, spent = [], []
    for _, image, labels in pictures(folder):
        for truth in objects(labels):
            point = deepest_point(truth)
            began = time.process_time()
            mask = method(image, point)
            spent.append(time.process_time() - began)
            scores.append(iou(mask, truth))
    return {"iou": float(np.mean(scores)), "interval": bootstrap(scores), "cpu_ms": 1000 * float(np.median(spent))}


def ours_clicked(program: str, folder: str) -> dict:
    """The same by `aislewatch eval clicks`, over pictures."""
    text = subprocess.run(
        [program, "eval", "clicks", folder, "--no-noc", "--threads", "1"], check=True, capture_output=True, text=True
    ).stdout
    number = r"([-+0-9.]+)"
    score = re.search(rf"1-click IoU\s+{number} \(95 %: {number} to {number}\)", text)
    spent = re.search(rf"click to mask {number} ms CPU", text)
    if score is None or spent is None:
        raise SystemExit(f"bench: `aislewatch eval clicks` printed no figure:\n{text}")
    return {
        "iou": float(score[1]),
        "interval": (float(score[2]), float(score[3])),
        "cpu_ms": float(spent[1]),
    }


def ours_followed(program: str, folder: str, prompt: str) -> dict:
    """Sequence -> J and CPU ms a frame, by `aislewatch eval masks`."""
    command = [program, "eval", "masks", folder, "--prompt", prompt, "--threads", "1"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in text.splitlines()]
    columns = next(line for line in lines if line[:1] == ["sequence"])
    # "CPU ms/frame" is two words of the header and one of the rows
    place = {name: index - (index > columns.index("CPU")) for index, name in enumerate(columns)}
    names = {path.name for path in pathlib.Path(folder, "JPEGImages/480p").iterdir()}
    return {
        line[0]: {
            "J": float(line[place["J"]]),
            "cpu_ms": float(line[place["CPU"]]),
        }
        for line in lines
        if line and line[0] in names and len(line) > 5
    }


def tracking_rows(found: dict) -> list[str]:
    """The table; a box tracker's own column is the overlap of boxes, the others are of masks."""
    names = list(next(iter(found.values())))
    lines = [
        "| follows | mask overlap (J) | box overlap | CPU ms a frame | " + " | ".join(names) + " |",
        "|---|---|---|---|" + "---|" * len(names),
    ]
    for method, results in found.items():
        mean = {key: np.mean([one.get(key, np.nan) for one in results.values()]) for key in ("box", "J", "cpu_ms")}
        each = " | ".join(f"{results[name]['J']:.0f}" for name in names)
        box = "–" if np.isnan(mean["box"]) else f"{mean['box']:.1f}"
        lines.append(f"| {method} | {mean['J']:.1f} | {box} | {mean['cpu_ms']:.1f} | {each} |")
    return lines


def click_rows(found: dict) -> list[str]:
    sets = list(next(iter(found.values())))
    lines = ["| one click | " + " | ".join(sets) + " | CPU ms |", "|---|" + "---|" * len(sets) + "---|"]
    for method, results in found.items():
        each = " | ".join(
            f"{one['iou']:.3f} ({one['interval'][0]:.2f} to {one['interval'][1]:.2f})" for one in results.values()
        )
        lines.append(f"| {method} | {each} | {np.median([one['cpu_ms'] for one in results.values()]):.0f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--aislewatch", "--data", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--reuse", action="store_true", help="keep the figures of the others that FILE.json has")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    file, lines = pathlib.Path(args.out), []
    known = json.loads(file.read_text()) if args.reuse and file.exists() else {"following": {}, "clicks": {}}
    out = {"following": {}, "clicks": {}}

    def others(part: str, name: str, measure) -> None:
        if name not in known[part]:
            print(f"bench: {name}", flush=True)
        out[part][name] = known[part].get(name) or measure()
        file.write_text(json.dumps(out, indent=1) + "\n")

    vos = pathlib.Path(args.data, "vos")
    if vos.is_dir():
        for name, make in TRACKERS.items():
            others("following", f"{name}, box given", lambda make=make: follow(make, str(vos)))
        for prompt in ("box", "mask"):
            print(f"bench: compact, {prompt} given", flush=True)
            out["following"][f"**compact**, {prompt} given"] = ours_followed(args.aislewatch, str(vos), prompt)
        lines += tracking_rows(out["following"])
    sets = {one: str(pathlib.Path(args.data, "clicks", one)) for one in ("coco", "sed", "spills")}
    sets = {name: folder for name, folder in sets.items() if pathlib.Path(folder).is_dir()}
    if sets:
        saliency = Saliency()
        methods = {
            "OpenCV GrabCut": lambda image, point: grabcut(image, point, GRABCUT_SHARE),
            "u2netp, cropped": saliency.mask,
        }
        for name, method in methods.items():
            others(
                "clicks",
                name,
                lambda method=method: {one: clicked(method, folder) for one, folder in sets.items()},
            )
        print("bench: compact is clicked", flush=True)
        out["clicks"]["**compact**"] = {
            one: ours_clicked(args.aislewatch, folder) for one, folder in sets.items()
        }
        lines += ["", *click_rows(out["clicks"])]
    file.write_text(json.dumps(out, indent=1) + "\n")
    print("\n".join(["", *lines]))


if __name__ == "__main__":
    main()
