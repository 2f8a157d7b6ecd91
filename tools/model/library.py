"""The material of training in memory: photos with masks, cut-outs of their objects, surfaces, rendered scenes.

Every 20th picture (and the last 5 % of the rendered scenes) is held out: `Library(held_out=True)` holds only those.
"""

import json
import pathlib
from dataclasses import dataclass, field

import cv2
import numpy as np

from .scene_builder import FRAMES

HOLD_OUT = 20


def _fit(image, longest: int, interpolation):
    scale = longest / max(image.shape[:2])
    if scale >= 1:
        return image
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=interpolation)


@dataclass
class Library:
    """`photos`: (RGB [h,w,3], label mask [h,w], person?) ; `cutouts`: RGBA [h,w,4]; `surfaces` [n,256,256,3];
    `renders`: list of (frames [n,270,480,4], scenes)."""

    cache: str
    coco: str
    ccp: str
    held_out: bool = False
    photos: list = field(default_factory=list)
    people: list = field(default_factory=list)
    cutouts: list = field(default_factory=list)
    renders: list = field(default_factory=list)

    def __post_init__(self):
        self.surfaces = np.load(pathlib.Path(self.cache) / "textures.npy", mmap_mode="r")
        self._load(self.coco, self.photos, False)
        self._load(self.ccp, self.people, True)
        self.reload_renders()

    def _load(self, root: str, into: list, people: bool) -> None:
        images = sorted(path for path in pathlib.Path(root, "images").iterdir())
        for index, path in enumerate(images):
            if (index % HOLD_OUT == 0) != self.held_out:
                continue
            image = cv2.imread(str(path))
            mask = cv2.imread(str(pathlib.Path(root, "masks", path.stem + ".png")), cv2.IMREAD_GRAYSCALE)
            if image is None or mask is None:
                continue
            image = np.ascontiguousarray(_fit(image, 480, cv2.INTER_AREA)[..., ::-1])
            mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
            if (mask > 0).sum() < 200:
                continue
            into.append((image, mask))
            self._cut(image, mask)

    def _cut(self, image, mask) -> None:
        """Keeps the object as a cut-out when it is whole: not cut by the picture's edge over more than a little."""
        whole = mask > 0
        edge = whole[0].sum() + whole[-1].sum() + whole[:, 0].sum() + whole[:, -1].sum()
        ys, xs = np.nonzero(whole)
        y0, y1, x0, x1 = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
        if edge > 0.15 * (y1 - y0 + x1 - x0) or min(y1 - y0, x1 - x0) < 24:
            return
        alpha = cv2.GaussianBlur(cv2.erode(whole.astype(np.uint8) * 255, np.ones((2, 2))), (0, 0), 0.8)
        rgba = np.dstack([image, alpha])[y0:y1, x0:x1]
        self.cutouts.append(np.ascontiguousarray(_fit(rgba, 260, cv2.INTER_AREA)))

    def reload_renders(self) -> None:
        """Takes up what the renderer has finished so far in `cache` and its folders r1, r2, …"""
        self.renders = []
        for index in sorted(pathlib.Path(self.cache).glob("r*/renders.json")):
            scenes = json.loads(index.read_text())
            split = int(len(scenes) * 0.95)
            chosen = range(split, len(scenes)) if self.held_out else range(split)
            frames = np.load(index.with_name("renders.npy"), mmap_mode="r")
            self.renders += [(frames, number * FRAMES, scenes[number]) for number in chosen]
