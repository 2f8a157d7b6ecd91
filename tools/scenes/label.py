"""Labels in the project's incident format: times from the physics, regions and masks from the rendered ids."""
import json
from pathlib import Path

import cv2
import numpy as np

from .script import leaves_carrier, moving_interval, pixel_paths


def bounding(mask) -> list[int] | None:
    """[x, y, w, h] of the true pixels."""
    rows, columns = np.where(mask)
    if not len(rows):
        return None
    return [int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1]


def union(boxes) -> list[int] | None:
    """The smallest box around boxes."""
    boxes = [b for b in boxes if b]
    if not boxes:
        return None
    x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return [x0, y0, max(b[0] + b[2] for b in boxes) - x0, max(b[1] + b[3] for b in boxes) - y0]


def inner_point(mask) -> tuple[int, int]:
    """The point of a mask farthest from its edge."""
    distance = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(distance.argmax()), distance.shape)
    return int(x), int(y)


class Labeller:
    """Collects id maps while a clip is rendered and writes NAME.json and NAME.masks/."""

    def __init__(self, folder: Path, name: str, script, recording, model, renderer, lens, every=5):
        self.folder, self.name, self.script, self.recording = folder, name, script, recording
        self.every, self.fps = every, recording.fps
        self.boxes: dict[int, dict[int, list[int]]] = {}
        self.click = None
        self.masks = folder / f"{name}.masks"
        self.start, self.end = None, None
        if script.event_bodies:
            paths = pixel_paths(recording, model, script.event_bodies, lambda p: lens.forward(renderer.project(p)))
            self.start, self.end = moving_interval(paths, recording.times)
            if script.carrier:
                self.start = leaves_carrier(recording, model, script.event_bodies[0], script.carrier)
        if script.event_times:
            self.start, self.end = script.event_times
        if script.puddle is not None and script.kind == "spill":
            self.start = script.puddle.start_s if self.start is None else self.start
            self.end = script.puddle.end_s if self.end is None else max(self.end, script.puddle.end_s)
            self.end = min(self.end, script.duration_s)
        self.liquid_start = None
        wanted = self.start if self.start is not None else script.notes.get("click_s", script.duration_s * .5)
        shift = -.5 if script.event_bodies else (2.5 if script.puddle is not None else 0)
        self.click_frame = int(np.clip(round((wanted + shift) * self.fps), 0, recording.frames - 1))

    def add(self, frame: int, ids: np.ndarray):
        """One frame's id map (uint8, pixel = object id, 0 = background)."""
        present = {}
        for value in np.unique(ids):
            if value:
                present[int(value)] = bounding(ids == value)
        self.boxes[frame] = present
        if self.liquid_start is None and (ids == 100).sum() >= 12:
            self.liquid_start = frame / self.fps
        if frame % self.every == 0 and self.script.objects:
            self.masks.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(self.masks / f"{frame:05d}.png"), ids, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        if frame == self.click_frame and present:
            target = 1 if 1 in present else min(present)
            if self.script.kind == "toppled_stack":
                target = max(k for k in present if k < 100)
            x, y = inner_point(ids == target)
            self.click = {"frame": frame, "x": x, "y": y, "object_id": target, "area_px": int((ids == target).sum())}

    def _incident(self):
        script = self.script
        if script.kind == "none":
            return {"kind": "none", "start_s": None, "end_s": None, "region": None}
        first = max(0, int(self.start * self.fps) - 1)
        last = min(int(np.ceil(self.end * self.fps)), self.recording.frames - 1)
        during = [self.boxes[f] for f in range(first, last + 1)]
        solid = [k for k in script.objects if k < 100]
        out = {"kind": script.kind, "start_s": round(self.start, 2), "end_s": round(self.end, 2)}
        if script.kind == "spill":
            out["region"] = union([b.get(100) for b in self.boxes.values()])
            if solid:
                out["container_region"] = union([b.get(k) for b in during for k in solid])
        else:
            solid = [script.notes["falling_id"]] if "falling_id" in script.notes else solid
            out["region"] = union([b.get(k) for b in during for k in solid])
            origin = union([self.boxes[0].get(k) for k in solid])
            if origin:                   # carried objects may enter the picture later
                out["origin_region"] = origin
            out["final_region"] = union([self.boxes[self.recording.frames - 1].get(k) for k in solid])
        if script.left_place_s is not None:
            out["left_place_s"] = round(script.left_place_s, 2)
        return out

    def write(self, size, zones, more: dict):
        """Writes NAME.json."""
        label = {"name": self.name, "fps": self.fps, "size": list(size), "frames": self.recording.frames,
                 "duration_s": round(self.recording.frames / self.fps, 3), "incident": self._incident()}
        if self.liquid_start is not None and self.script.kind == "spill":
            label["liquid_start_s"] = round(self.liquid_start, 2)
            label["spill_area_m2"] = round(self.script.puddle.area(self.script.duration_s), 2)
        if self.script.objects:
            label["object_ids"] = {str(k): v for k, v in self.script.objects.items()}
            label["masks"] = {"every": self.every}
        if self.click:
            label["click"] = self.click
        if zones:
            label["zones"] = zones
        label.update(more)
        (self.folder / f"{self.name}.json").write_text(json.dumps(label, indent=1) + "\n")
        return label
