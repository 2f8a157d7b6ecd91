"""Contact sheet of the samples: python -m tools.scenes.sheet → tools/scenes/contact-sheet.jpg."""
import json
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent


def main(columns=3, width=400):
    """One picture a clip, from the middle of what happens, with its region and name."""
    tiles = []
    for path in sorted((HERE.parent.parent / "samples").glob("*.json")):
        label = json.loads(path.read_text())
        incident = label["incident"]
        at = (incident["start_s"] + incident["end_s"]) / 2 if incident["start_s"] else label["duration_s"] * .4
        video = cv2.VideoCapture(str(path.with_suffix(".mp4")))
        for _ in range(int(at * label["fps"]) + 1):
            _, picture = video.read()
        if incident["region"]:
            x, y, w, h = incident["region"]
            cv2.rectangle(picture, (x, y), (x + w, y + h), (0, 220, 0), 2)
        height = width * picture.shape[0] // picture.shape[1]
        tile = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        cv2.rectangle(tile, (0, height - 17), (8 * len(path.stem) + 6, height), (0, 0, 0), -1)
        cv2.putText(tile, path.stem, (3, height - 5), cv2.FONT_HERSHEY_SIMPLEX, .42, (255, 255, 255), 1, cv2.LINE_AA)
        tiles.append(tile)
    while len(tiles) % columns:
        tiles.append(np.zeros_like(tiles[0]))
    rows = [np.concatenate(tiles[k:k + columns], 1) for k in range(0, len(tiles), columns)]
    cv2.imwrite(str(HERE / "contact-sheet.jpg"), np.concatenate(rows), [cv2.IMWRITE_JPEG_QUALITY, 55])


if __name__ == "__main__":
    main()
