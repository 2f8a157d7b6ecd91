"""The concrete floor as one picture in floor coordinates: stains, joints, tyre marks, painted lines."""
import cv2
import numpy as np

from .noise import grain, smooth_noise

PX_PER_M = 112


class FloorPainter:
    """Paints a floor of `size` metres centred on the origin; world x → right, world y → up."""

    def __init__(self, rng, size_m: tuple[float, float], colour, stain: float):
        self.rng, self.size_m = rng, size_m
        w, h = int(size_m[0] * PX_PER_M), int(size_m[1] * PX_PER_M)
        image = np.ones((h, w, 3), np.float32) * colour
        image *= 1 + stain * 0.55 * smooth_noise(rng, (h, w), 420, 5, 0.55)[..., None]
        dark = np.clip(smooth_noise(rng, (h, w), 190, 5) - 1.1, 0, 1.5)
        image *= 1 - 0.32 * stain / .1 * dark[..., None] * 0.5
        image += (grain(rng, (h, w), .018) + .012 * smooth_noise(rng, (h, w), 24, 3))[..., None]
        image *= np.array([1, 1, 1]) + 0.012 * smooth_noise(rng, (h, w), 300, 2)[..., None] * np.array([1, 0, -1])
        self.image = image

    def _px(self, x, y):
        h, w = self.image.shape[:2]
        return int(w / 2 + x * PX_PER_M), int(h / 2 - y * PX_PER_M)

    def joints(self, spacing=4.0):
        """Saw-cut joints every few metres."""
        sx, sy = self.size_m
        ox, oy = self.rng.uniform(0, spacing, 2)
        for x in np.arange(-sx / 2 + ox, sx / 2, spacing):
            cv2.line(self.image, self._px(x, -sy / 2), self._px(x, sy / 2), (.16, .16, .155), 2, cv2.LINE_AA)
        for y in np.arange(-sy / 2 + oy, sy / 2, spacing):
            cv2.line(self.image, self._px(-sx / 2, y), self._px(sx / 2, y), (.16, .16, .155), 2, cv2.LINE_AA)

    def tyre_marks(self, count: int):
        """Faint dark curves left by trucks."""
        layer = np.zeros(self.image.shape[:2], np.float32)
        for _ in range(count):
            x, y = self.rng.uniform(-.4, .4, 2) * np.array(self.size_m)
            heading, turn = self.rng.uniform(0, 2 * np.pi), self.rng.normal(0, .12)
            points = []
            for _ in range(int(self.rng.integers(15, 45))):
                points.append(self._px(x, y))
                x, y, heading = x + .15 * np.cos(heading), y + .15 * np.sin(heading), heading + turn * .3
            cv2.polylines(layer, [np.array(points, np.int32)], False, float(self.rng.uniform(.2, .6)),
                          int(self.rng.integers(7, 14)), cv2.LINE_AA)
        layer = cv2.GaussianBlur(layer, (0, 0), 2) * np.clip(.6 + .4 * smooth_noise(self.rng, layer.shape, 40, 3), 0, 1)
        self.image *= 1 - 0.4 * layer[..., None]

    def _paint(self, layer, colour):
        wear = np.clip(1.15 + .45 * smooth_noise(self.rng, layer.shape, 60, 5, .7), .25, 1)
        alpha = (cv2.GaussianBlur(layer, (0, 0), .8) * wear * .85)[..., None]
        self.image = self.image * (1 - alpha) + np.array(colour, np.float32) * alpha

    def lines(self, segments, colour, width_m=.1):
        """Painted straight lines [(x0, y0, x1, y1), …] with wear."""
        layer = np.zeros(self.image.shape[:2], np.float32)
        for x0, y0, x1, y1 in segments:
            cv2.line(layer, self._px(x0, y0), self._px(x1, y1), 1.0, int(width_m * PX_PER_M), cv2.LINE_AA)
        self._paint(layer, colour)

    def stripes(self, x0, y0, x1, y1, colour, pitch=.6):
        """A hatched rectangle (keep clear)."""
        layer = np.zeros(self.image.shape[:2], np.float32)
        for s in np.arange(x0 - (y1 - y0), x1, pitch):
            cv2.line(layer, self._px(s, y0), self._px(s + (y1 - y0), y1), 1.0, int(.1 * PX_PER_M), cv2.LINE_AA)
        mask = np.zeros_like(layer)
        cv2.rectangle(mask, self._px(x0, y1), self._px(x1, y0), 1.0, -1)
        self._paint(layer * mask, colour)

    def result(self) -> np.ndarray:
        """The finished picture, RGB 0…1."""
        return np.clip(self.image, 0, 1)
