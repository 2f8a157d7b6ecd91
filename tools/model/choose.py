"""Figures on held-out training material, by which weights and the host's constants are chosen (never by benchmarks).

    python -m tools.model.choose --models FOLDER [--models FOLDER …] --pack FILE [--clips FOLDER …]

One click on cartons of the film that is held out, on other held-out photos, on composites with their likes, on liquids;
and, with `--clips` (made by `tools.model.motion`), following with the first mask given, at every `--every`-th frame,
forwards and backwards. The same material for every folder of graphs.
"""

import argparse
import json
import pathlib

import cv2
import numpy as np
import torch

from .atlas import Atlas, Tables
from .draw import Scenes, compose
from .evaluate import video
from .graphs import Graphs
from .host import Selector
from .measures import deepest_point, iou
from .plan import plan
from .progress import HELD_OUT

LONGEST = 512


def material(pack: str, count: int) -> dict:
    """{name: [(RGB picture, bool mask)]} of whole pictures of the held-out scenes that are pointed at."""
    tables, atlas, found = Tables(pack, held_out=True), Atlas(pack, "cpu"), {}
    for name, (kind, views, options) in HELD_OUT.items():
        if views > 2 or options.get("only", "boxes") not in tables.sets:
            continue
        scenes = Scenes(plan(np.random.default_rng(20_261), tables, views, count, [kind], **options), "cpu")
        rect = scenes.there["rect"]
        image, mask, _ = compose(atlas, scenes, rect / 2, rect.max(1).values, LONGEST)
        found[name] = []
        for index in range(count):
            width, height = (rect[index] / rect[index].max() * LONGEST).round().int().tolist()
            x, y = (LONGEST - width) // 2, (LONGEST - height) // 2
            cut = (slice(y, y + height), slice(x, x + width))
            truth = mask[index][cut].numpy() > 0.5
            if truth.sum() > 200:
                found[name].append((np.ascontiguousarray(image[index][cut].to(torch.uint8).numpy()), truth))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", action="append", required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--clips", action="append", default=[])
    parser.add_argument("--every", type=int, nargs="+", default=[1])
    parser.add_argument("--count", type=int, default=40)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = material(args.pack, args.count) if args.count else {}
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
            for every in (*args.every, *(-every for every in args.every)):
                found = video(graphs, clips, "mask", every)
                out[f"{pathlib.Path(clips).name}/{every}"] = found["mean"]["JF"]
                each = {name: round((one["J"] + one["F"]) / 2) for name, one in found["sequences"].items()}
                print("  ", pathlib.Path(clips).name, every, json.dumps(each), flush=True)
        print(folder, json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
