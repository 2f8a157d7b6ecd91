"""Pictures that move like bodies: parts of one object turn about joints, and the object stays one.

A joint is a point inside the object and a direction; what lies beyond the point in that direction turns about it, with
a soft transition. Several of them together look like limbs, necks, hinges, bags that sag. The displacement is worked
out backwards (from the place in the new picture to the place in the old one) on a coarse grid.
"""

import cv2
import numpy as np

GRID, MARGIN = 40, 0.2


class Limbs:
    """The joints of one cut-out and how they move from view to view; at view 0 nothing has moved."""

    def __init__(self, rng, rgba):
        self.shape = rgba.shape[:2]
        inside = np.argwhere(rgba[..., 3] > 127)[:, ::-1].astype(np.float32)
        middle, extent = inside.mean(0), max(self.shape)
        self.joints = []
        for _ in range(rng.integers(1, 6)):
            pivot = inside[rng.integers(len(inside))]
            outwards = pivot - middle + rng.normal(0, 0.08, 2) * extent
            angle = np.arctan2(outwards[1], outwards[0]) + rng.normal(0, 0.4)
            self.joints.append(
                {
                    "pivot": pivot,
                    "along": np.array([np.cos(angle), np.sin(angle)]),
                    # Beside a leg there is another one, which may stand still.
                    "side": rng.choice([-1, 1]) if rng.random() < 0.5 else 0,
                    "soft": extent * rng.uniform(0.015, 0.06),
                    "swing": np.deg2rad(rng.normal(0, 28)),
                    "phase": rng.uniform(0, 2 * np.pi),
                    "pace": rng.uniform(0.2, 1.3),
                }
            )

    def places(self, index: int):
        """Where each pixel of view `index` comes from: float32 [h, w, 2], for a picture with a margin of MARGIN on each side."""
        height, width = self.shape
        margin = MARGIN * max(self.shape)
        x = np.linspace(-margin, width + margin, GRID, dtype=np.float32)
        y = np.linspace(-margin, height + margin, GRID, dtype=np.float32)
        at = np.stack(np.meshgrid(x, y), -1)
        for joint in self.joints:
            turn = joint["swing"] * (np.sin(joint["phase"] + joint["pace"] * index) - np.sin(joint["phase"]))
            gap = at - joint["pivot"]
            share = _step(gap @ joint["along"], joint["soft"])
            if joint["side"]:
                share = share * _step(joint["side"] * (gap @ np.array([-joint["along"][1], joint["along"][0]])), joint["soft"])
            cosine, sine = np.cos(turn * share), np.sin(turn * share)
            turned = np.stack([gap[..., 0] * cosine + gap[..., 1] * sine, gap[..., 1] * cosine - gap[..., 0] * sine], -1)
            at = (joint["pivot"] + turned).astype(np.float32)
        size = (int(width + 2 * margin), int(height + 2 * margin))
        return cv2.resize(at, size, interpolation=cv2.INTER_LINEAR)

    def moved(self, rgba, index: int):
        """The cut-out at view `index`, RGBA, larger by the margin."""
        return cv2.remap(rgba, self.places(index), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def _step(distance, soft: float):
    """0 on one side, 1 on the other, smooth between."""
    return 1 / (1 + np.exp(-np.clip(distance / soft, -30, 30)))
