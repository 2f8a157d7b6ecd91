"""The reference host of `compact`: what runs around the four graphs, in plain numpy. The Swift side computes the same.

Coordinates are (x, y) in pixels of the picture, pixel centres at +0.5; a window is a square (centre, side) of it, which
is warped to the manifest's crop side for the image and half of it for prompts and masks. Outside the picture a crop is
grey 127.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

CLICK_SIDES = (1.0, 0.55, 0.3, 0.165)  # first windows, as parts of the picture's longer side
REFINE_FACTOR = 2.0  # window side over the longer side of the mask's bounding box
TRACK_FACTOR, FIRST_FACTOR = 1.8, 2.5  # the same while following; in the first steps, when the motion is not known yet
FIRST_STEPS = 2
SPEED_ALLOWANCE = 2.0  # the window grows by this many times the way per step
SMALLEST_SIDE = 24.0
SEEN, KEPT = 0.55, 0.75  # presence x root of quality: enough to report the object; to remember the frame
LEAST_QUALITY = 0.4  # below it an answer is never believed: better lost than drifting
FOUND_AGAIN = 0.65  # the same, to accept an object that had been lost
LARGEST_SEARCH = 2.4  # a lost object's window grows to at most this many times its usual side
SURE = 0.85  # predicted IoU that outweighs a jump of area
AREA_JUMP = 2.5  # larger change of area from one step to the next is not believed at once
MEMORY_GAP = 3  # steps between two remembered frames


@dataclass
class Window:
    centre: np.ndarray
    side: float

    def matrix(self, size: int) -> np.ndarray:
        """2 x 3 affine from the picture to a size x size crop (in the pixel-index convention of warpAffine)."""
        s = size / self.side
        # index -> centre convention: (i + 0.5 - (c - side / 2)) * s - 0.5
        offset = (0.5 - (self.centre - self.side / 2)) * s - 0.5
        return np.float32([[s, 0, offset[0]], [0, s, offset[1]]])


def window_within(centre, side, shape) -> Window:
    """A window moved so that it shows as much of the picture [h, w] as it can."""
    size = np.array([shape[1], shape[0]], np.float64)
    side = float(max(SMALLEST_SIDE, min(side, 1.1 * size.max())))
    low, high = side / 2, np.maximum(size - side / 2, side / 2)
    return Window(np.where(side >= size, size / 2, np.clip(centre, low, high)), side)


def crop_image(image, window: Window, size: int):
    """f32 [1,3,size,size], RGB 0..255. Shrinking more than 1.4 times blurs first (sigma 0.45 / scale)."""
    scale = size / window.side
    source = cv2.GaussianBlur(image, (0, 0), 0.45 / scale) if scale < 0.7 else image
    view = cv2.warpAffine(
        source, window.matrix(size), (size, size), flags=cv2.INTER_LINEAR, borderValue=(127, 127, 127)
    )
    return np.ascontiguousarray(view.transpose(2, 0, 1)[None], dtype=np.float32)


def crop_map(mask, window: Window, size: int):
    """f32 [size,size] of a picture-sized map 0..1."""
    return cv2.warpAffine(mask.astype(np.float32), window.matrix(size), (size, size), flags=cv2.INTER_LINEAR)


def paste(logits, window: Window, shape):
    """Logits [s,s] of a window -> bool mask of the whole picture [h, w]."""
    matrix = window.matrix(len(logits))
    full = cv2.warpAffine(
        logits,
        matrix,
        (shape[1], shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=-10.0,
    )
    return full > 0


def prompt_maps(window: Window, size: int, positive=(), negative=(), box=None, previous=None, difference=None):
    """f32 [1,5,size,size]. Clicks are (x, y); box (x0, y0, x1, y1); previous, difference picture-sized maps 0..1."""
    maps = np.zeros((1, 5, size, size), np.float32)
    yy, xx = np.mgrid[0:size, 0:size].astype(np.float32)
    scale = size / window.side
    origin = window.centre - window.side / 2
    for channel, clicks in ((0, positive), (1, negative)):
        for click in clicks:
            x, y = (np.asarray(click, np.float64) - origin) * scale - 0.5
            np.maximum(maps[0, channel], np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / 8), out=maps[0, channel])
    if box is not None:
        x0, y0, x1, y1 = [int(round(v)) for v in ((np.asarray(box, np.float64).reshape(2, 2) - origin) * scale).ravel()]
        maps[0, 2, max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = 1
    if previous is not None:
        maps[0, 3] = crop_map(previous, window, size)
    if difference is not None:
        maps[0, 4] = crop_map(difference, window, size)
    return maps


def bounds(mask):
    """(centre, longer side) of a bool mask's bounding box, or None when it is empty."""
    columns, rows = np.nonzero(mask.any(0))[0], np.nonzero(mask.any(1))[0]
    if len(columns) == 0:
        return None
    centre = np.array([columns[0] + columns[-1] + 1, rows[0] + rows[-1] + 1]) / 2
    return centre, float(max(columns[-1] - columns[0], rows[-1] - rows[0]) + 1)


