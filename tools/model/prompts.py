"""Prompt maps at half the crop's side on tensors: [n, 5, s, s] = positive clicks, negative clicks, box, previous mask,
difference from the background. `Prompts` makes them for whole batches; masks are [n, s, s], 0..1."""

import math

import torch
import torch.nn.functional as F

SIGMA = 2.0


def spot(x, y, side: int):
    """Gaussians of SIGMA around (x, y) [n], in pixels of a map of `side`: [n, side, side]."""
    axis = torch.arange(side, dtype=torch.float32, device=x.device)
    return torch.exp(
        -((axis[None, :, None] - y[:, None, None]) ** 2 + (axis[None, None] - x[:, None, None]) ** 2) / (2 * SIGMA**2)
    )


def bounds(inside):
    """Bool maps [n,s,s] -> (x0, y0, x1, y1, any?) each [n]; x1, y1 lie one beyond."""
    side = inside.shape[-1]
    axis = torch.arange(side, device=inside.device, dtype=torch.float32)
    found = []
    for lines in (inside.any(1), inside.any(2)):
        low = torch.where(lines, axis, side).min(1).values
        high = torch.where(lines, axis + 1, 0).max(1).values
        found.append((low, high))
    return found[0][0], found[1][0], found[0][1], found[1][1], inside.flatten(1).any(1)


