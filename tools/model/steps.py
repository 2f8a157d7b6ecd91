"""One training step: point at the object in the first view, correct that, find it again in every later view."""

import torch
import torch.nn.functional as F

from .losses import total_loss
from .network import SLOTS
from .prompts import depth, spot


def corrected(prompts, logits, quality, target):
    """The prompts after one more round: the best mask so far as previous mask, and a click in the middle of the larger
    error."""
    best = quality.argmax(1, keepdim=True)
    side = target.shape[-1]
    mask = logits.gather(1, best[:, :, None, None].expand(-1, 1, side, side))[:, 0]
    wrong = (mask > 0) != (target > 0.5)
    deep = depth(wrong)
    where = (deep + torch.rand_like(deep) * 1e-3).flatten(1).argmax(1)
    new_spot = spot((where % side).float(), (where // side).float(), side)
    missing = (target.flatten(1).gather(1, where[:, None])[:, 0] > 0.5).float()[:, None, None]
    some = (wrong.flatten(1).sum(1) > 8).float()[:, None, None]
    new = prompts.clone()
    new[:, 0] = torch.maximum(new[:, 0], new_spot * missing * some)
    new[:, 1] = torch.maximum(new[:, 1], new_spot * (1 - missing) * some)
    new[:, 3] = mask.sigmoid()
    return new


def carried(mask, way):
    """What was found in the view before, as the previous mask of this one: mask [n,s,s], way [n,3] (see `Sampler`) ->
    [n,s,s]; 0 outside."""
    side = mask.shape[-1]
    axis = (torch.arange(side, device=way.device) + 0.5) / side * 2 - 1  # the grid runs from -1 to 1
    x, y = (axis[None] * way[:, :1] + 2 * way[:, i, None] for i in (1, 2))
    grid = torch.stack([x[:, None].expand(-1, side, -1), y[:, :, None].expand(-1, -1, side)], -1)
    return F.grid_sample(mask[:, None], grid, align_corners=False)[:, 0]


def forward(
    model,
    batch,
    correcting: int,
    own_memory: bool,
    own_previous: float = 0.0,
    train_backbone: bool = False,
    rounds: int = 1,
):
    """Decodes all views. Returns (loss, {"click": IoU [n], "corrected": IoU [c], "again": IoU [(views-1) n]}, (outputs
    of the first view, outputs of the corrections and of each later view), the backbone's taps).

    `own_memory`: what is remembered is what the network itself selected, where that is no nonsense. `own_previous`:
    share of the previous masks that are the network's own from the view before. `rounds` of corrections, each of half
    as many scenes as the one before; all but the first count in the loss alone."""
    n = batch["memory_mask"].shape[0]
    views = batch["target"].shape[0] // n
    device, tokens = batch["target"].device, model.shape.tokens
    with torch.set_grad_enabled(train_backbone and torch.is_grad_enabled()):
        taps = model.backbone(batch["image"].contiguous(memory_format=torch.channels_last))
    target, outside, present, prompts = (batch[name].split(n) for name in ("target", "outside", "present", "prompts"))
    f2, f4, f8, f16 = (feature.split(n) for feature in model.features(taps))
    none = torch.zeros(n, 1, device=device)
    first = model.decoder(f2[0], f4[0], f8[0], f16[0], none, prompts[0])
    loss, click = total_loss(first, target[0], outside[0], present[0])

    found, chance = _best(first)
    kept = F.avg_pool2d(batch["memory_mask"][:, None], 2)
    given = batch["memory_mask"]
    if own_memory:
        use = ((click > 0.6) & (torch.rand(n, device=device) < 0.5)).float()[:, None, None]
        kept = F.avg_pool2d((found.sigmoid() * use + given * (1 - use))[:, None], 2)
        given = (found > 0).float() * use + given * (1 - use)
    memory, valid, last = model.memory_encoder(f16[0], kept), torch.ones(n, tokens, device=device), given
    c, again, outputs = correcting, [], []
    fixed = corrected(prompts[0][:c], first[0][:c].detach().float(), first[1][:c].detach().float(), target[0][:c])
    for view in range(1, views):
        fused = model.memory_attention(f16[view], memory, valid)
        has = batch["has_memory"].split(n)[view][:, None]
        seen16 = torch.where(has[:, :, None, None] > 0, fused.to(f16[view].dtype), f16[view])
        asked = prompts[view]
        if own_previous:
            own = (torch.rand(n, device=device) < own_previous).float()[:, None, None]
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
        loss = loss + loss_view * (len(right) / n) * (0.8 if views == 2 else 2.4 / (views - 1))
        if c:
            fixes, answer = right[:c], [x[:c] for x in out]
            for _ in range(1, rounds):
                c2 = len(fixed) // 2
                if c2 == 0:
                    break
                fixed = corrected(
                    fixed[:c2], answer[0][:c2].detach().float(), answer[1][:c2].detach().float(), target[0][:c2]
                )
                answer = model.decoder(f2[0][:c2], f4[0][:c2], f8[0][:c2], f16[0][:c2], none[:c2], fixed)
                loss = loss + total_loss(answer, target[0][:c2], outside[0][:c2], present[0][:c2])[0] * (c2 / n)
        again.append(right[c:])
        outputs.append(out)
        if view + 1 < views:
            found, chance = _best([x[c:] for x in out])
            trusted = (chance > 0.5).float()
            last = (found > 0).float() * trusted[:, None, None]
            # the host remembers what it is sure of, and not every frame
            keep = trusted * (torch.rand(n, device=device) < 0.6).float()
            entry = model.memory_encoder(f16[view], F.avg_pool2d(last[:, None], 2))
            memory = torch.cat([memory, entry], 1)
            valid = torch.cat([valid, keep[:, None].expand(n, tokens)], 1)
            if memory.shape[1] > SLOTS * tokens:  # as the host: the prompted frame and the latest ones
                memory = torch.cat([memory[:, :tokens], memory[:, 2 * tokens :]], 1)
                valid = torch.cat([valid[:, :tokens], valid[:, 2 * tokens :]], 1)
    return loss, {"click": click, "corrected": fixes, "again": torch.cat(again)}, (first, outputs), taps


def _best(outputs):
    """(logits [n,s,s] of the candidate ranked first, presence x root of its quality [n]), detached."""
    logits, quality, presence = (x.detach().float() for x in outputs)
    best = quality.argmax(1, keepdim=True)
    chosen = logits.gather(1, best[:, :, None, None].expand(-1, 1, *logits.shape[2:]))[:, 0]
    return chosen, presence[:, 0].sigmoid() * quality.sigmoid().gather(1, best)[:, 0].sqrt()
