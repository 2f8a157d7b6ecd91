"""One training step: point at A, correct A, find it again in B."""

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


def forward(model, batch, correcting: int, own_memory: bool):
    """Both decodings. Returns (loss, {"click": IoU [n], "again": IoU [n], "corrected": IoU [c]}, outputs of both)."""
    n = batch["has_memory"].shape[0]
    target, outside, present = batch["target"], batch["outside"], batch["present"]
    prompts = batch["prompts"]
    f2, f4, f8, f16 = model.features(batch["taps"])
    none = torch.zeros(n, 1)
    first = model.decoder(f2[:n], f4[:n], f8[:n], f16[:n], none, prompts[:n])
    loss_first, click = total_loss(first, target[:n], outside[:n], present[:n])

    logits, quality = first[0].detach().float(), first[1].detach().float()
    kept = F.avg_pool2d(batch["memory_mask"][:, None], 2)
    if own_memory:  # what the network itself selected, where that is no nonsense
        own = F.avg_pool2d(logits[torch.arange(n), quality.argmax(1)].sigmoid()[:, None], 2)
        use = ((click > 0.6) & (torch.rand(n) < 0.5)).float()[:, None, None, None]
        kept = own * use + kept * (1 - use)
    memory = model.memory_encoder(f16[:n], kept)
    fused = model.memory_attention(f16[n:], memory, torch.ones(n, GRID * GRID))
    has = batch["has_memory"][:, None]
    again16 = torch.where(has[:, :, None, None] > 0, fused.to(f16.dtype), f16[n:])
    c = correcting
    again_prompts = corrected(prompts[:c], logits[:c], quality[:c], target[:c])

    def join(x):
        return torch.cat([x[:c], x[n:]])

    second = model.decoder(
        join(f2),
        join(f4),
        join(f8),
        torch.cat([f16[:c], again16]),
        torch.cat([none[:c], has]),
        torch.cat([again_prompts, prompts[n:]]),
    )
    loss_second, again = total_loss(second, join(target), join(outside), join(present))
    loss = loss_first + loss_second * (len(again) / n) * 0.8
    return loss, {"click": click, "corrected": again[:c], "again": again[c:]}, (first, second)
