"""Draws planned scenes on the device: any window of any view at any resolution, colours and the target's mask.

Nothing is drawn that is not asked for: every pixel of a window is mapped back through the pieces to their pictures, so
a window costs the same wherever it lies. Mappings are worked out on a coarse grid and interpolated."""

import torch
import torch.nn.functional as F

from .plan import ANGLES, JOINTS, PIECES, POOLS

OUTSIDE = 127.0
COARSE, EXPOSURES, CHUNK = 49, 4, {"cpu": 16, "cuda": 512}
PIECE_VIEW = ("image", "inverse", "at", "shown", "smear", "bend", "swing")
VIEW = ("spread", "middle", "reach")


def sent(tensor, device):
    """The tensor on the device; a GPU's queue is not waited for."""
    if torch.device(device).type == "cuda" and tensor.numel():
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


class Scenes:
    """A plan, view by view: row `view * n + scene` of every field. `here` stays on the CPU, to choose what is drawn
    without asking the device."""

    def __init__(self, plan: dict, device):
        self.count, self.views = plan["kind"].shape[0], plan["middle"].shape[1]
        self.here = {}
        for name, value in plan.items():
            value = torch.from_numpy(value)
            if name in PIECE_VIEW:
                value = value.movedim(2, 0).flatten(0, 1)
            elif name in VIEW:
                value = value.movedim(1, 0).flatten(0, 1)
            else:
                value = value.expand(self.views, *value.shape).flatten(0, 1)
            self.here[name] = value.contiguous()
        self.device = torch.device(device)
        self.there = {name: sent(value, device) for name, value in self.here.items()}


def growth(matrix):
    """Square root of the determinants of matrices [n,2,2]: lengths before per length after."""
    return (matrix[:, 0, 0] * matrix[:, 1, 1] - matrix[:, 0, 1] * matrix[:, 1, 0]).abs().sqrt()


def compose(atlas, scenes: Scenes, centre, side, resolution: int, colour: bool = True):
    """Windows (centre [b,2], side [b], scene pixels), one for every row of `scenes` -> (RGB [b,s,s,3] 0..255, mask of
    the target [b,s,s] 0..1, bool [b,s,s]: inside of the picture). Without `colour` the RGB means nothing and moving
    things are not smeared."""
    chunk, drawn = max(1, int(CHUNK[scenes.device.type] * (256 / resolution) ** 2)), []
    for first in range(0, len(centre), chunk):
        rows = slice(first, min(first + chunk, len(centre)))
        drawn.append(_compose(
            atlas,
            {name: value[rows] for name, value in scenes.here.items()},
            {name: value[rows] for name, value in scenes.there.items()},
            centre[rows], side[rows], resolution, colour,
        ))  # fmt: skip
    return tuple(torch.cat(parts) for parts in zip(*drawn))