def depth(inside):
    """How far inside a map each pixel lies, about: the mean share of the map in squares of three sizes around it."""
    mask = inside.float()[:, None]
    small = F.avg_pool2d(mask, 4)
    wide = sum(F.avg_pool2d(small, size, 1, size // 2) for size in (3, 9))
    wide = F.interpolate(wide, size=mask.shape[2:], mode="bilinear", align_corners=False)
    return ((F.avg_pool2d(mask, 5, 1, 2) + wide) * mask)[:, 0]


class Prompts:
    """Random prompts; `draw` is a generator of the device."""

    def __init__(self, device, draw):
        self.device, self.draw = device, draw

    def uniform(self, *shape):
        return torch.rand(*shape, device=self.device, generator=self.draw)

    def normal(self, *shape):
        return torch.randn(*shape, device=self.device, generator=self.draw)

    def point(self, deep, central):
        """A point of each map of `depth`: the one deepest inside where `central` [n], else a random one off the edge.
        Returns (x, y) [n], pixels; (0, 0) where the map is empty."""
        side = deep.shape[-1]
        off = (deep >= 0.55 * deep.flatten(1).max(1).values[:, None, None]) & (deep > 0)
        luck = self.uniform(*deep.shape)
        score = torch.where(central[:, None, None], deep + 1e-3 * luck, off * (1 + luck))
        where = score.flatten(1).argmax(1)
        return (where % side).float(), (where // side).float()

    def noise(self, n: int, cells: int, side: int):
        """Smooth noise of deviation about 1 [n,side,side]."""
        coarse = self.normal(n, 1, cells, cells)
        return F.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=False)[:, 0]

    def worn(self, mask, strength):
        """Masks as a tracker or an unfinished selection would have them: shifted, scaled, turned, eaten or swollen,
        soft; `strength` [n]."""
        n, side = mask.shape[0], mask.shape[-1]
        x0, y0, x1, y1, _ = bounds(mask > 0.5)
        extent = torch.maximum(x1 - x0, y1 - y0).clamp(4, side) / side  # in map sides
        middle = torch.stack([x0 + x1, y0 + y1], 1).clamp(0, 2 * side) / side - 1
        turn = self.normal(n) * 0.12 * strength
        grow = (self.normal(n, 2) * 0.1 * strength[:, None]).exp()
        matrix = torch.stack([turn.cos() * grow[:, 0], -turn.sin(), turn.sin(), turn.cos() * grow[:, 1]], 1).view(
            n, 2, 2
        )
        shift = middle + self.normal(n, 2) * (0.16 * strength * extent)[:, None]
        offset = shift - (matrix @ middle[..., None])[..., 0]
        grid = F.affine_grid(torch.cat([matrix, offset[..., None]], 2), [n, 1, side, side], align_corners=False)
        out = F.grid_sample(mask[:, None], grid, align_corners=False)
        kind = self.uniform(n)[:, None, None, None]
        wide = torch.where((extent > 0.3)[:, None, None, None], F.avg_pool2d(out, 11, 1, 5), F.avg_pool2d(out, 5, 1, 2))
        swollen = ((wide - 0.1) * 8).clamp(0, 1)
        eaten = ((wide - 0.85) * 8).clamp(0, 1)
        holes = self.noise(n, 10, side)[:, None] > self.uniform(n)[:, None, None, None] * 0.9 - 1.4
        out = torch.where(
            kind < 0.25, swollen, torch.where(kind < 0.45, eaten, torch.where(kind < 0.6, out * holes, out))
        )
        soft = self.uniform(n)[:, None, None, None]
        blurred = F.avg_pool2d(F.avg_pool2d(out, 3, 1, 1), 3, 1, 1)
        return (out * (1 - soft) + blurred * soft)[:, 0]

    def drifted(self, mask):
        """Masks as a tracker that has gone wrong would have them: a part is missing, or a neighbour was taken in. What
        the object looks like can then only be known from the memory."""
        n, side = mask.shape[0], mask.shape[-1]
        x0, y0, x1, y1, _ = bounds(mask > 0.5)
        extent = torch.maximum(x1 - x0, y1 - y0).clamp(4, side)[:, None, None]
        axis = torch.arange(side, device=self.device, dtype=torch.float32)
        angle = self.uniform(n)[:, None, None] * 2 * math.pi
        x, y = axis[None, None] - ((x0 + x1) / 2)[:, None, None], axis[None, :, None] - ((y0 + y1) / 2)[:, None, None]
        along = x * angle.cos() + y * angle.sin()
        cut = (along > extent * (self.uniform(n)[:, None, None] * 0.45 - 0.1)) & (self.uniform(n)[:, None, None] < 0.65)
        out = mask * ~cut
        far, size = (
            extent * (0.3 + 0.5 * self.uniform(n)[:, None, None]),
            extent * (0.1 + 0.35 * self.uniform(n)[:, None, None]),
        )
        taken = ((x - angle.cos() * far) ** 2 + (y - angle.sin() * far) ** 2 < size * size) & (
            self.uniform(n)[:, None, None] < 0.5
        )
        return torch.maximum(out, taken.float())

    def difference(self, mask):
        """A plausible difference from the background: incomplete, noisy, with other things that changed."""
        n, side = mask.shape[0], mask.shape[-1]
        noise, u = self.noise(n, 20, side), self.uniform(4, n)[..., None, None]
        out = mask * (noise > u[0] * 2.8 - 2.5) * (0.3 + 0.7 * u[1])
        out = torch.maximum(out, (self.noise(n, 12, side) > 1.4 + 1.5 * u[2]) * (0.2 + 0.8 * u[3]))
        return F.avg_pool2d(out[:, None], 3, 1, 1)[:, 0]

    def pointing(self, target, x, y):
        """Maps [n,5,s,s] that point at the target: the click (x, y), several clicks, a box, or an earlier mask."""
        n, side = target.shape[0], target.shape[-1]
        maps = torch.zeros(n, 5, side, side, device=self.device)
        inside = target > 0.5
        x0, y0, x1, y1, there = bounds(inside)
        kind = torch.where(there, self.uniform(n), 0.0)
        clicked = (kind < 0.72) | (kind > 0.92)
        maps[:, 0] = spot(x, y, side) * clicked[:, None, None]
        several = (kind > 0.56) & (kind < 0.72)
        swollen = F.max_pool2d(F.max_pool2d(target[:, None], 4), 7, 1, 3)
        swollen = F.interpolate(swollen, size=(side, side), mode="nearest")[:, 0] > 0.5
        ring = swollen & ~(F.max_pool2d(target[:, None], 5, 1, 2)[:, 0] > 0.5)
        deep, ringed, random = depth(inside), ring.float(), torch.zeros(n, dtype=torch.bool, device=self.device)
        for _ in range(3):
            use = several & (self.uniform(n) < 0.5)
            more = spot(*self.point(deep, random), side) * use[:, None, None]
            maps[:, 0] = torch.maximum(maps[:, 0], more)
        for _ in range(2):
            use = several & (self.uniform(n) < 0.5) & ring.flatten(1).any(1)
            less = spot(*self.point(ringed, random), side) * use[:, None, None]
            maps[:, 1] = torch.maximum(maps[:, 1], less)
        boxed = (kind > 0.72) & (kind < 0.82)
        jitter = self.normal(4, n) * 0.06
        wide, high = x1 - x0, y1 - y0
        axis = torch.arange(side, device=self.device, dtype=torch.float32) + 0.5
        columns = (axis[None] > (x0 + jitter[0] * wide)[:, None]) & (axis[None] < (x1 + jitter[1] * wide)[:, None])
        rows = (axis[None] > (y0 + jitter[2] * high)[:, None]) & (axis[None] < (y1 + jitter[3] * high)[:, None])
        maps[:, 2] = (rows[:, :, None] & columns[:, None] & boxed[:, None, None]).float()
        earlier = (kind > 0.82)[:, None, None]
        maps[:, 3] = self.worn(target, 0.7 + 0.5 * self.uniform(n).round()) * earlier
        return maps
