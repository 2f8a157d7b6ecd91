"""A pack in memory: its tables (for planning scenes) and all its pixels as one buffer on the device (for drawing)."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import torch

LEVELS = 4  # each half the size of the one before: shrinking reads a lower one
# Rows of `Tables.members` before those of the targets.
NOTHING, THINGS, GROUND = 0, 1, 2
# How often a scene of each set is drawn; within a set all targets are alike.
SHARES = {
    "boxes": 0.3, "coco": 0.04, "coco_multi": 0.22, "coco_person": 0.06, "ccp": 0.1, "books": 0.06, "patches": 0.06,
    "granules": 0.04, "facades": 0.02, "boards": 0.01, "screws": 0.03, "bolts": 0.01, "microcontrollers": 0.03,
    "plants": 0.02, "mushrooms": 0.03, "taught": 0.04,
}  # fmt: skip


class Tables:
    """What scenes are planned from; numpy only, so that loading processes can hold it.

    Targets are numbered as rows of `members` [targets, 256], which says what pixel values belong to a target. `frames`
    [targets, 8] are its pictures over time (a photo's are all the same), `boxes` [targets, 8, 4] and `areas`
    [targets, 8] its places in them (area 0: out of sight)."""

    def __init__(self, path: str, held_out: bool = False):
        with zipfile.ZipFile(path) as pack:
            index = json.loads(pack.read("index.json"))
        self.sizes = np.array([size[:2] for size in index["images"]], np.float64)
        self.surfaces = np.array(index["surfaces"])
        members, frames, boxes, areas, kinds, whole, weight = [], [], [], [], [], [], []
        for value in (NOTHING, THINGS, GROUND):
            row = np.zeros(256, np.uint8)
            row[1:] = value == THINGS
            row[0] = value == GROUND
            members.append(row)
            frames.append(np.zeros(8, int))
            boxes.append(np.zeros((8, 4)))
            areas.append(np.zeros(8))
            kinds.append("")
            whole.append(False)
            weight.append(0.0)
        for scene in index["scenes"]:
            own = [i % len(scene["frames"]) for i in range(8)]
            for target in scene["targets"]:
                row = np.zeros(256, np.uint8)
                row[target["ids"]] = 1
                members.append(row)
                frames.append(np.array(scene["frames"])[own])
                boxes.append(np.array([target["boxes"][i] or (0, 0, 0, 0) for i in own], np.float64))
                areas.append(np.array(target["areas"], np.float64)[own])
                kinds.append(scene["set"])
                extent = max(boxes[-1][0, 2:] - boxes[-1][0, :2])
                whole.append(target["whole"] and scene["set"] != "renders" and extent >= 24)
                usable = scene["held"] == held_out
                favour = 4.0 if target.get("jointed") else 0.7 if target.get("group") else 1.0
                weight.append(usable * favour * (areas[-1][0] ** 0.25 if len(scene["frames"]) > 1 else 1.0))
        self.members, self.frames, self.boxes = np.stack(members), np.stack(frames), np.stack(boxes)
        self.areas, kinds, weight = np.stack(areas), np.array(kinds), np.array(weight)
        self.renders = self._pool(weight * (kinds == "renders"))
        self.sets = {name: self._pool(weight * (kinds == name)) for name in SHARES}
        self.sets = {name: pool for name, pool in self.sets.items() if len(pool[0])}
        shares = np.array([SHARES[name] for name in self.sets])
        self.shares = shares / shares.sum()
        each = {name: SHARES[name] ** 0.7 / len(pool[0]) for name, pool in self.sets.items()}
        self.cutouts = self._pool(weight * np.array(whole) * np.array([each.get(kind, 0) for kind in kinds]))
        self.photos = np.unique(self.frames[(weight > 0) & (kinds != "renders")])
        self.people = np.unique(self.frames[(weight > 0) & np.isin(kinds, ("ccp", "coco_person"))])
        self.rendered = np.unique(self.frames[(weight > 0) & (kinds == "renders")])

    @staticmethod
    def _pool(weight):
        rows = np.nonzero(weight)[0]
        return rows, np.cumsum(weight[rows]) / max(weight[rows].sum(), 1e-9)

    @staticmethod
    def draw(rng, pool) -> int:
        """A row of a pool, by its weight."""
        rows, chance = pool
        return int(rows[min(np.searchsorted(chance, rng.random()), len(rows) - 1)])


class Atlas:
    """All pictures of a pack on the device, with what `Tables` says of them."""

    def __init__(self, path: str, device, threads: int = 2):
        with zipfile.ZipFile(path) as pack:
            names = set(pack.namelist())
            index = json.loads(pack.read("index.json"))
            files = {name: pack.read(name) for name in names if not name.endswith("json")}
        self.backbone = torch.load(io.BytesIO(files["backbone.pt"]), map_location="cpu", weights_only=True)
        tables = Tables(path)
        sizes = tables.sizes.astype(int)
        levels = np.stack([np.maximum(1, (sizes + 2**level - 1) >> level) for level in range(LEVELS)], 1)
        pixels = levels.prod(2)
        starts = np.concatenate([[0], np.cumsum(pixels.ravel())])
        store = np.zeros((starts[-1], 4), np.uint8)

        def decode(number: int) -> None:
            rgb = cv2.imdecode(np.frombuffer(files[f"{number:05d}.webp"], np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
            ids = np.zeros(rgb.shape[:2], np.uint8)
            if index["images"][number][2]:
                ids = cv2.imdecode(np.frombuffer(files[f"{number:05d}.ids.webp"], np.uint8), cv2.IMREAD_COLOR)[..., 0]
            for level in range(LEVELS):
                wide, high = levels[number, level]
                if level:
                    rgb = cv2.resize(rgb, (int(wide), int(high)), interpolation=cv2.INTER_AREA)
                    ids = cv2.resize(ids, (int(wide), int(high)), interpolation=cv2.INTER_NEAREST)
                first = starts[number * LEVELS + level]
                store[first : first + wide * high] = np.dstack([rgb, ids]).reshape(-1, 4)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(decode, range(len(sizes))))
        self.device = torch.device(device)
        self.pixels = torch.from_numpy(store).view(torch.int32).flatten().to(device)
        self.starts = torch.from_numpy(starts[:-1].reshape(-1, LEVELS)).to(device)
        self.levels = torch.from_numpy(levels).to(device)
        self.members = torch.from_numpy(tables.members).to(device).float()

    def read(self, image, row, xy, scale, mirror: bool = True):
        """Pixels of pictures: image, row [n], xy [n,h,w,2] in pixels of the picture (centres at +0.5), scale [n] its
        pixels per pixel drawn -> (RGB [n,h,w,3] 0..255, share [n,h,w] of the row's members, 0 outside of the picture).
        Bilinear; beyond the edge the picture goes on as in a mirror, or by its last pixels."""
        level = (scale.clamp_min(1).log2() + 0.4).floor().long().clamp(0, LEVELS - 1)
        start = self.starts[image, level][:, None, None]
        size = self.levels[image, level]
        edge = size[:, None, None].float()
        at = xy * torch.exp2(-level.float())[:, None, None, None]
        within = ((at >= 0) & (at <= edge)).all(-1)
        if mirror:
            at = edge - (at.remainder(2 * edge) - edge).abs()
        at = torch.minimum((at - 0.5).clamp_min_(0), edge - 1)
        low = at.floor()
        across, down = (at - low)[..., None].unbind(-2)
        low = low.long()
        last = size[:, None, None] - 1
        wide = size[:, 0, None, None]
        left, right = low[..., 0], torch.minimum(low[..., 0] + 1, last[..., 0])
        upper = low[..., 1] * wide + start
        lower = torch.minimum(low[..., 1] + 1, last[..., 1]) * wide + start
        member, table = (row * 256)[:, None, None], self.members.view(-1)

        def corner(place):
            value = self.pixels[place]
            parts = value.view(torch.uint8).view(*value.shape, 4)
            out = parts.float()
            out[..., 3] = table[member + parts[..., 3]]
            return out

        first = torch.lerp(corner(upper + left), corner(upper + right), across)
        second = torch.lerp(corner(lower + left), corner(lower + right), across)
        total = torch.lerp(first, second, down)
        return total[..., :3], total[..., 3] * within