def _compose(atlas, here, there, centre, side, resolution, colour):
    device = centre.device
    axis = (torch.arange(resolution, device=device) + 0.5) / resolution - 0.5
    steps = torch.linspace(0.5 / resolution - 0.5, 0.5 - 0.5 / resolution, COARSE, device=device)
    coarse = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1)
    grid = centre[:, None, None] + coarse * side[:, None, None, None]
    x, y = (centre[:, i, None] + axis * side[:, None] for i in (0, 1))
    wide, high = there["rect"][:, 0, None], there["rect"][:, 1, None]
    inside = ((y >= 0) & (y < high))[:, :, None] & ((x >= 0) & (x < wide))[:, None]

    at = _source(there | {"limbs": bool(here["joint"][:, 0].any())}, 0, grid, resolution)
    bare = sent((here["lens"][:, 0] > 0).nonzero()[:, 0], device)
    scale = growth(there["inverse"][:, 0]) * side / resolution
    if len(bare):
        at[bare], scale[bare] = _lens(there, bare, grid[bare], resolution, atlas, side[bare])
    image, share = atlas.read(there["image"][:, 0], there["row"][:, 0], at, scale)
    image = image * there["gain"][:, 0, None, None]
    meant = ((there["target"] == 0) & there["shown"][:, 0])[:, None, None]
    mask = share * meant
    wet = sent((here["liquid"] > 0).nonzero()[:, 0], device)
    if len(wet):
        solid = torch.where(there["lens"][wet, 0, None, None] > 0, 1.0, share[wet])
        image[wet], mask[wet] = _liquid(
            atlas, {k: v[wet] for k, v in there.items()}, image[wet], solid, x[wet], y[wet], side[wet], colour
        )
    for piece in range(1, PIECES):
        smeared, near = here["smear"][:, piece].abs().sum(1) > 1, True
        if device.type == "cpu":  # elsewhere asking costs more than drawing what lies outside
            reach = here["extent"][:, piece] / growth(here["inverse"][:, piece]) + here["smear"][:, piece].norm(dim=1)
            near = ((here["at"][:, piece] - centre).abs() < (side / 2 + 1.2 * reach)[:, None]).all(1)
        for kind in (1, 2):
            for exposures in (1, EXPOSURES):
                chosen = (
                    (here["kind"][:, piece] == kind) & (smeared == (exposures > 1)) & here["shown"][:, piece] & near
                )
                rows = sent(chosen.nonzero()[:, 0], device)
                if len(rows):
                    own = {name: there[name][rows] for name in _PIECE}
                    own["limbs"] = bool(here["joint"][chosen, piece].any())
                    rgb, alpha = _piece(
                        atlas, own, piece, grid[rows], side[rows], resolution, exposures if colour else 1, kind
                    )
                    image[rows] = image[rows] * (1 - alpha[..., None]) + rgb
                    own_target = (own["target"] == piece)[:, None, None]
                    mask[rows] = torch.where(own_target, torch.maximum(mask[rows], alpha), mask[rows] * (1 - alpha))
    image = torch.where(inside[..., None], image.clamp(0, 255), OUTSIDE)
    return image, mask * inside, inside


_PIECE = (
    "image",
    "row",
    "inverse",
    "at",
    "origin",
    "extent",
    "gain",
    "smear",
    "bend",
    "wave",
    "joint",
    "swing",
    "radius",
    "target",
)


def _source(rows, piece: int, grid, resolution: int, moved=None):
    """Where each pixel of the windows lies in the piece's picture [b,s,s,2]."""
    extent = rows["extent"][:, piece, None, None, None]
    local = grid - rows["at"][:, piece, None, None]
    if moved is not None:
        local = local - moved[:, None, None]
    local = torch.einsum("bij,bhwj->bhwi", rows["inverse"][:, piece], local) / extent
    wave = rows["wave"][:, piece]
    for term in (0, 1):
        phase = local @ wave[:, term, None, :2, None].to(local.dtype) + wave[:, term, 2, None, None, None]
        shift = rows["bend"][:, piece, None, None] * phase[..., 0].sin()
        across, down = ((1.0, 0.5), (-0.5, 1.0))[term]
        local = torch.stack([local[..., 0] + across * shift, local[..., 1] + down * shift], -1)
    for joint in range(JOINTS):
        if not rows["limbs"]:
            break
        turn = rows["swing"][:, piece, joint, None, None]
        px, py, angle, way, soft = (rows["joint"][:, piece, joint, i, None, None] for i in range(5))
        dx, dy = local[..., 0] - px, local[..., 1] - py
        soft = soft.clamp_min(1e-3)
        part = ((dx * angle.cos() + dy * angle.sin()) / soft).sigmoid()
        part = part * torch.where(way == 0, 1.0, (way * (dy * angle.cos() - dx * angle.sin()) / soft).sigmoid())
        cosine, sine = (turn * part).cos(), (turn * part).sin()
        local = torch.stack([px + dx * cosine + dy * sine, py + dy * cosine - dx * sine], -1)
    return _fine(rows["origin"][:, piece, None, None] + local * extent, resolution)