@dataclass
class Candidate:
    mask: np.ndarray  # bool, picture-sized
    quality: float  # predicted IoU 0..1
    window: Window
    present: float = 1.0


def overlap(a, b) -> float:
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else 0.0


class Selector:
    """Clicks, a box or a mask on a still picture -> candidates, best first."""

    def __init__(self, graphs):
        self.graphs = graphs

    def decode(self, image, window, maps, memory=None):
        """(three Candidates, features) of one window."""
        features = self.graphs.encode(crop_image(image, window, self.graphs.crop))
        return self.decode_features(features, image.shape[:2], window, maps, memory), features

    def decode_features(self, features, shape, window, maps, memory=None):
        feat16, has = features["feat16"], np.zeros((1, 1), np.float32)
        if memory is not None:
            feat16, has = self.graphs.read(feat16, *memory), np.ones((1, 1), np.float32)
        masks, quality, present = self.graphs.decode(features, feat16, has, maps)
        return [
            Candidate(paste(masks[0, i], window, shape), float(quality[0, i]), window, float(present[0, 0]))
            for i in range(3)
        ]

    def start(self, image, positive=(), negative=(), box=None, previous=None, difference=None):
        """Up to three candidates. Without box or mask, several window sizes around the first click compete by predicted
        IoU."""
        shape = image.shape[:2]
        if previous is not None or box is not None:
            if previous is not None and bounds(previous > 0.5) is not None:
                centre, extent = bounds(previous > 0.5)
            else:
                corners = np.asarray(box, np.float64).reshape(2, 2)
                centre, extent = corners.mean(0), float((corners[1] - corners[0]).max())
            windows = [window_within(centre, extent * REFINE_FACTOR, shape)]
        else:
            spread = np.ptp(np.asarray(positive, np.float64), axis=0).max() * 1.3 if len(positive) > 1 else 0
            centre = np.mean(np.asarray(positive, np.float64), 0)
            windows = [window_within(centre, max(spread, part * max(shape)), shape) for part in CLICK_SIDES]
        found = []
        for window in windows:
            maps = prompt_maps(window, self.graphs.map, positive, negative, box, previous, difference)
            found += self.decode(image, window, maps)[0]
        found.sort(key=lambda candidate: -candidate.quality)
        chosen: list[Candidate] = []
        for candidate in found:
            if candidate.mask.any() and all(overlap(candidate.mask, other.mask) < 0.8 for other in chosen):
                chosen.append(candidate)
            if len(chosen) == 3:
                break
        if chosen:
            chosen[0] = self.refine(image, chosen[0], positive, negative, box, difference)
        return chosen

    def refine(self, image, candidate, positive=(), negative=(), box=None, difference=None):
        """Looks again in a window of twice the mask, with the mask as previous mask. Keeps the first when the second is
        worse."""
        centre, extent = bounds(candidate.mask)
        window = window_within(centre, extent * REFINE_FACTOR, image.shape[:2])
        maps = prompt_maps(window, self.graphs.map, positive, negative, box, candidate.mask.astype(np.float32), difference)
        again, _ = self.decode(image, window, maps)
        best = max(again, key=lambda other: other.quality)
        good = best.mask.any() and overlap(best.mask, candidate.mask) > 0.5 and best.quality > candidate.quality - 0.1
        return best if good else candidate


@dataclass
class Step:
    """One frame's answer; `mask` is empty when the object is lost."""

    mask: np.ndarray
    quality: float
    present: bool


