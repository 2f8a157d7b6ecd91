"""Which of several answers to a click is the object that is meant: a small network that chooses among those of MobileSAM and of
`compact`, trained on photos whose objects are known.

    python -m tools.model.candidates collect --photos FOLDER [--photos FOLDER …] --out answers.json
    python -m tools.model.candidates train --answers answers.json --out models/mobile_sam

`--photos` takes a folder with images/ and masks/, as `tools.model.evaluate`. An object is clicked where
it is thickest, and once more anywhere inside, the middle before the edge. `train` reports
the IoU of one click over five folds of the photos, then trains on all and writes `candidate_ranking.onnx` into the folder and its
manifest. The evidence of an answer is what `RankedAnswer.evidence` computes on the Swift side.
"""

import argparse
import collections
import hashlib
import json
import pathlib

import cv2
import numpy as np

from .evaluate import pictures
from .graphs import Graphs
from .host import Selector, bounds, crop_image, paste, window_within
from .measures import deepest_point, iou

GROUPS = ("other", "whole_frame", "window")
ANSWERS, MOST, EVIDENCE = 4, 12, 23
SIMILAR, SURE, CUT_OFF_PART = 0.7, 0.8, 0.012
LOOK_FACTOR, LARGEST_SECOND_LOOK, OWN_ADVANTAGE = 3.0, 0.75, 0.05
LEAST_SHARE = 0.0008  # of the photo
NOTHING, PADDING, POSITIVE = -2.0, -1.0, 1.0
HIDDEN, EPOCHS, FOLDS, NETWORKS = 24, 120, 5, 5


class Prompts:
    """MobileSAM's two graphs."""

    def __init__(self, folder: str, threads: int):
        import openvino

        core = openvino.Core()
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
        manifest = json.loads(pathlib.Path(folder, "manifest.json").read_text())
        self.side, self.points = manifest["cropSide"], manifest["points"]
        self.encoder, self.decoder = (
            core.compile_model(str(pathlib.Path(folder, f"{name}.onnx")), "CPU", options)
            for name in ("image_encoder", "mask_decoder")
        )

    def encode(self, image, window):
        return self.encoder(crop_image(image, window, self.side))[0].copy()

    def answers(self, features, window, point, shape):
        """(mask, predicted IoU, stability) of each answer to one click in a window."""
        place = (np.asarray(point) - (window.centre - window.side / 2)) * self.side / window.side - 0.5
        points, labels = np.zeros((1, self.points, 2), np.float32), np.full((1, self.points), NOTHING, np.float32)
        labels[0, :2], points[0, 1] = (PADDING, POSITIVE), place
        cells = self.side // 4
        found = self.decoder(
            [features, points, labels, np.zeros((1, 1, cells, cells), np.float32), np.zeros(1, np.float32)]
        )
        return [
            (paste(logits, window, shape), float(quality), float((logits > 1).sum() / max(1, (logits > -1).sum())))
            for logits, quality in zip(found[0][0], found[1][0])
        ]


def cut_edges(mask, window, shape) -> int:

    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    low, high, margin = window.centre - window.side / 2, window.centre + window.side / 2, window.side * CUT_OFF_PART
    return sum(
        [
            low[0] > 0 and columns[0] - low[0] < margin,
            low[1] > 0 and rows[0] - low[1] < margin,
            high[0] < shape[1] and high[0] - columns[-1] - 1 < margin,
            high[1] < shape[0] and high[1] - rows[-1] - 1 < margin,
        ]
    )


def look(image, whole, features, point, selector: Selector, prompts: Prompts) -> list[dict]:
    """All answers to one click, as the program gathers them; `features` are those of the whole picture."""
    shape, longer = image.shape[:2], max(image.shape[:2])
    rows = [
        {"group": "other", "index": index, "mask": one.mask, "quality": one.quality, "stability": 1.0, "window": whole}
        for index, one in enumerate(selector.start(image, [point]))
    ]

    def add(group, window, features):
        rows.extend(
            {"group": group, "index": index, "mask": mask, "quality": quality, "stability": steady, "window": window}
            for index, (mask, quality, steady) in enumerate(prompts.answers(features, window, point, shape))
        )

    add("whole_frame", whole, features)
    there = [row for row in rows if row["mask"].any()]
    if there:
        best = max(there, key=lambda row: row["quality"] + (OWN_ADVANTAGE if row["group"] != "other" else 0))
        centre, extent = bounds(best["mask"])
        if LOOK_FACTOR * extent < LARGEST_SECOND_LOOK * longer:
            window = window_within(centre, LOOK_FACTOR * extent, shape)
            add("window", window, prompts.encode(image, window))
    return [row for row in rows if row["mask"].any()][:MOST]


