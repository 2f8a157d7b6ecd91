"""Made-up clips for choosing the constants of the host, in the DAVIS layout: held-out cut-outs over held-out photos.

    python -m tools.model.clips --cache DIR --coco DIR --ccp DIR --out FOLDER [--count 12]

The target moves, turns and grows on a smooth path; other objects (sometimes its twin) move too; in two of five clips
one crosses in front of it; the camera pans in a third of them.
"""

import argparse
import pathlib

import cv2
import numpy as np

from .library import Library
from .scenes import affine, warp_onto

WIDTH, HEIGHT, FRAMES = 640, 360, 40


class Mover:
    """One layer with its path: position, scale and turn as smooth functions of time 0..1."""

    def __init__(self, rng, rgba, extent: float, crossing=None):
        self.rgba, self.scale = rgba, extent / max(rgba.shape[:2])
        start, end = rng.uniform((80, 60), (WIDTH - 80, HEIGHT - 60)), rng.uniform((80, 60), (WIDTH - 80, HEIGHT - 60))
        self.start, self.end = (start, end) if crossing is None else (crossing - (300, 0), crossing + (300, 0))
        self.sway, self.phase = rng.uniform(0, 0.12) * extent, rng.uniform(0, 6.3)
        self.turn, self.tilt, self.growth = rng.normal(0, 12), rng.normal(0, 6), np.exp(rng.normal(0, 0.3))

    def place(self, t: float):
        """Centre at time t."""
        return (
            self.start
            + (self.end - self.start) * t
            + self.sway * np.array([np.sin(9 * t + self.phase), np.cos(11 * t)])
        )

    def matrix(self, t: float):
        scale = self.scale * self.growth**t
        return affine(self.rgba.shape, self.place(t), scale, self.tilt + self.turn * np.sin(4 * t), False)


def clip(rng, library):
    """Yields (RGB [360,640,3], target mask bool) for FRAMES frames."""
    pool = library.photos + library.people
    wide = cv2.resize(pool[rng.integers(len(pool))][0], (WIDTH + 160, HEIGHT + 90))
    cutouts = library.cutouts
    chosen = cutouts[rng.integers(len(cutouts))]
    target = Mover(rng, chosen, rng.uniform(50, 200))
    extent = target.scale * max(chosen.shape[:2])
    movers = [target]
    for _ in range(rng.integers(1, 5)):
        rgba = chosen if rng.random() < 0.25 else cutouts[rng.integers(len(cutouts))]
        movers.append(Mover(rng, rgba, extent * np.exp(rng.uniform(-0.6, 0.5))))
    if rng.random() < 0.4:
        movers.append(Mover(rng, cutouts[rng.integers(len(cutouts))], extent * 1.6, target.place(0.5)))
    order = movers if rng.random() < 0.7 else movers[1:] + movers[:1]
    pan = rng.uniform(-70, 70, 2) * (1, 0.5) if rng.random() < 0.35 else np.zeros(2)
    for index in range(FRAMES):
        t = index / (FRAMES - 1)
        x, y = (np.array([80, 45]) + pan * t).astype(int)
        canvas, mask = np.ascontiguousarray(wide[y : y + HEIGHT, x : x + WIDTH]), np.zeros((HEIGHT, WIDTH), np.float32)
        for mover in order:
            pasted = warp_onto(canvas, mask, mover.rgba, mover.matrix(t))
            if mover is target and pasted is not None:
                alpha, place = pasted
                mask[place] = np.maximum(mask[place], alpha)
        yield cv2.GaussianBlur(canvas, (0, 0), 0.7), mask > 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--cache", "--coco", "--ccp", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--count", type=int, default=12)
    args = parser.parse_args()
    library = Library(args.cache, args.coco, args.ccp, held_out=True)
    for number in range(args.count):
        rng = np.random.default_rng(500 + number)
        folders = [pathlib.Path(args.out, kind, "480p", f"clip{number:02d}") for kind in ("JPEGImages", "Annotations")]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        for index, (image, mask) in enumerate(clip(rng, library)):
            quality = [cv2.IMWRITE_JPEG_QUALITY, 70]
            cv2.imwrite(str(folders[0] / f"{index:05d}.jpg"), np.ascontiguousarray(image[..., ::-1]), quality)
            cv2.imwrite(str(folders[1] / f"{index:05d}.png"), mask.astype(np.uint8) * 255)


if __name__ == "__main__":
    main()