@dataclass
class Tracker:
    """Follows one object with a bounded memory: the prompted frame and the most recent frames that were sure (the manifest's
    slots in all)."""

    graphs: object
    image: np.ndarray
    mask: np.ndarray
    prompted: list = field(default_factory=list)
    recent: list = field(default_factory=list)

    def __post_init__(self):
        self.selector = Selector(self.graphs)
        self.shape = self.image.shape[:2]
        self.velocity, self.coasted = np.zeros(2), np.zeros(2)
        self.lost, self.since, self.suspect, self.steady = 0, 0, 0, 0
        self.area = float(self.mask.sum())
        self.centre, self.extent = bounds(self.mask) or (np.array(self.shape[::-1]) / 2.0, float(max(self.shape)))
        window = window_within(self.centre, self.extent * TRACK_FACTOR, self.shape)
        self.prompted.append(self.remember(self.graphs.encode(crop_image(self.image, window, self.graphs.crop)), window, self.mask))

    def remember(self, features, window, mask):
        size = self.graphs.map
        small = cv2.resize(crop_map(mask, window, size), (size // 2, size // 2), interpolation=cv2.INTER_AREA)
        return self.graphs.remember(features["feat16"], small[None, None])

    def bank(self):
        """(memory [1, slots * tokens, M], valid [1, slots * tokens])"""
        slots, tokens = self.graphs.slots, self.graphs.tokens
        entries = (self.prompted + self.recent)[:slots]
        width = entries[0].shape[2]
        memory, valid = np.zeros((1, slots * tokens, width), np.float32), np.zeros((1, slots * tokens), np.float32)
        for slot, entry in enumerate(entries):
            memory[:, slot * tokens : (slot + 1) * tokens] = entry
            valid[:, slot * tokens : (slot + 1) * tokens] = 1
        return memory, valid

    def step(self, image, difference=None) -> Step:
        """Follows the object into the next frame. While it is lost, a growing window around the place where it should
        be and one window of a scan over the whole picture are looked at; only the memory can recognise it there."""
        if self.lost:
            self.coasted = self.coasted + self.velocity * 0.8**self.lost
            side = self.extent * FIRST_FACTOR * min(1.4**self.lost, LARGEST_SEARCH)
            windows = [window_within(self.coasted, side, self.shape), self.scan_window()]
            maps = [prompt_maps(window, self.graphs.map, difference=difference) for window in windows]
        else:
            expected = self.centre + self.velocity
            shift = np.float32([[1, 0, expected[0] - self.centre[0]], [0, 1, expected[1] - self.centre[1]]])
            previous = cv2.warpAffine(self.mask.astype(np.float32), shift, self.shape[::-1], flags=cv2.INTER_LINEAR)
            factor = FIRST_FACTOR if self.steady < FIRST_STEPS else TRACK_FACTOR
            side = self.extent * factor + SPEED_ALLOWANCE * float(np.hypot(*self.velocity))
            windows = [window_within(expected, side, self.shape)]
            maps = [prompt_maps(windows[0], self.graphs.map, previous=previous, difference=difference)]
        looks = [self.selector.decode(image, window, map_, self.bank()) for window, map_ in zip(windows, maps)]
        looks = [(max(found, key=lambda candidate: candidate.quality), features) for found, features in looks]
        best, features = max(looks, key=lambda look: look[0].present * look[0].quality ** 0.5)
        if not self.believed(best):
            if self.lost == 0:
                self.coasted = self.centre + self.velocity
            self.lost += 1
            self.steady = 0
            return Step(np.zeros(self.shape, bool), best.quality, False)
        centre, extent = bounds(best.mask)
        self.velocity = np.zeros(2) if self.lost else 0.5 * self.velocity + 0.5 * (centre - self.centre)
        self.centre, self.extent, self.mask, self.area = centre, extent, best.mask, float(best.mask.sum())
        self.lost, self.suspect = 0, 0
        self.steady += 1
        self.since += 1
        if best.present * best.quality**0.5 > KEPT and self.since >= MEMORY_GAP:
            entry = self.remember(features, best.window, best.mask)
            self.recent = [entry] + self.recent[: self.graphs.slots - len(self.prompted) - 1]
            self.since = 0
        return Step(best.mask, best.quality, True)

    def believed(self, best: Candidate) -> bool:
        """Whether the candidate is the object: sure enough (surer when it had been lost), and no sudden jump of its
        area, unless the jump is seen three times running or the network is very sure."""
        score, area = best.present * best.quality**0.5, float(best.mask.sum())
        if score < (FOUND_AGAIN if self.lost else SEEN) or best.quality < LEAST_QUALITY or area < 4:
            return False
        jump = area > self.area * AREA_JUMP or area < self.area / AREA_JUMP
        if jump and best.quality < SURE and self.suspect < 2:
            self.suspect += 1
            return False
        return True

    def scan_window(self) -> Window:
        """The next of a row of overlapping windows that cover the picture one after another."""
        side = max(SMALLEST_SIDE, min(self.extent * 4, 1.1 * max(self.shape)))
        columns, rows = (max(1, int(np.ceil(length / (side * 0.6)))) for length in self.shape[::-1])
        cell = (self.lost * 7) % (columns * rows) if (columns * rows) % 7 else self.lost % (columns * rows)
        place = np.array([(cell % columns + 0.5) / columns, (cell // columns + 0.5) / rows]) * self.shape[::-1]
        return window_within(place, side, self.shape)
