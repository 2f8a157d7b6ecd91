"""Overlap measures: IoU, bootstrap interval, and J and F as davis2017-evaluation computes them."""

import cv2
import numpy as np


def iou(guess, truth) -> float:
    """Intersection over union of two bool masks; 1 when both are empty."""
    union = np.logical_or(guess, truth).sum()
    return float(np.logical_and(guess, truth).sum() / union) if union else 1.0


def bootstrap(values, rounds: int = 2000, seed: int = 0):
    """(low, high): the 95 % interval of the mean."""
    values = np.asarray(values, np.float64)
    picks = np.random.default_rng(seed).integers(len(values), size=(rounds, len(values)))
    return tuple(np.percentile(values[picks].mean(1), [2.5, 97.5]))


def boundary(mask):
    """The mask's inner boundary as davis2017-evaluation draws it: pixels that differ from the next right, lower or
    diagonal one."""
    mask = mask.astype(bool)
    east, south, corner = np.zeros_like(mask), np.zeros_like(mask), np.zeros_like(mask)
    east[:, :-1], south[:-1], corner[:-1, :-1] = mask[:, 1:], mask[1:], mask[1:, 1:]
    edge = mask ^ east | mask ^ south | mask ^ corner
    edge[-1], edge[:, -1] = mask[-1] ^ east[-1], mask[:, -1] ^ south[:, -1]
    edge[-1, -1] = False
    return edge


def contour_score(guess, truth, tolerance: float = 0.008) -> float:
    """F: the harmonic mean of the boundaries' precision and recall within `tolerance` of the diagonal."""
    radius = int(np.ceil(tolerance * np.hypot(*guess.shape)))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disk = (x * x + y * y <= radius * radius).astype(np.uint8)
    mine, real = boundary(guess), boundary(truth)
    near_real, near_mine = cv2.dilate(real.astype(np.uint8), disk) > 0, cv2.dilate(mine.astype(np.uint8), disk) > 0
    if not mine.any() or not real.any():
        return float(mine.any() == real.any())
    precision, recall = (mine & near_real).sum() / mine.sum(), (real & near_mine).sum() / real.sum()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def deepest_point(mask):
    """(x, y) of the pixel centre farthest from the mask's edge; the picture's border counts as edge."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return x + 0.5, y + 0.5
