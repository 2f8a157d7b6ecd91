"""Batches of training crops, made on the device: scenes are planned (`plan`), found, cropped as the host would crop
them (`draw`), spoilt as by cameras (`faults`) and given prompts (`prompts`)."""

import numpy as np
import torch
import torch.nn.functional as F

from .draw import OUTSIDE, Scenes, compose
from .faults import Faults
from .host import CLICK_SIDES
from .prompts import Prompts, bounds, depth, spot

FINDER, FINDER_SIDE = 64, 1.3  # cells of the coarse look at the target, and its window in lengths of the target's box


class Sampler:
    """`batch(plan)` gives a dict of tensors, the first view of every scene first, then the second of every scene, …:
    image [v*n,3,s,s] 0..255, target [v*n,s/2,s/2], outside [v*n] (the object's part that the crop leaves out, in crop
    areas), present [v*n], prompts [v*n,5,s/2,s/2] (in later views the previous mask of a tracker that works more or
    less), way [v*n,3] (where the previous view's crop lies in this one's: scale, and offset in crop sides, with a
    tracker's guess of the motion), memory_mask [n,s/2,s/2], has_memory [v*n], what [n] (the kind of scene)."""

    def __init__(self, atlas, side: int = 256, seed: int = 1):
        self.atlas, self.side, self.device = atlas, side, atlas.device
        self.draw = torch.Generator(self.device)
        self.draw.manual_seed(seed)
        self.choose = np.random.default_rng(seed)
        self.click_sides = torch.tensor(CLICK_SIDES, device=self.device)
        self.strengths = torch.tensor([0.4, 0.8, 1.6], device=self.device)
        self.faults, self.prompts = Faults(self.device), Prompts(self.device, self.draw)

    @torch.no_grad()
    def batch(self, plan: dict, spoilt: bool = True) -> dict:
        scenes = Scenes(plan, self.device)
        n, views = scenes.count, scenes.views
        seen = self._find(scenes)
        centre, side, click, guess = self._windows(scenes, seen)
        image, mask, inside = compose(self.atlas, scenes, centre.flatten(0, 1), side.flatten(), self.side)
        target = F.avg_pool2d(mask[:, None], 2)[:, 0]
        image = image.permute(0, 3, 1, 2).contiguous()
        if spoilt:
            same = self.choose.random(n) < (0.0 if views == 2 else 0.7)
            cameras = np.where(same, np.arange(n), np.arange(n) + n * (1 + np.arange(views)[:, None])).ravel()
            image = self.faults(image, np.unique(cameras, return_inverse=True)[1], self.draw, self.choose)
            image = torch.where(inside[:, None], image, OUTSIDE)
        outside = (seen["area"].flatten() / side.flatten() ** 2 - target.mean((1, 2))).clamp_min(0)
        maps, memory_mask, has_memory = self._ask(scenes, target, centre[0], side[0], click, seen, side)
        before = guess - seen["centre"].roll(1, 0)  # the tracker's guess of the motion
        way = torch.cat(
            [(side / side.roll(1, 0))[..., None], (centre - before - centre.roll(1, 0)) / side.roll(1, 0)[..., None]], 2
        )
        way[0] = 0
        return {
            "image": image,
            "target": target,
            "outside": outside,
            "present": (target.mean((1, 2)) > 0.0015).float(),
            "prompts": maps,
            "way": way.flatten(0, 1),
            "memory_mask": memory_mask,
            "has_memory": has_memory,
            "what": torch.from_numpy(plan["what"]),
        }

    def _find(self, scenes: Scenes) -> dict:
        """Where the target is really seen in every view: centre [v,n,2], extent [v,n], area [v,n] (scene pixels), and a
        click on it in the first view [n,2]."""
        n, views = scenes.count, scenes.views
        middle, side = scenes.there["middle"], scenes.there["reach"] * FINDER_SIDE
        _, mask, _ = compose(self.atlas, scenes, middle, side, FINDER, colour=False)
        inside = mask > 0.5
        x0, y0, x1, y1, _ = (value.view(views, n) for value in bounds(inside))
        cell, middle = (side / FINDER).view(views, n), middle.view(views, n, 2)
        corner = middle - side.view(views, n, 1) / 2
        area = mask.sum((1, 2)).view(views, n) * cell**2
        there = inside.flatten(1).sum(1).view(views, n) > 8
        centre = corner + torch.stack([x0 + x1, y0 + y1], 2) / 2 * cell[..., None]
        extent = torch.maximum(x1 - x0, y1 - y0) * cell
        for view in range(views):
            last = (centre[view - 1], extent[view - 1]) if view else (middle[0], side.view(views, n)[0] / FINDER_SIDE)
            centre[view] = torch.where(there[view, :, None], centre[view], last[0])
            extent[view] = torch.where(there[view], extent[view], last[1])
        x, y = self.prompts.point(depth(inside[:n]), self.prompts.uniform(n) < 0.5)
        click = corner[0] + (torch.stack([x, y], 1) + 0.5) * cell[0, :, None]
        click = torch.where(there[0, :, None], click, middle[0])
        return {"centre": centre, "extent": extent.clamp_min(4), "area": area, "click": click, "there": there}

    def _windows(self, scenes: Scenes, seen: dict):
        """Windows [v,n,2], [v,n]; which first windows lie around the click [n]; where a tracker expects the object
        [v,n,2]."""
        n, views, clip = scenes.count, scenes.views, scenes.views > 2
        uniform, normal = self.prompts.uniform, self.prompts.normal
        centre, extent = seen["centre"], seen["extent"]
        rect = scenes.there["rect"][:n]
        longest = rect.max(1).values

        def between(low, high, *shape):
            return low + (high - low) * uniform(*shape)

        # the first view: as a click's windows, or around the object
        side = extent[0] * torch.where(uniform(n) < 0.9, torch.exp(between(0.18, 1.8, n)), between(0.5, 1.2, n))
        parts = self.click_sides[(uniform(n) * len(CLICK_SIDES)).long()]
        hosted = (uniform(n) < 0.4) & (longest * parts > 1.1 * extent[0]) & (longest * parts < 14 * extent[0])
        side = torch.where(hosted, longest * parts, side)
        if clip:
            side = torch.where(uniform(n) < 0.7, extent[0] * between(1.5, 2.2, n), side)
        clicked = (uniform(n) < 0.5) & (not clip) | hosted & (not clip)
        side = side.clamp_min(20).minimum(1.1 * longest)
        slack = torch.maximum(side - 0.7 * extent[0], 0.15 * extent[0])[:, None]
        loose = centre[0] + (normal(n, 2) * 0.05 * extent[0, :, None] if clip else between(-0.5, 0.5, n, 2) * slack)
        first = torch.where(clicked[:, None], seen["click"] + normal(n, 2) * 0.01 * side[:, None], loose)
        centres, sides, guesses = [first], [side], [centre[0]]
        for view in range(1, views):
            motion = centre[view] - centre[view - 1]
            speed = motion.norm(dim=1)
            tracked = uniform(n) < (0.75 if clip else 0.0)
            lost = uniform(n) < (0.12 if clip else 0.0)
            side = extent[view] * torch.exp(between(0.33, 1.5, n))
            near = extent[view - 1] * between(1.5, 2.8, n) + speed * torch.where(uniform(n) < 0.5, 2.0, 0.0)
            side = torch.where(tracked, near, side)
            side = torch.where(lost, extent[view - 1] * between(2.5, 6.0, n), side).clamp_min(20).minimum(1.1 * longest)
            follow = torch.where(uniform(n) < 0.6, between(0.3, 1.15, n), 0.0)[:, None]
            guess = centre[view - 1] + motion * follow
            at = guess + normal(n, 2) * 0.04 * extent[view, :, None]
            away = (centre[view] - at).abs().max(1).values > 0.55 * side
            recentred = away & (uniform(n) < 0.85)  # the rest is out of sight, and must be seen to be
            free = centre[view] + torch.where(
                (uniform(n) < 0.7)[:, None],
                normal(n, 2) * 0.2 * extent[view, :, None],
                between(-1, 1, n, 2) * torch.minimum(0.5 * side, (0.5 * side - 0.25 * extent[view]).abs())[:, None],
            )
            loosely = ~tracked | lost
            at = torch.where(
                loosely[:, None],
                free,
                torch.where(recentred[:, None], centre[view] + normal(n, 2) * 0.1 * extent[view, :, None], at),
            )
            guess = torch.where(
                (loosely | recentred)[:, None], centre[view] + normal(n, 2) * 0.1 * extent[view, :, None], guess
            )
            centres.append(at)
            sides.append(side)
            guesses.append(guess)
        centres, sides = torch.stack(centres), torch.stack(sides)
        half, limit = sides[..., None] / 2, rect[None]
        kept = torch.where(
            sides[..., None] >= limit,
            limit / 2,
            torch.minimum(torch.maximum(centres, half), torch.maximum(limit - half, half)),
        )
        return torch.where((uniform(n) < 0.8)[None, :, None], kept, centres), sides, clicked, torch.stack(guesses)

    def _ask(self, scenes: Scenes, target, centre, side, clicked, seen: dict, sides):
        """Prompts of all views, the mask to remember of the first, and which views have a memory."""
        n, views, s = scenes.count, scenes.views, target.shape[-1]
        p = self.prompts
        first = target[:n]
        inside = first > 0.5
        x, y = p.point(depth(inside), p.uniform(n) < 0.5)
        own = (seen["click"] - centre) / side[:, None] * s + s / 2 - 0.5
        pixel = own.round().long().clamp(0, s - 1)
        on = inside.flatten(1).gather(1, (pixel[:, 1] * s + pixel[:, 0])[:, None])[:, 0]
        use = (clicked & on & (p.uniform(n) < 0.7)) | ~inside.flatten(1).any(1)
        x, y = torch.where(use, own[:, 0], x), torch.where(use, own[:, 1], y)
        maps = torch.zeros(len(target), 5, s, s, device=self.device)
        maps[:n] = p.pointing(first, x, y)
        later = target[n:]
        m = len(later)
        kind, twins = p.uniform(m), (scenes.there["likes"][n:] > 0)
        earlier = torch.where((kind < 0.27)[:, None, None], p.drifted(later), later)
        strength = self.strengths[(p.uniform(m) * 3).long()]
        far = (sides[1:] > 3.2 * seen["extent"][1:]).flatten() & (views > 2)  # looked for, not followed
        given = ((kind < 0.62) | twins) & ~far
        maps[n:, 3] = p.worn(earlier, strength) * given[:, None, None]
        clicks = ~given & (kind > 0.94) & (later > 0.5).flatten(1).any(1)
        again = spot(*p.point(depth(later > 0.5), p.uniform(m) < 0.5), s)
        maps[n:, 0] = again * clicks[:, None, None]
        changed = (p.uniform(len(target)) < 0.12)[:, None, None]
        maps[:, 4] = p.difference(target) * changed
        alone = given & (p.uniform(m) < 0.1) & (views == 2)
        has = torch.cat([torch.zeros(n, device=self.device), (~alone).float()])
        kept = torch.where(
            (p.uniform(n) < 0.35)[:, None, None], p.worn(first, torch.full((n,), 0.6, device=self.device)), first
        )
        return maps, kept, has
