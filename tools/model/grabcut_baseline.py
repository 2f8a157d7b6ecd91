"""OpenCV GrabCut seeded with one click, as the bar to beat.

    python -m tools.model.grabcut_baseline --clicks FOLDER [--limit N]

Seed: a disc of 2 % of the picture's diagonal around the click is sure foreground, a square of 30 % of the shorter side
around it is probably foreground, everything outside is sure background; five rounds on a picture of at most 480 pixels.
The square's share is the best of 20, 30 and 45 % for GrabCut on the training photos, so that the baseline is not
handicapped.
"""

import argparse
import json
import pathlib

import cv2
import numpy as np

from .evaluate import objects, pictures
from .measures import bootstrap, deepest_point, iou


def grabcut(image, point, share: float):
    """Bool mask of the picture [h,w,3] for a click (x, y)."""
    scale = min(1.0, 480 / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    x, y = point[0] * scale, point[1] * scale
    half = share * min(height, width) / 2
    labels = np.full((height, width), cv2.GC_BGD, np.uint8)
    labels[int(max(0, y - half)) : int(y + half) + 1, int(max(0, x - half)) : int(x + half) + 1] = cv2.GC_PR_FGD
    cv2.circle(labels, (int(x), int(y)), max(2, int(0.02 * np.hypot(height, width))), cv2.GC_FGD, -1)
    cv2.setRNGSeed(1)
    cv2.grabCut(
        np.ascontiguousarray(small), labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK
    )
    found = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    _, parts = cv2.connectedComponents(found)
    found = (parts == parts[min(int(y), height - 1), min(int(x), width - 1)]).astype(np.uint8)
    return cv2.resize(found, image.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", action="append", required=True)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    for folder in args.clicks:
        scores = []
        for _, image, labels in list(pictures(folder))[: args.limit or None]:
            for truth in objects(labels):
                scores.append(iou(grabcut(image, deepest_point(truth), args.share), truth))
        low, high = bootstrap(scores)
        print(
            json.dumps(
                {
                    "clicks": pathlib.Path(folder).name,
                    "share": args.share,
                    "iou1": round(float(np.mean(scores)), 4),
                    "interval": [round(low, 3), round(high, 3)],
                    "objects": len(scores),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
