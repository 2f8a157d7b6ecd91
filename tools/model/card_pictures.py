"""Pictures for the model card from held-out rendered scenes: usual results and the worst ones.

    python -m tools.model.card_pictures --models models/compact --pack FILE --out models/compact

Writes results.jpg and failures.jpg (truth red, mask green, click yellow) and prints the 1-click IoU on these scenes,
whose objects are single cartons, drums, bags and the like, two a scene.
"""

import argparse
import json
import pathlib
import zipfile

import cv2
import numpy as np

from .evaluate import tile
from .graphs import Graphs
from .host import Selector, bounds, window_within
from .measures import bootstrap, deepest_point, iou


def held_out(pack: str):
    """(RGB frame, mask of one body) of each held-out rendered scene, two of each."""
    rng = np.random.default_rng(11)
    with zipfile.ZipFile(pack) as stored:
        for scene in json.loads(stored.read("index.json"))["scenes"]:
            if scene["set"] != "renders" or not scene["held"]:
                continue
            image, ids = (
                cv2.imdecode(np.frombuffer(stored.read(f"{scene['frames'][2]:05d}.{kind}"), np.uint8), cv2.IMREAD_COLOR)
                for kind in ("webp", "ids.webp")
            )
            fit = [one for one in scene["targets"] if 300 < one["areas"][2] < 30000 and not one.get("group")]
            for number in rng.permutation(len(fit))[:2]:
                yield np.ascontiguousarray(image[..., ::-1]), ids[..., 0] == fit[number]["ids"][0]


def close_up(image, mask, truth, point, text):
    """A square tile around the object and the guess."""
    centre, extent = bounds(mask | truth)
    window = window_within(centre, extent * 1.8, truth.shape)
    matrix = window.matrix(240)
    layers = [cv2.warpAffine(layer.astype(np.uint8), matrix, (240, 240)) for layer in (image, mask, truth)]
    return tile(layers[0], layers[1] > 0, layers[2] > 0, matrix @ np.array([*point, 1]), text, 240)


def sheet(rows, path, columns: int = 4) -> None:
    """A JPEG under 100 KB of the given tiles."""
    grid = np.vstack([np.hstack(rows[i : i + columns]) for i in range(0, len(rows) - columns + 1, columns)])
    for quality in range(85, 20, -10):
        data = cv2.imencode(".jpg", grid[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if len(data) < 95_000:
            break
    pathlib.Path(path).write_bytes(data.tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--models", "--pack", "--out"):
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    selector, found = Selector(Graphs(args.models)), []
    for image, truth in held_out(args.pack):
        point = deepest_point(truth)
        best = selector.start(image, [point])[:1]
        mask = best[0].mask if best else np.zeros_like(truth)
        score = iou(mask, truth)
        found.append((score, close_up(image, mask, truth, point, f"{score:.2f}")))
    scores = [score for score, _ in found]
    print(json.dumps({"renders": len(scores), "iou1": round(float(np.mean(scores)), 3), "interval": bootstrap(scores)}))
    found.sort(key=lambda item: item[0])
    middle = found[len(found) // 4 :: max(1, len(found) * 3 // 4 // 8)]
    sheet([picture for _, picture in middle[:8]], pathlib.Path(args.out, "results.jpg"))
    sheet([picture for _, picture in found[:4]], pathlib.Path(args.out, "failures.jpg"))


if __name__ == "__main__":
    main()