def _fine(grid, resolution: int):
    """A coarse grid [b,g,g,2], whose ends are pixel centres, at full resolution."""
    fine = F.interpolate(grid.permute(0, 3, 1, 2), size=(resolution, resolution), mode="bilinear", align_corners=True)
    return fine.permute(0, 2, 3, 1)


def _lens(there, rows, grid, resolution: int, atlas, side):
    """A tiled surface under a camera that looks down at an angle: (places in its picture, scale)."""
    lens, rect = there["lens"][rows], there["rect"][rows]
    above, repeats, turn, middle = (lens[:, i, None, None] for i in (1, 2, 3, 4))
    down = (grid[..., 1] / rect[:, 1, None, None]).clamp_min(0) + above
    across = (grid[..., 0] / rect[:, 0, None, None] - middle) / down * (above + 0.5)
    depth = -((above + 0.5) ** 2) / down
    size = atlas.levels[there["image"][rows, 0], 0].float()[:, None, None] * repeats[..., None]
    cosine, sine = turn.cos(), turn.sin()
    at = torch.stack([cosine * across - sine * depth, sine * across + cosine * depth], -1) * size
    return _fine(at, resolution), repeats[:, 0, 0] * 256 / rect[:, 0] * side / resolution


def _outline(radius, angle):
    """Radii [b,a] of an outline looked up at angles [b,h,w]."""
    place = (angle / (2 * torch.pi)).remainder(1) * ANGLES
    low = place.floor()
    part, low = place - low, low.long() % ANGLES
    flat = radius.gather(1, low.flatten(1)).view_as(place)
    return flat + (radius.gather(1, ((low + 1) % ANGLES).flatten(1)).view_as(place) - flat) * part


def _piece(atlas, own, piece: int, grid, side, resolution: int, exposures: int, kind: int):
    """(RGB times alpha, alpha) of one piece; averaged over the time the shutter is open, at half the resolution."""
    whole, resolution = resolution, resolution // (2 if exposures > 1 else 1)
    scale = growth(own["inverse"][:, piece]) * side / resolution
    colours, alphas = 0, 0
    for exposure in range(exposures):
        moved = own["smear"][:, piece] * (exposure / (exposures - 1) - 0.5) if exposures > 1 else None
        at = _source(own, piece, grid, resolution, moved)
        rgb, alpha = atlas.read(own["image"][:, piece], own["row"][:, piece], at, scale, mirror=False)
        if kind == 2:
            extent = own["extent"][:, piece, None, None] / 2
            local = (at - own["origin"][:, piece, None, None]) / extent[..., None]
            edge = _outline(own["radius"][:, piece], torch.atan2(local[..., 1], local[..., 0])) - local.norm(dim=-1)
            alpha = (edge * extent / scale[:, None, None] + 0.5).clamp(0, 1)
        colours = colours + rgb * alpha[..., None]
        alphas = alphas + alpha
    colours = colours / exposures * own["gain"][:, piece, None, None]
    if exposures == 1:
        return colours, alphas
    both = torch.cat([colours, alphas[..., None] / exposures], -1).permute(0, 3, 1, 2)
    both = F.interpolate(both, size=(whole, whole), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)
    return both[..., :3], both[..., 3]


