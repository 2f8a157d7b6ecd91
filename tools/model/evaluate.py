"""Quick figures of the exported graphs with the reference host.

    python -m tools.model.evaluate --models models/compact --clicks FOLDER [--clicks FOLDER …] [--vos FOLDER]

`--clicks` takes a folder with images/ and masks/ (each value > 0 of a mask is an object; a file whose mask has two
values also tells whether two clicks give two masks); `--vos` one in the DAVIS layout. The click is the point of the
mask farthest from its edge.
"""

import argparse
import json
import pathlib
import time

import cv2
import numpy as np

from .graphs import Graphs
from .host import Selector, Tracker
from .measures import bootstrap, contour_score, deepest_point, iou


def pictures(folder: str):
    """(name, RGB picture, label mask) of each picture of a click folder."""
    for path in sorted(pathlib.Path(folder, "images").iterdir()):
        image, mask = (
            cv2.imread(str(path)),
            cv2.imread(str(pathlib.Path(folder, "masks", path.stem + ".png")), cv2.IMREAD_GRAYSCALE),
        )
        if image is None or mask is None:
            continue
        if mask.shape != image.shape[:2]:
            mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        yield path.stem, np.ascontiguousarray(image[..., ::-1]), mask


def objects(labels):
    """The object masks of a label mask; two values mean two objects, one value (or the 0/255 of a photo) one."""
    values = [value for value in np.unique(labels) if value > 0]
    return [labels == value for value in values] if len(values) <= 8 else [labels > 0]


def clicks(selector: Selector, folder: str, limit: int, sheet: str | None = None) -> dict:
    scores, names, oracle, errors, apart, spent, tiles = [], [], [], [], [], [], []
    everything = list(pictures(folder))
    for name, image, labels in everything[:: max(1, len(everything) // limit) if limit else 1]:
        masks = []
        for number, truth in enumerate(objects(labels)):
            point = deepest_point(truth)
            began = time.perf_counter()
            found = selector.start(image, [point])
            spent.append(time.perf_counter() - began)
            mask = found[0].mask if found else np.zeros(truth.shape, bool)
            masks.append(mask)
            scores.append(iou(mask, truth))
            names.append(f"{name}#{number}")
            oracle.append(max([iou(other.mask, truth) for other in found], default=0))
            errors.append(abs((found[0].quality if found else 0) - scores[-1]))
            if sheet and len(tiles) < 60:
                tiles.append(
                    tile(image, mask, truth, point, f"{scores[-1]:.2f}/{found[0].quality if found else 0:.2f}")
                )
        if len(masks) == 2:
            apart.append(iou(masks[0], masks[1]) < 0.5 and masks[0].any() and masks[1].any())
    if sheet:
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 10)
        cv2.imwrite(sheet, np.vstack([np.hstack(tiles[i : i + 10]) for i in range(0, len(tiles), 10)])[..., ::-1])
    low, high = bootstrap(scores)
    out = {
        "iou1": round(float(np.mean(scores)), 4),
        "interval": [round(low, 3), round(high, 3)],
        "objects": len(scores),
        "best_of_three": round(float(np.mean(oracle)), 4),
        "quality_error": round(float(np.mean(errors)), 3),
        "ms_per_click": round(1000 * float(np.median(spent)), 1),
        "worst": [names[i] for i in np.argsort(scores)[:5]],
    }
    return out | ({"two_apart": round(float(np.mean(apart)), 3), "pairs": len(apart)} if apart else {})


def tile(image, mask, truth, point, text, size: int = 150):
    """A small square picture: truth in red, guess in green."""
    out = image.copy()
    thick = max(1, max(image.shape) // 150)
    for shown, colour in ((truth, (255, 0, 0)), (mask, (0, 255, 0))):
        outlines = cv2.findContours(shown.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
        cv2.drawContours(out, outlines, -1, colour, thick)
    cv2.circle(out, (int(point[0]), int(point[1])), 2 * thick, (255, 255, 0), -1)
    out = cv2.resize(out, (size, size), interpolation=cv2.INTER_AREA)
    cv2.putText(out, text, (3, size - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1)
    return out


def video(graphs, folder: str, prompt: str, every: int = 1, sheet: str | None = None) -> dict:
    """J and F of each sequence; `prompt` is mask or click; every n-th frame is followed, backwards from the last one if
    `every` is negative."""
    out, spent, rows = {}, [], []
    for frames in sorted(pathlib.Path(folder, "JPEGImages/480p").iterdir()):
        paths = sorted(frames.glob("*.jpg"))[::every]
        truth_of = [pathlib.Path(folder, "Annotations/480p", frames.name, path.stem + ".png") for path in paths]
        js, fs, tracker, row = [], [], None, []
        for index, (path, truth_path) in enumerate(zip(paths, truth_of)):
            image = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
            truth = cv2.imread(str(truth_path), cv2.IMREAD_GRAYSCALE) > 0
            if tracker is None:
                mask = truth
                if prompt == "click":
                    found = Selector(graphs).start(image, [deepest_point(truth)])
                    mask = found[0].mask
                tracker = Tracker(graphs, image, mask)
                continue
            began = time.perf_counter()
            step = tracker.step(image)
            spent.append(time.perf_counter() - began)
            if index < len(paths) - 1:
                js.append(iou(step.mask, truth))
                fs.append(contour_score(step.mask, truth))
            if index % max(1, len(paths) // 8) == 0:
                row.append(tile(image, step.mask, truth, (0, 0), f"{iou(step.mask, truth):.2f}/{step.quality:.2f}"))
        rows.append(np.hstack(row[:8]))
        out[frames.name] = {"J": round(100 * float(np.mean(js)), 1), "F": round(100 * float(np.mean(fs)), 1)}
    if sheet:
        width = max(row.shape[1] for row in rows)
        cv2.imwrite(
            sheet, np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows])[..., ::-1]
        )
    mean = {key: round(float(np.mean([value[key] for value in out.values()])), 1) for key in ("J", "F")}
    return {
        "sequences": out,
        "mean": mean | {"JF": round((mean["J"] + mean["F"]) / 2, 1)},
        "ms_per_frame": round(1000 * float(np.median(spent)), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", required=True)
    parser.add_argument("--clicks", action="append", default=[])
    parser.add_argument("--vos")
    parser.add_argument("--every", type=int, default=1, help="follow only every n-th frame; backwards if negative")
    parser.add_argument("--prompt", nargs="+", default=["mask", "click"], choices=["mask", "click"])
    parser.add_argument("--limit", type=int, default=0, help="measure about so many pictures, evenly taken")
    parser.add_argument("--sheets", help="folder for pictures of the results")
    args = parser.parse_args()
    graphs = Graphs(args.models)
    cv2.setNumThreads(1)
    for folder in args.clicks:
        sheet = str(pathlib.Path(args.sheets) / f"{pathlib.Path(folder).name}.png") if args.sheets else None
        print(
            json.dumps({"clicks": pathlib.Path(folder).name} | clicks(Selector(graphs), folder, args.limit, sheet)),
            flush=True,
        )
    for prompt in args.prompt if args.vos else ():
        sheet = str(pathlib.Path(args.sheets) / f"vos_{prompt}.png") if args.sheets else None
        print(
            json.dumps({"vos": prompt, "every": args.every} | video(graphs, args.vos, prompt, args.every, sheet)),
            flush=True,
        )


if __name__ == "__main__":
    main()