def outline(mask, point) -> list[float]:
    """How much of its box a mask fills, its runs of pixels a row, and how far the click is from its middle, in parts of the
    box."""
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    area = mask.sum()
    runs = np.diff(mask.astype(np.int8), axis=1, prepend=0) > 0
    y, x = (
        (mask.sum(1) * (np.arange(len(mask)) + 0.5)).sum() / area,
        (mask.sum(0) * (np.arange(mask.shape[1]) + 0.5)).sum() / area,
    )
    return [
        float(area / (width * height)),
        min(8.0, float(runs.sum() / height)) / 4,
        min(2.0, abs(float(point[0] - x)) / float(width)),
        min(2.0, abs(float(point[1] - y)) / float(height)),
    ]


def evidence(rows: list[dict], point, shape) -> np.ndarray:
    """[answers, EVIDENCE]"""
    flat = np.array([row["mask"].ravel() for row in rows], np.float32)
    both, areas = flat @ flat.T, flat.sum(1)
    overlaps = both / np.maximum(areas[:, None] + areas[None] - both, 1)
    x, y = min(int(point[0]), shape[1] - 1), min(int(point[1]), shape[0] - 1)
    out = []
    for number, row in enumerate(rows):
        others = [other for other in range(len(rows)) if other != number]
        share = areas[number] / (shape[0] * shape[1])
        is_cut = row["group"] == "window"
        seen = row["window"].side / max(shape) if is_cut else 1.0
        alike = [other for other in others if overlaps[number, other] > SIMILAR]
        out.append(
            [
                row["quality"],
                row["stability"],
                cut_edges(row["mask"], row["window"], shape) / 4 if is_cut else 0,
                np.log(share + 1e-6) / 5,
                np.log(share / seen**2 + 1e-6) / 5,
                float(row["mask"][y, x]),
                *outline(row["mask"], point),
                *[float(row["group"] == group) for group in GROUPS],
                *[float(row["index"] == index) for index in range(ANSWERS)],
                *[
                    max((overlaps[number, other] for other in others if rows[other]["group"] == group), default=0)
                    for group in GROUPS
                ],
                len(alike) / 8,
                sum(rows[other]["quality"] > SURE for other in alike) / 8,
                np.mean([overlaps[number, other] for other in others]) if others else 0,
            ]
        )
    return np.float32(out)