def _liquid(atlas, own, image, solid, x, y, side, colour: bool):
    """The floor [b,s,s,3] with the liquid where it is `solid` ground, and the mask of the liquid."""
    half = image.shape[1] // 2 or 1
    at = torch.stack([F.avg_pool1d(x[:, None], 2)[:, 0][:, None].expand(-1, half, -1),
                      F.avg_pool1d(y[:, None], 2)[:, 0][:, :, None].expand(-1, -1, half)], -1)  # fmt: skip
    look, field, largest = own["look"], torch.full_like(at[..., 0], -1e4), own["pool"][:, 0, 2]
    for pool in range(POOLS):
        place, size, flat = own["pool"][:, pool, :2], own["pool"][:, pool, 2], own["pool"][:, pool, 3].clamp_min(0.05)
        away = at - place[:, None, None]
        dx, dy = away[..., 0], away[..., 1] / flat[:, None, None]
        reach = _outline(own["pool_radius"][:, pool], torch.atan2(dy, dx)) * (size * own["spread"])[:, None, None]
        field = torch.where(size[:, None, None] > 0, torch.maximum(field, reach - (dx * dx + dy * dy).sqrt()), field)
    noise = 0
    for term, stretch in ((0, 1.0), (1, 2.7)):
        wave = own["lamp"][:, 1 - term, :2] * 0.37 + term  # any numbers that stay the same from view to view
        turned = at[..., 0] * wave[:, 0, None, None].sin() + at[..., 1] * wave[:, 0, None, None].cos()
        other = at[..., 1] * wave[:, 1, None, None].sin() - at[..., 0] * wave[:, 1, None, None].cos()
        scaled = stretch * 9 / largest[:, None, None].clamp_min(4)
        noise = noise + (turned * scaled).sin() * (other * scaled * 1.3 + term).sin() / stretch
    field = field + noise * (look[:, 19] * largest)[:, None, None]
    cover = (field / look[:, 18].clamp_min(0.5)[:, None, None] * 1.5).sigmoid() * own["shown"][:, 0, None, None]
    full = F.interpolate(cover[:, None], scale_factor=2, mode="bilinear", align_corners=False)[:, 0] * solid
    if not colour:
        return image, full
    look = look[:, :, None, None, None].unbind(1)
    wet = image * torch.cat([*look[:3]], -1)
    wet = wet * (1 - look[6]) + torch.cat([*look[3:6]], -1) * look[6]
    rect = own["rect"][:, None, None]
    ripple = look[17][..., 0] * (at[..., 1] * 0.35 + (at[..., 0] * 0.2).sin()).sin()
    mirrored = torch.stack([at[..., 0] + ripple, 2 * look[13][..., 0] - at[..., 1]], -1) / rect
    number = own["look"][:, 15].long()
    sizes = atlas.levels[number, 0].float()
    blur = own["look"][:, 14] * (sizes[:, 0] / own["rect"][:, 0]) * side / half
    seen, _ = atlas.read(number, torch.zeros_like(number), mirrored * sizes[:, None, None], blur)
    lamps = 0
    for lamp in own["lamp"].unbind(1):
        gap = (at - lamp[:, None, None, :2]) / lamp[:, None, None, 2:4].clamp_min(1)
        lamps = lamps + ((1.2 - gap.norm(dim=-1)) * 4).sigmoid() * lamp[:, 4, None, None]
    seen = (seen * (1 - 0.4 * (look[16] > 0)) + look[16] + lamps[..., None]).permute(0, 3, 1, 2)
    seen = F.interpolate(seen, scale_factor=2, mode="bilinear", align_corners=False).permute(0, 2, 3, 1)
    far = (y / own["rect"][:, 1, None]).clamp(0, 1)[:, :, None, None]
    fresnel = look[7] * (1 - far) + look[8] * far
    wet = wet * (1 - 0.6 * fresnel) + seen * fresnel
    slope_x = F.pad(full[:, :, 2:] - full[:, :, :-2], (1, 1))
    slope_y = F.pad(full[:, 2:] - full[:, :-2], (0, 0, 1, 1))
    wet = wet + (look[9][..., 0] * slope_x + look[10][..., 0] * slope_y)[..., None]
    wet = wet * (1 - look[11] * (4 * full * (1 - full))[..., None])
    return image * (1 - full[..., None]) + wet.clamp(0, 255) * full[..., None], full
