"""Losses and measures over three candidate masks."""

import torch
import torch.nn.functional as F


def overlaps(logits, target, outside):
    """Honest IoU of each candidate: logits [n,3,s,s], target [n,s,s] 0..1, outside [n] (the object's part that the crop
    leaves out, in crop areas) -> [n,3]."""
    guess, truth = (logits > 0).float(), (target > 0.5).float()[:, None]
    inter = (guess * truth).mean((2, 3))
    union = guess.mean((2, 3)) + truth.mean((2, 3)) - inter + outside[:, None]
    return inter / union.clamp_min(1e-6)


def mask_losses(logits, target):
    """2 BCE + Dice of each candidate [n,3]; pixels near the outline weigh more in the BCE."""
    truth = target[:, None]
    near = F.avg_pool2d(truth, 9, 1, 4, count_include_pad=False)
    weight = 1 + 3 * (near * (1 - near) * 4)
    truth = truth.expand_as(logits)
    bce = (F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight).mean((2, 3)) / weight.mean(
        (2, 3)
    )
    chance = logits.sigmoid()
    inter = (chance * truth).mean((2, 3))
    dice = 1 - (2 * inter + 1e-3) / (chance.mean((2, 3)) + truth.mean((2, 3)) + 1e-3)
    return 2 * bce + dice


def total_loss(outputs, target, outside, present):
    """Best of three (the others pulled along a little), predicted IoU, presence. Returns (loss, IoU of the candidate
    that the network ranks first [n])."""
    logits, quality, presence = (x.float() for x in outputs)
    each = mask_losses(logits, target)
    there = present[:, None]
    best = each.min(1).values * 0.9 + each.mean(1) * 0.1
    masks = (best * (0.25 + 0.75 * present)).mean()
    with torch.no_grad():
        real = overlaps(logits, target, outside) * there
    ranking = F.mse_loss(quality.sigmoid(), real) * 4
    seen = F.binary_cross_entropy_with_logits(presence[:, 0], present)
    first = real.gather(1, quality.argmax(1, keepdim=True))[:, 0]
    return masks + ranking + 0.3 * seen, first.detach()