def clicks(truth, random) -> list:
    """Two places (x, y) on an object: where it is thickest, and anywhere, the nearer to that the likelier."""
    depth = (
        cv2.distanceTransform(np.pad(truth.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1].ravel().astype(np.float64)
    )
    index = random.choice(depth.size, p=depth / depth.sum())
    return [deepest_point(truth), (index % truth.shape[1] + 0.5, index // truth.shape[1] + 0.5)]


def collect(args) -> None:
    selector, prompts = Selector(Graphs(args.follow, threads=args.threads)), Prompts(args.prompts, args.threads)
    random, out = np.random.default_rng(args.seed), []
    for folder in args.photos:
        everything = [path.stem for path in sorted(pathlib.Path(folder, "images").iterdir())]
        wanted = set(random.permutation(everything)[: args.most_photos])
        for name, image, labels in pictures(folder):
            if name not in wanted:
                continue
            shape = image.shape[:2]
            whole = window_within(np.array(shape[::-1]) / 2, max(shape), shape)
            features = prompts.encode(image, whole)
            there = [labels == value for value in np.unique(labels) if value > 0]
            there = [truth for truth in there if truth.mean() > LEAST_SHARE]
            for number in random.permutation(len(there))[: args.most_objects]:
                truth = there[number]
                for point in clicks(truth, random):
                    rows = look(image, whole, features, point, selector, prompts)
                    if rows:
                        out.append(
                            {
                                "set": pathlib.Path(folder).name,
                                "photo": f"{folder}/{name}",
                                "evidence": evidence(rows, point, truth.shape).round(5).tolist(),
                                "iou": [round(float(iou(row["mask"], truth)), 4) for row in rows],
                            }
                        )
            pathlib.Path(args.out).write_text(json.dumps(out))
        print(f"candidates: {folder}: {len(out)} clicks so far", flush=True)


def fit(clicked: list[dict], seed: int):
    """A network [answers, EVIDENCE] → IoU. It is trained to expect the IoU of each answer and, since only the best counts, to put
    the right one of a click first: the mean IoU under the softmax of its scores is part of the loss."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x, y = torch.zeros(len(clicked), MOST, EVIDENCE), torch.zeros(len(clicked), MOST)
    there = torch.zeros(len(clicked), MOST, dtype=torch.bool)
    for row, one in enumerate(clicked):
        count = len(one["iou"])
        x[row, :count], y[row, :count] = torch.tensor(one["evidence"]), torch.tensor(one["iou"])
        there[row, :count] = True
    network = nn.Sequential(
        nn.Linear(EVIDENCE, HIDDEN),
        nn.SiLU(),
        nn.Dropout(0.1),
        nn.Linear(HIDDEN, HIDDEN),
        nn.SiLU(),
        nn.Linear(HIDDEN, 1),
    )
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(64):
            scores = network(x[rows])[..., 0]
            expected = ((torch.sigmoid(scores) - y[rows]) ** 2)[there[rows]].mean()
            share = torch.softmax(torch.where(there[rows], 3 * scores, -1e9), 1)
            loss = expected - 0.5 * (share * y[rows]).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return nn.Sequential(network, nn.Sigmoid()).eval()


def chosen(networks, one: dict) -> float:
    import torch

    with torch.no_grad():
        scores = sum(network(torch.tensor(one["evidence"], dtype=torch.float32))[:, 0] for network in networks)
    return one["iou"][int(scores.argmax())]


def train(args) -> None:
    import onnx
    import torch
    from torch import nn

    everything = [one for path in args.answers for one in json.loads(pathlib.Path(path).read_text())]
    photos = sorted({one["photo"] for one in everything})
    fold_of = dict(zip(photos, np.random.default_rng(0).integers(0, FOLDS, len(photos))))
    results = collections.defaultdict(lambda: collections.defaultdict(list))
    for fold in range(FOLDS):
        networks = [fit([one for one in everything if fold_of[one["photo"]] != fold], seed) for seed in range(2)]
        for one in everything:
            if fold_of[one["photo"]] != fold:
                continue
            rows = np.array(one["evidence"])
            first = {group: np.nonzero(rows[:, 10 + number] > 0)[0] for number, group in enumerate(GROUPS)}
            for key in (one["set"], "all"):
                line = results[key]
                line["chosen"].append(chosen(networks, one))
                line["best of all"].append(max(one["iou"]))
                line["compact"].append(one["iou"][first["other"][0]] if len(first["other"]) else 0)
                own = [i for i in first["whole_frame"] if rows[i, 13] == 0]
                line["MobileSAM, whole frame"].append(one["iou"][max(own, key=lambda i: rows[i, 0])] if own else 0)
    for name, line in results.items():
        print(
            f"{name:14} {len(line['chosen']):4} objects  "
            + "  ".join(f"{key} {np.mean(v):.3f}" for key, v in line.items())
        )

    class Mean(nn.Module):
        def __init__(self):
            super().__init__()
            self.networks = nn.ModuleList(fit(everything, seed) for seed in range(NETWORKS))

        def forward(self, x):
            return sum(network(x)[:, 0] for network in self.networks) / NETWORKS

    folder = pathlib.Path(args.out)
    path = folder / "candidate_ranking.onnx"
    torch.onnx.export(
        Mean().eval(),
        torch.zeros(MOST, EVIDENCE),
        str(path),
        input_names=["evidence"],
        output_names=["iou"],
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(path))
    manifest, content = json.loads((folder / "manifest.json").read_text()), path.read_bytes()
    manifest["graphs"]["candidate_ranking"] = {
        "file": path.name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("collect", help="click objects of photos, and keep the evidence of each answer")
    first.add_argument("--photos", action="append", required=True)
    first.add_argument("--prompts", default="models/mobile_sam")
    first.add_argument("--follow", default="models/compact")
    first.add_argument("--most-photos", type=int, default=1000, help="of a folder")
    first.add_argument("--most-objects", type=int, default=5, help="of a photo")
    first.add_argument("--seed", type=int, default=1)
    first.add_argument("--threads", type=int, default=1)
    first.add_argument("--out", required=True)
    first.set_defaults(run=collect)
    second = commands.add_parser("train", help="train the network that chooses")
    second.add_argument("--answers", action="append", required=True)
    second.add_argument("--out", default="models/mobile_sam")
    second.set_defaults(run=train)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
