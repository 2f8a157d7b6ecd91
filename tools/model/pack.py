"""Packs everything that trains into one file: photos with masks, rendered scenes, surfaces, the backbone's weights.

    python -m tools.model.pack --data ../shared/data --cache DIR --out DIR/pack.zip [--taught DIR]

The file is a plain zip (nothing in it is compressed twice): `NNNNN.webp` pictures, `NNNNN.ids.webp` (lossless) masks
whose pixels are instances, `backbone.pt` (fp16, batch normalisation folded in) and `index.json`:

    images    one entry a picture: [width, height, mask or not]
    scenes    {set, held, frames: [image …], targets: [{ids, boxes: [box or null, … a frame], areas, whole}]}
    surfaces  [image …]

A photo is a scene of one frame. In renders the floor is 0, what else stands fast 255, bodies are 1 … 253. `whole` says
that the object is not cut by the picture's edge and can be cut out. Held out for validation: one film of cartons, and a
seeded share of every other set.
"""

import argparse
import io
import json
import pathlib
import zipfile

import cv2
import numpy as np
import torch

from .backbone import backbone_weights
from .scene_builder import FRAMES

HELD_SHARE, HELD_FILM = 0.08, "IMG_0267"
LEAST_AREA = 120
# name: (longest side, WebP quality, most pictures). All of them may be used commercially; see the model card.
SETS = {
    "boxes": (512, 50, 300),
    "coco": (448, 56, 40),
    "coco_multi": (448, 47, 200),
    "coco_person": (448, 52, 60),
    "ccp": (384, 42, 190),
    "books": (432, 42, 56),
    "patches": (416, 45, 52),
    "granules": (416, 45, 40),
    "facades": (400, 48, 36),
    "boards": (352, 50, 36),
    "screws": (416, 55, 60),
    "bolts": (416, 55, 24),
    "microcontrollers": (352, 50, 60),
    "plants": (448, 55, 40),
    "mushrooms": (400, 40, 25),
}
SURFACES, SURFACE_QUALITY, RENDER_QUALITY = 240, 46, 26


class Writer:
    """Collects pictures, masks and scenes, and writes the zip."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)
        self.index = {"images": [], "scenes": [], "surfaces": []}
        self.spent: dict[str, int] = {}

    def image(self, kind: str, rgb, ids, quality: int) -> int:
        number = len(self.index["images"])
        data = [(f"{number:05d}.webp", cv2.imencode(".webp", rgb[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])[1])]
        if ids is not None:
            grey = cv2.merge([ids, ids, ids])
            data.append((f"{number:05d}.ids.webp", cv2.imencode(".webp", grey, [cv2.IMWRITE_WEBP_QUALITY, 101])[1]))
        for name, encoded in data:
            self.zip.writestr(name, encoded.tobytes())
            self.spent[kind] = self.spent.get(kind, 0) + encoded.size
        self.index["images"].append([rgb.shape[1], rgb.shape[0], ids is not None])
        return number

    def scene(self, kind: str, held: bool, frames, targets) -> None:
        self.index["scenes"].append({"set": kind, "held": held, "frames": frames, "targets": targets})

    def close(self, weights) -> None:
        stream = io.BytesIO()
        torch.save(weights, stream)
        self.zip.writestr("backbone.pt", stream.getvalue())
        self.spent["backbone"] = len(stream.getvalue())
        self.zip.writestr("index.json", json.dumps(self.index, separators=(",", ":")), zipfile.ZIP_DEFLATED)
        self.zip.close()


def box_of(mask):
    """[x0, y0, x1, y1] of a bool mask, or None when it is empty."""
    columns, rows = np.nonzero(mask.any(0))[0], np.nonzero(mask.any(1))[0]
    if len(columns) == 0:
        return None
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


def target(frames, ids) -> dict:
    """One target over the id maps of a scene's frames."""
    masks = [np.isin(frame, ids) for frame in frames]
    first = masks[0]
    edge = first[0].sum() + first[-1].sum() + first[:, 0].sum() + first[:, -1].sum()
    box = box_of(first)
    whole = box is not None and edge <= 0.1 * (box[2] - box[0] + box[3] - box[1])
    return {
        "ids": [int(i) for i in ids],
        "boxes": [box_of(mask) for mask in masks],
        "areas": [int(mask.sum()) for mask in masks],
        "whole": bool(whole),
    }


def fitted(image, longest: int, interpolation):
    scale = longest / max(image.shape[:2])
    return image if scale >= 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=interpolation)


