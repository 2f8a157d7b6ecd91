"""OpenCV's box trackers on sequences in the DAVIS layout."""

import pathlib
import time

import cv2
import numpy as np

from tools.model.measures import iou

TRACKERS = {
    "OpenCV CSRT": lambda: cv2.TrackerCSRT_create(),
    "OpenCV KCF": lambda: cv2.TrackerKCF_create(),
    "OpenCV MIL": lambda: cv2.TrackerMIL_create(),
}


def box(mask):
    """(x, y, width, height) of a bool mask's bounding box, or None when it is empty."""
    columns, rows = np.nonzero(mask.any(0))[0], np.nonzero(mask.any(1))[0]
    if len(columns) == 0:
        return None
    return columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1


def box_overlap(a, b) -> float:
    """IoU of two boxes; 1 when both are None, 0 when one is."""
    if a is None or b is None:
        return float(a is None and b is None)
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0, wide) * max(0, high)
    return float(shared / (a[2] * a[3] + b[2] * b[3] - shared))


def follow(make, folder: str, stride: int = 1) -> dict:
    """Name of the sequence -> J of the filled box in percent, overlap of the boxes in percent, CPU ms a frame. The first
    frame is the prompt and the last doesn't count, as for masks."""
    results = {}
    for frames in sorted(pathlib.Path(folder, "JPEGImages/480p").iterdir()):
        tracker, js, boxes, spent = None, [], [], []
        paths = sorted(frames.glob("*.jpg"))[::stride]
        for index, path in enumerate(paths):
            image = cv2.imread(str(path))
            annotation = pathlib.Path(folder, "Annotations/480p", frames.name, path.stem + ".png")
            truth = cv2.imread(str(annotation), cv2.IMREAD_GRAYSCALE) > 0
            if tracker is None:
                tracker = make()
                tracker.init(image, tuple(int(value) for value in box(truth)))
                continue
            began = time.process_time()
            seen, found = tracker.update(image)
            spent.append(time.process_time() - began)
            if index == len(paths) - 1:
                continue
            filled = np.zeros(truth.shape, bool)
            if seen:
                x, y, width, height = (int(round(value)) for value in found)
                filled[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = True
            js.append(iou(filled, truth))
            boxes.append(box_overlap(box(filled), box(truth)))
        results[frames.name] = {
            "J": 100 * float(np.mean(js)),
            "box": 100 * float(np.mean(boxes)),
            "cpu_ms": 1000 * float(np.mean(spent)),
        }
    return results
