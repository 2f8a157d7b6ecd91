"""Floors for liquids: surfaces in perspective, photos, rendered scenes; and what a wet floor reflects."""

import cv2
import numpy as np

from .scene_builder import FRAMES

SIDE = 384


def _square(rng, image):
    side = int(min(image.shape[:2]) * rng.uniform(0.6, 1))
    y, x = image.shape[0] - side - rng.integers(0, image.shape[0] - side + 1), 0
    x = rng.integers(0, image.shape[1] - side + 1)
    cut = np.ascontiguousarray(image[y : y + side, x : x + side])
    return cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR), (x, y, side)


class Floor:
    """`image` RGB [SIDE, SIDE, 3]; `flat`: how much the view foreshortens circles; `lowest`: where the floor begins,
    as a part of the height; `solid`: 0 where something stands before the floor, or None."""

    def __init__(self, rng, library):
        self.solid, self.lowest, draw = None, 0.0, rng.random()
        if draw < 0.2 and library.renders:
            self._rendered(rng, library)
        elif draw < 0.5:
            street = library.people and rng.random() < 0.7  # people stand on a floor, mostly
            pool = library.people if street else library.photos
            image, labels = pool[rng.integers(len(pool))]
            self.image, (x, y, side) = _square(rng, image)
            self.flat, self.lowest = rng.uniform(0.25, 0.8), rng.uniform(0.45, 0.8) if street else rng.uniform(0.3, 0.7)
            cut = (labels[y : y + side, x : x + side] == 0).astype(np.float32)
            self.solid = cv2.GaussianBlur(cv2.resize(cut, (SIDE, SIDE)), (0, 0), 0.8)
            if rng.random() < 0.5:  # nearer to the floor
                row = int(SIDE * rng.uniform(0, self.lowest))
                left = rng.integers(0, row + 1)
                near = (slice(row, SIDE), slice(left, left + SIDE - row))
                self.image = cv2.resize(np.ascontiguousarray(self.image[near]), (SIDE, SIDE))
                self.solid = cv2.resize(np.ascontiguousarray(self.solid[near]), (SIDE, SIDE))
                self.lowest = (self.lowest * SIDE - row) / (SIDE - row)
        else:
            self._surface(rng, library)
        if rng.random() < 0.5:  # daylight from somewhere
            light = cv2.resize(rng.uniform(0.5, 1.3, (3, 3)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            self.image = np.clip(self.image * light[..., None], 0, 255).astype(np.uint8)
        if rng.random() < 0.25:  # a shadow that isn't wet
            at, size = rng.uniform(0, SIDE, 2), rng.uniform(0.1, 0.4, 2) * SIDE
            shade = np.ones((SIDE, SIDE), np.float32)
            cv2.ellipse(shade, (int(at[0]), int(at[1])), (int(size[0]), int(size[1] * self.flat) + 1),
                        rng.uniform(-30, 30), 0, 360, rng.uniform(0.4, 0.8), -1)  # fmt: skip
            shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(2, 20))
            self.image = (self.image * shade[..., None]).astype(np.uint8)

    def _rendered(self, rng, library) -> None:
        frames, first, _ = library.renders[rng.integers(len(library.renders))]
        frame = np.array(frames[first + rng.integers(FRAMES)])
        self.image, (x, y, side) = _square(rng, frame[..., :3])
        if self.image.mean() < 60:
            self.image = cv2.convertScaleAbs(self.image, alpha=min(4.0, 85 / max(self.image.mean(), 8)))
        ids = cv2.resize(np.ascontiguousarray(frame[y : y + side, x : x + side, 3]), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
        self.solid = cv2.GaussianBlur((ids == 0).astype(np.float32), (0, 0), 0.8)  # the floor is the first geom
        rows = np.nonzero((ids == 0).mean(1) > 0.3)[0]
        self.flat, self.lowest = rng.uniform(0.3, 0.8), min(0.7, (rows[0] / SIDE) if len(rows) else 0.3)

    def _surface(self, rng, library) -> None:
        """A tiled surface under a camera that looks down at an angle: row y shows the floor at depth 1 / (y - horizon)."""
        tile = library.surfaces[rng.integers(len(library.surfaces))]
        if rng.random() < 0.25:  # plain concrete, vinyl, paint
            tone = rng.uniform(50, 220) * np.ones(3) * rng.uniform(0.85, 1.1, 3)
            speck = cv2.GaussianBlur(rng.normal(0, rng.uniform(2, 40), (256, 256)), (0, 0), rng.uniform(0.5, 6))
            tile = np.clip(tone + speck[..., None], 0, 255).astype(np.uint8)
        if rng.random() < 0.25:  # joints between tiles
            tile = np.array(tile)
            tile[: rng.integers(2, 6)] = tile[:, : rng.integers(2, 6)] = rng.integers(0, 255)
        elif rng.random() < 0.35:
            tile = cv2.addWeighted(np.ascontiguousarray(tile), rng.uniform(0.2, 0.7), np.full_like(tile, int(tile.mean())), 0.5, 0)
        above = np.exp(rng.uniform(np.log(0.15), np.log(6)))  # horizon over the picture, in heights
        rows = (np.arange(SIDE, dtype=np.float32) / SIDE + above)[:, None]
        repeat = np.exp(rng.uniform(np.log(0.6), np.log(6)))
        columns = (np.arange(SIDE, dtype=np.float32)[None] / SIDE - rng.uniform(0.2, 0.8)) / rows * (above + 0.5)
        depth = -((above + 0.5) ** 2) / rows * rng.uniform(0.7, 1.6) * np.ones_like(columns)
        turn = rng.uniform(0, 6.3) if rng.random() < 0.5 else 0
        u = (np.cos(turn) * columns - np.sin(turn) * depth) * 256 * repeat
        v = (np.sin(turn) * columns + np.cos(turn) * depth) * 256 * repeat
        near = cv2.GaussianBlur(np.ascontiguousarray(tile), (0, 0), max(0.3, 0.35 * repeat * 256 / SIDE))
        self.image = cv2.remap(near, np.mod(u, 256).astype(np.float32), np.mod(v, 256).astype(np.float32),
                               cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)  # fmt: skip
        self.flat = float(np.clip(above / (above + 0.6) * rng.uniform(0.8, 1.1), 0.15, 1))
        if rng.random() < 0.35 and above < 1.5:  # something stands behind the floor
            pool = library.photos if rng.random() < 0.7 else library.people
            wall, _ = _square(rng, pool[rng.integers(len(pool))][0])
            row = int(SIDE * rng.uniform(0.1, 0.4))
            self.image[:row] = wall[SIDE - row :]
            self.solid = np.ones((SIDE, SIDE), np.float32)
            self.solid[:row], self.lowest = 0, row / SIDE

    def mirror(self, rng, library):
        """What the liquid reflects, float32 [SIDE, SIDE, 3]: the picture itself upside down, another one, or lamps in the
        dark."""
        draw = rng.random()
        if draw < 0.5:
            line = int(SIDE * rng.uniform(max(0.1, self.lowest), 0.8))
            picture = np.zeros_like(self.image)
            flipped = self.image[:line][::-1]
            rows = min(len(flipped), SIDE - line)
            picture[line : line + rows] = flipped[:rows]
            picture[:line] = self.image[0].mean(0)
            picture[line + rows :] = flipped[rows - 1]
        else:
            pool = library.photos + library.people[:300]
            source = pool[rng.integers(len(pool))][0][::-1] if draw < 0.8 else library.surfaces[rng.integers(len(library.surfaces))]
            picture = cv2.resize(np.ascontiguousarray(source), (SIDE, SIDE))
        blur = np.exp(rng.uniform(np.log(0.8), np.log(12)))
        out = cv2.GaussianBlur(picture, (0, 0), blur, sigmaY=blur * rng.uniform(1, 2.5)).astype(np.float32)
        if rng.random() < 0.35:
            out = out * 0.5 + 255 * rng.uniform(0.1, 0.6)
        if rng.random() < 0.5:  # lamps, windows
            lamps = np.zeros((SIDE, SIDE), np.float32)
            for _ in range(rng.integers(1, 6)):
                at, size = rng.uniform(0, SIDE, 2), np.exp(rng.uniform(np.log(4), np.log(60), 2))
                if rng.random() < 0.5:
                    cv2.ellipse(lamps, (int(at[0]), int(at[1])), (int(size[0]), int(size[1])), 0, 0, 360, 1, -1)
                else:
                    cv2.rectangle(lamps, (at - size).astype(int).tolist(), (at + size).astype(int).tolist(), 1, -1)
            lamps = cv2.GaussianBlur(lamps, (0, 0), rng.uniform(0.7, 10))[..., None]
            out = out * (1 - lamps) + lamps * rng.uniform(200, 380)
        if rng.random() < 0.4:  # ripples
            waves = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE, 2)).astype(np.float32), (0, 0), rng.uniform(3, 10))
            waves *= rng.uniform(2, 12) / (np.abs(waves).max() + 1e-6)
            grid = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), -1).astype(np.float32) + waves
            out = cv2.remap(out, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return np.float32(out)
