"""One training step: point at the object in the first view, correct that, find it again in every later view."""

import torch
import torch.nn.functional as F

from .losses import total_loss
from .network import GRID

_AXIS = torch.arange(128, dtype=torch.float32)


def fetch(batch):
    """Device-ready tensors from a loader's batch: taps in channels_last, maps as f32 0..1."""
    out = {name: value for name, value in batch.items() if name not in ("taps", "image")}
    out["taps"] = [tap.float().contiguous(memory_format=torch.channels_last) for tap in batch["taps"]]
    for name in ("target", "prompts", "memory_mask"):
        out[name] = out[name].float() / 255
    return out


def corrected(prompts, logits, quality, target):
    """The prompts after one more round: the best mask so far as previous mask, and a click in the middle of the larger
    error."""
    best = quality.argmax(1)
    mask = logits[torch.arange(len(logits)), best].float()
    wrong = ((mask > 0) != (target > 0.5)).float()[:, None]
    depth = F.avg_pool2d(wrong, 13, 1, 6) * wrong
    depth = depth + torch.rand_like(depth) * 1e-3
    where = depth.flatten(1).argmax(1)
    y, x = (where // 128).float(), (where % 128).float()
    spot = torch.exp(
        -((_AXIS[None, :, None] - y[:, None, None]) ** 2 + (_AXIS[None, None] - x[:, None, None]) ** 2) / 8
    )
    missing = (target.flatten(1).gather(1, where[:, None])[:, 0] > 0.5).float()[:, None, None]
    some = (wrong.flatten(1).sum(1) > 8).float()[:, None, None]
    new = prompts.clone()
    new[:, 0] = torch.maximum(new[:, 0], spot * missing * some)
    new[:, 1] = torch.maximum(new[:, 1], spot * (1 - missing) * some)
    new[:, 3] = mask.sigmoid()
    return new


def carried(mask, way):
    """What was found in the view before, as the previous mask of this one: mask [n,128,128], way [n,3] (see
    `samples.group`) -> [n,128,128]; 0 outside."""
    turn = torch.zeros(len(way), 2, 3)
    turn[:, 0, 0] = turn[:, 1, 1] = way[:, 0]
    turn[:, :, 2] = way[:, 1:] * 2  # the grid runs from -1 to 1
    grid = F.affine_grid(turn, [len(way), 1, 128, 128], align_corners=False)
    return F.grid_sample(mask[:, None], grid, align_corners=False)[:, 0]


def forward(model, batch, correcting: int, own_memory: bool, own_previous: float = 0.0):
    """Decodes all views. Returns (loss, {"click": IoU [n], "corrected": IoU [c], "again": IoU [(views-1) n]}, outputs of
    the first view, outputs of the corrections and of each later view).

    `own_memory`: what is remembered is what the network itself selected, where that is no nonsense. `own_previous`: share
    of the previous masks that are the network's own from the view before."""
    n = batch["memory_mask"].shape[0]
    views = batch["target"].shape[0] // n
    target, outside, present, prompts = (batch[name].split(n) for name in ("target", "outside", "present", "prompts"))
    f2, f4, f8, f16 = (feature.split(n) for feature in model.features(batch["taps"]))
    none = torch.zeros(n, 1)
    first = model.decoder(f2[0], f4[0], f8[0], f16[0], none, prompts[0])
    loss, click = total_loss(first, target[0], outside[0], present[0])

    found, chance = _best(first)
    kept = F.avg_pool2d(batch["memory_mask"][:, None], 2)
    given = batch["memory_mask"]
    if own_memory:
        use = ((click > 0.6) & (torch.rand(n) < 0.5)).float()[:, None, None]
        kept = F.avg_pool2d((found.sigmoid() * use + given * (1 - use))[:, None], 2)
        given = (found > 0).float() * use + given * (1 - use)
    memory, valid, last = model.memory_encoder(f16[0], kept), torch.ones(n, GRID * GRID), given
    c, again, outputs = correcting, [], []
    fixed = corrected(prompts[0][:c], first[0][:c].detach().float(), first[1][:c].detach().float(), target[0][:c])
    for view in range(1, views):
        fused = model.memory_attention(f16[view], memory, valid)
        has = batch["has_memory"].split(n)[view][:, None]
        seen16 = torch.where(has[:, :, None, None] > 0, fused.to(f16[view].dtype), f16[view])
        asked = prompts[view]
        if own_previous:
            own = (torch.rand(n) < own_previous).float()[:, None, None]
            asked = asked.clone()
            asked[:, 3] = carried(last, batch["way"].split(n)[view]) * own + asked[:, 3] * (1 - own)
        c = correcting if view == 1 else 0

        def join(features, index=view, count=c):
            return torch.cat([features[0][:count], features[index]]) if count else features[index]

        out = model.decoder(
            join(f2),
            join(f4),
            join(f8),
            torch.cat([f16[0][:c], seen16]) if c else seen16,
            torch.cat([none[:c], has]) if c else has,
            torch.cat([fixed, asked]) if c else asked,
        )
        loss_view, right = total_loss(out, join(target), join(outside), join(present))
        loss = loss + loss_view * (len(right) / n) * (0.8 if views == 2 else 0.6)
        if c:
            fixes = right[:c]
        again.append(right[c:])
        outputs.append(out)
        if view + 1 < views:
            found, chance = _best([x[c:] for x in out])
            trusted = (chance > 0.5).float()
            last = (found > 0).float() * trusted[:, None, None]
            # the host remembers what it is sure of, and not every frame
            keep = trusted * (torch.rand(n) < 0.6).float()
            entry = model.memory_encoder(f16[view], F.avg_pool2d(last[:, None], 2))
            memory = torch.cat([memory, entry], 1)
            valid = torch.cat([valid, keep[:, None].expand(n, GRID * GRID)], 1)
    return loss, {"click": click, "corrected": fixes, "again": torch.cat(again)}, (first, outputs)


def _best(outputs):
    """(logits [n,128,128] of the candidate ranked first, presence x root of its quality [n]), detached."""
    logits, quality, presence = (x.detach().float() for x in outputs)
    best = quality.argmax(1, keepdim=True)
    chosen = logits[torch.arange(len(logits)), best[:, 0]]
    return chosen, presence[:, 0].sigmoid() * quality.sigmoid().gather(1, best)[:, 0].sqrt()