def photos(writer: Writer, folder: pathlib.Path, longest: int, quality: int, most: int) -> None:
    """Packs one folder of images/ and masks/."""
    name = folder.name
    rng = np.random.default_rng(sum(map(ord, name)))
    paths = sorted(path for path in (folder / "images").iterdir())
    chosen = sorted(rng.permutation(len(paths))[:most])
    for path in (paths[index] for index in chosen):
        draw = rng.random()
        image = cv2.imread(str(path))
        ids = cv2.imread(str(folder / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)
        if image is None or ids is None:
            continue
        if ids.shape != image.shape[:2]:
            ids = cv2.resize(ids, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        if name in ("ccp", "coco", "coco_person", "taught"):  # one object a picture, whatever its labels
            ids = (ids > 0).astype(np.uint8)
        rgb = fitted(image, longest, cv2.INTER_AREA)[..., ::-1]
        ids = cv2.resize(ids, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        targets = [target([ids], [value]) for value in np.unique(ids) if value]
        targets = [one for one in targets if one["areas"][0] >= LEAST_AREA]
        if not targets:
            continue
        held = HELD_FILM in path.stem if name == "boxes" else draw < HELD_SHARE
        writer.scene(name, bool(held), [writer.image(name, rgb, ids, quality)], targets)


def renders(writer: Writer, folder: pathlib.Path) -> None:
    """Packs one folder of tools.model.render."""
    described, frames = (
        json.loads((folder / "renders.json").read_text()),
        np.load(folder / "renders.npy", mmap_mode="r"),
    )
    for number, scene in enumerate(described):
        views = np.array(frames[number * FRAMES : (number + 1) * FRAMES])
        table = np.full(256, 255, np.uint8)
        table[: len(scene["body"])] = np.where(np.array(scene["body"]) > 0, np.minimum(scene["body"], 253), 255)
        table[0], table[254:] = 0, 255
        ids = table[views[..., 3]]
        areas = np.stack([np.bincount(one.ravel(), minlength=256) for one in ids])
        targets = []
        for body in range(1, min(len(scene["group"]), 254)):
            if areas[:, body].max() >= 2 * LEAST_AREA:
                targets.append(target(ids, [body]) | {"jointed": scene["jointed"][body]})
        for group in sorted(set(scene["group"]) - {-1}):
            bodies = [body for body, own in enumerate(scene["group"][:254]) if own == group]
            if len(bodies) > 1 and areas[:, bodies].sum(1).max() >= 8 * LEAST_AREA:
                targets.append(target(ids, bodies) | {"group": True})
        if not targets:
            continue
        gain = max(1.0, min(4.0, 85 / max(float(views[..., :3].mean()), 8)))
        pictures = [cv2.convertScaleAbs(np.ascontiguousarray(view[..., :3]), alpha=gain) for view in views]
        numbers = [writer.image("renders", rgb, one, RENDER_QUALITY) for rgb, one in zip(pictures, ids)]
        writer.scene("renders", number >= (1 - HELD_SHARE) * len(described), numbers, targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder that holds train/")
    parser.add_argument("--cache", required=True, help="folder with textures.npy and the renders r1, r2, …")
    parser.add_argument("--taught", help="folder of photos with masks by tools.model.teacher")
    parser.add_argument("--out", required=True)
    parser.add_argument("--limit", type=float, default=28.0, help="largest size in MB")
    args = parser.parse_args()
    cache = pathlib.Path(args.cache)
    writer = Writer(args.out)
    for name, (longest, quality, most) in SETS.items():
        folder = pathlib.Path(args.data, "train", name)
        if folder.is_dir():
            photos(writer, folder, longest, quality, most)
    if args.taught:
        photos(writer, pathlib.Path(args.taught), 416, 55, 200)
    for folder in sorted(cache.glob("r*/renders.json")):
        renders(writer, folder.parent)
    surfaces = np.load(cache / "textures.npy", mmap_mode="r")
    for number in np.sort(np.random.default_rng(3).permutation(len(surfaces))[:SURFACES]):
        writer.index["surfaces"].append(writer.image("surfaces", np.array(surfaces[number]), None, SURFACE_QUALITY))
    writer.close({name: value.half() for name, value in backbone_weights().items()})
    size = pathlib.Path(args.out).stat().st_size / 1e6
    for name, spent in writer.spent.items():
        scenes = [scene for scene in writer.index["scenes"] if scene["set"] == name]
        print(
            f"pack: {name}: {spent / 1e6:.2f} MB, {len(scenes)} scenes, "
            f"{sum(scene['held'] for scene in scenes)} of them held out, "
            f"{sum(len(scene['targets']) for scene in scenes)} targets",
            flush=True,
        )
    print(f"pack: {args.out}, {size:.1f} MB, {len(writer.index['images'])} pictures", flush=True)
    if size > args.limit:
        raise SystemExit(f"pack: larger than {args.limit} MB")


if __name__ == "__main__":
    main()
