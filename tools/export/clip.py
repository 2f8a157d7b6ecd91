"""A clip of made-up things: a disc and a box that cross a textured floor, and a pillar that hides them for a while."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from . import graphs

WIDTH, HEIGHT = 96, 72


@dataclass
class Thing:
    round: bool
    colour: tuple
    size: float
    start: tuple
    speed: tuple

    def mask(self, time: float):
        x, y = np.arange(WIDTH)[None], np.arange(HEIGHT)[:, None]
        dx, dy = x - self.start[0] - self.speed[0] * time, y - self.start[1] - self.speed[1] * time
        return dx**2 + dy**2 <= self.size**2 if self.round else (abs(dx) <= self.size) & (abs(dy) <= 0.7 * self.size)


class Scene:
    """Things that move over a floor; `frame` is what a camera sees, `visible` what of a thing."""

    def __init__(self, seed: int, things: list, pillar: tuple):
        rng = np.random.default_rng(seed)
        self.things, self.pillar = things, pillar
        base, slope = rng.uniform(60, 160, 3), rng.uniform(-0.4, 0.4, (2, 3))
        x, y = np.arange(WIDTH)[None, :, None], np.arange(HEIGHT)[:, None, None]
        self.floor = base + slope[0] * x + slope[1] * y + rng.normal(0, 5, (HEIGHT, WIDTH, 3))

    def frame(self, time: float):
        image = self.floor.copy()
        for thing in self.things:
            image[thing.mask(time)] = thing.colour
        image[:, slice(*self.pillar)] = (40, 45, 40)
        return image.clip(0, 255).astype(np.uint8)

    def visible(self, index: int, time: float):
        mask = self.things[index].mask(time)
        for later in self.things[index + 1 :]:
            mask &= ~later.mask(time)
        mask[:, slice(*self.pillar)] = False
        return mask


def parity_scene() -> Scene:
    """30 frames: the disc goes behind the pillar and comes out again; the box comes the other way."""
    disc = Thing(round=True, colour=(230, 130, 40), size=9, start=(16, 24), speed=(2.3, 0.2))
    box = Thing(round=False, colour=(50, 90, 210), size=12, start=(82, 54), speed=(-1.6, -0.3))
    return Scene(7, [box, disc], (42, 72))


def prepared(frame, side: int):
    """A frame as the network takes it: bilinear with anti-aliasing. (The reference's loader of JPEG folders takes
    Pillow's default, which is bicubic; its image predictor and its training take bilinear.)"""
    pixels = np.array(Image.fromarray(frame).resize((side, side), Image.Resampling.BILINEAR)) / 255.0
    mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in (graphs.MEAN, graphs.DEVIATION))
    return (torch.from_numpy(pixels).float().permute(2, 0, 1) - mean) / deviation
