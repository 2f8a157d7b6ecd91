"""Figures on made-up, held-out material, by which weights and the host's constants are chosen (never by the benchmarks).

    python -m tools.model.choose --models FOLDER [--models FOLDER …] --cache DIR --coco DIR --ccp DIR [--clips FOLDER …]

Clicks on liquids over held-out pictures, on held-out photos, on composites; and, with `--clips` (made by
`tools.model.motion`), following with the first mask given, at every `--every`-th
frame. The same material for every folder of graphs.
"""

import argparse
import json
import pathlib

import cv2
import numpy as np

from .evaluate import video
from .graphs import Graphs
from .host import Selector
from .library import Library
from .liquids import Liquid
from .measures import deepest_point, iou
from .samples import faults
from .scenes import Composite, Photo


def material(library, count: int):
    """{kind: [(RGB picture, bool mask)]}; the pictures have the faults of cameras."""
    rng, found = np.random.default_rng(20_261), {"liquids": [], "photos": [], "composites": []}
    makers = {
        "liquids": lambda: Liquid(rng, library),
        "photos": lambda: Photo(rng, library, rng.random() < 0.3),
        "composites": lambda: Composite(rng, library),
    }
    for kind, make in makers.items():
        while len(found[kind]) < count:
            image, mask = make().view(0)
            if (mask > 0.5).sum() > 400:
                whole = cv2.resize(faults(rng, cv2.resize(image, (256, 256))), image.shape[1::-1])
                found[kind].append((whole if rng.random() < 0.3 else image, mask > 0.5))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", action="append", required=True)
    for name in ("--cache", "--coco", "--ccp"):
        parser.add_argument(name, required=True)
    parser.add_argument("--clips", action="append", default=[])
    parser.add_argument("--every", type=int, nargs="+", default=[1])
    parser.add_argument("--count", type=int, default=40)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = material(Library(args.cache, args.coco, args.ccp, held_out=True), args.count) if args.count else {}
    for folder in args.models:
        graphs, out = Graphs(folder), {}
        selector = Selector(graphs)
        for kind, items in pictures.items():
            scores = []
            for image, truth in items:
                found = selector.start(image, [deepest_point(truth)])
                scores.append(iou(found[0].mask, truth) if found else 0.0)
            out[kind] = round(float(np.mean(scores)), 3)
        for clips in args.clips:
            for every in args.every:
                found = video(graphs, clips, "mask", every)
                out[f"{pathlib.Path(clips).name}/{every}"] = found["mean"]["JF"]
                each = {name: round((one["J"] + one["F"]) / 2) for name, one in found["sequences"].items()}
                print("  ", pathlib.Path(clips).name, every, json.dumps(each), flush=True)
        print(folder, json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
