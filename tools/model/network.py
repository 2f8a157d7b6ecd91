"""The network `compact`: backbone, neck, memory encoder, memory attention, mask decoder.

All work on one square crop, of 256 pixels unless `Shape` says otherwise. The trained parts' convolutions carry no
normalisation: the backbone's features come in standardised per channel, and the residual branches start small. Shapes
below are for 256 pixels, with D = 128 (width at stride 16) and M = 128 (width of a memory token).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .backbone import TAP_CHANNELS, Backbone, fuse

D, M, SLOTS = 128, 128, 4
HEADS, MASKS = 4, 3
PROMPTS = 5


@dataclass(frozen=True)
class Shape:
    """What can be chosen: the crop's side; whether a remembered frame ends with one token for the object as a whole
    (`pointer`); whether places at stride 8 look at the decoder's tokens before the masks are drawn (`fine`)."""

    side: int = 256
    pointer: bool = False
    fine: bool = False

    @property
    def grid(self) -> int:
        return self.side // 16

    @property
    def tokens(self) -> int:
        """Tokens of a remembered frame."""
        return self.grid**2 + self.pointer


def conv(channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2)


class Residual(nn.Module):
    """x + conv(relu(conv(relu(x)))), its last convolution starting small."""

    def __init__(self, channels: int):
        super().__init__()
        self.first, self.second = conv(channels, channels), conv(channels, channels)
        with torch.no_grad():
            self.second.weight.mul_(0.2)

    def forward(self, x):
        return x + self.second(F.relu(self.first(F.relu(x))))


class Standardise(nn.Module):
    """Per-channel (x - mean) / deviation with constants measured once on training pictures."""

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, channels, 1, 1))
        self.register_buffer("scale", torch.ones(1, channels, 1, 1))

    def forward(self, x):
        if self.training:  # the same in one pass over memory
            return torch.addcmul(-self.mean * self.scale, x, self.scale)
        return (x - self.mean) * self.scale


class Neck(nn.Module):
    """Standardised taps s16 [N,112,16,16] and s32 [N,320,8,8] -> feat16 [N,D,16,16]."""

    def __init__(self):
        super().__init__()
        self.near, self.far, self.mix = conv(112, D, 1), conv(320, D, 1), Residual(D)

    def forward(self, s16, s32):
        return self.mix(self.near(s16) + F.interpolate(self.far(s32), scale_factor=2.0, mode="nearest"))


class Attention(nn.Module):
    """Multi-head attention: queries [N,Q,own], context [N,K,context] -> [N,Q,own]; `bias` [N,1,1,K] is added to the
    scores."""

    def __init__(self, context: int = D, own: int = D):
        super().__init__()
        self.q, self.k, self.v, self.out = (
            nn.Linear(own, D),
            nn.Linear(context, D),
            nn.Linear(context, D),
            nn.Linear(D, own),
        )

    def forward(self, queries, context, position_q=None, position_k=None, bias=None):
        def split(x):
            return x.reshape(x.shape[0], x.shape[1], HEADS, D // HEADS).transpose(1, 2)

        q = self.q(queries if position_q is None else queries + position_q)
        k = self.k(context)
        k = k if position_k is None else k + position_k
        q, k, v = split(q), split(k), split(self.v(context))
        if self.training:  # the same, without keeping the scores
            mixed = F.scaled_dot_product_attention(q, k, v, None if bias is None else bias.to(q.dtype))
        else:
            scores = q @ k.transpose(-1, -2) * (D // HEADS) ** -0.5
            mixed = (scores if bias is None else scores + bias).softmax(-1) @ v
        return self.out(mixed.transpose(1, 2).flatten(2))


class Feed(nn.Module):
    """The feed-forward half of a transformer layer, with its residual."""

    def __init__(self):
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(D), nn.Linear(D, 2 * D), nn.Linear(2 * D, D)

    def forward(self, x):
        return x + self.down(F.relu(self.up(self.norm(x))))


class SelfLayer(nn.Module):
    """Pre-norm transformer layer over tokens [N,T,D]."""

    def __init__(self):
        super().__init__()
        self.norm, self.attention, self.feed = nn.LayerNorm(D), Attention(), Feed()

    def forward(self, x):
        y = self.norm(x)
        return self.feed(x + self.attention(y, y))


class MemoryEncoder(nn.Module):
    """feat16 [N,D,16,16] and mask [N,1,64,64] (0..1) -> memory tokens [N,256,M] of one remembered frame, and with
    `pointer` one more: the features under the mask."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.mask4, self.mask16 = conv(16, 64, 1), conv(64, D)
        self.feature, self.mix, self.out = conv(D, D, 1), Residual(D), conv(D, M, 1)
        self.pointer = nn.Sequential(nn.Linear(D, D), nn.ReLU(), nn.Linear(D, M)) if shape.pointer else None

    def forward(self, feat16, mask):
        mask16 = self.mask16(F.relu(self.mask4(F.pixel_unshuffle(mask * 2 - 1, 4))))
        tokens = self.out(self.mix(self.feature(feat16) + mask16)).flatten(2).transpose(1, 2)
        if self.pointer is None:
            return tokens
        share = F.avg_pool2d(mask, 4)
        mean = (feat16 * share).sum((2, 3)) / (share.sum((2, 3)) + 1e-3)
        return torch.cat([tokens, self.pointer(mean)[:, None]], 1)


class MemoryAttention(nn.Module):
    """feat16 [N,D,16,16], memory [N,K,M], memory_valid [N,K] (1 valid, 0 padding) -> fused16 [N,D,16,16]. K = frames *
    tokens of a frame."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.tokens = shape.tokens
        self.position = nn.Parameter(torch.randn(1, shape.grid**2, D) * 0.02)
        self.pointer_position = nn.Parameter(torch.randn(1, 1, D) * 0.02) if shape.pointer else None
        self.norms = nn.ModuleList(nn.LayerNorm(D) for _ in range(2))
        self.reads = nn.ModuleList(Attention(M) for _ in range(2))
        self.feeds = nn.ModuleList(Feed() for _ in range(2))
        self.self_layer = SelfLayer()

    def forward(self, feat16, memory, memory_valid):
        bias = ((memory_valid - 1.0) * 1e4)[:, None, None, :]
        where = self.position if self.pointer_position is None else torch.cat([self.position, self.pointer_position], 1)
        where = where.repeat(1, memory.shape[1] // self.tokens, 1)
        x = feat16.flatten(2).transpose(1, 2)
        for index, (norm, read, feed) in enumerate(zip(self.norms, self.reads, self.feeds)):
            x = feed(x + read(norm(x), memory, self.position, where, bias))
            if index == 0:
                x = self.self_layer(x)
        return x.transpose(1, 2).reshape(feat16.shape)


class MaskDecoder(nn.Module):
    """Features, prompts and a flag -> three candidate masks.

    feat2 [N,16,128,128], feat4 [N,24,64,64], feat8 [N,40,32,32], feat16 [N,D,16,16] (raw, or fused with memory and then
    has_memory = 1), has_memory [N,1], prompts [N,5,128,128] -> mask logits [N,3,128,128], predicted IoU logits [N,3],
    logit that the object is in the crop [N,1]."""

    C4, C8, FINE = 32, 64, 16

    def __init__(self, shape: Shape, layers: int = 3):
        super().__init__()
        c4, c8 = self.C4, self.C8
        self.look = Attention(D, c8) if shape.fine else None
        self.look_norm = nn.LayerNorm(c8) if shape.fine else None
        self.prompt4, self.prompt8, self.prompt16 = conv(PROMPTS * 4, c4), conv(c4, c8, 3, 2), conv(c8, D, 3, 2)
        self.no_memory = nn.Parameter(torch.zeros(1, D, 1, 1))
        self.position = nn.Parameter(torch.randn(1, shape.grid**2, D) * 0.02)
        self.tokens = nn.Parameter(torch.randn(1, MASKS + 1, D) * 0.5)
        self.layers = nn.ModuleList(SelfLayer() for _ in range(layers))
        self.norm = nn.LayerNorm(D)
        self.to8, self.side8, self.mix8 = conv(D, c8, 1), conv(TAP_CHANNELS["s8"], c8, 1), Residual(c8)
        self.to4, self.side4, self.side2 = (
            conv(c8, c4, 1),
            conv(TAP_CHANNELS["s4"], c4, 1),
            conv(TAP_CHANNELS["s2"] * 4, c4, 1),
        )
        self.mix4a, self.mix4b = Residual(c4), Residual(c4)
        self.fine = conv(c4, self.FINE * 4)
        self.hyper = nn.Sequential(nn.Linear(D, D), nn.ReLU(), nn.Linear(D, self.FINE + 1))
        self.quality = nn.Sequential(nn.Linear(D, D), nn.ReLU(), nn.Linear(D, 1))
        self.presence = nn.Sequential(nn.Linear(D, D), nn.ReLU(), nn.Linear(D, 1))

    def forward(self, feat2, feat4, feat8, feat16, has_memory, prompts):
        p4 = F.relu(self.prompt4(F.pixel_unshuffle(prompts, 2)))
        p8 = F.relu(self.prompt8(p4))
        x = feat16 + self.prompt16(p8) + (1.0 - has_memory)[:, :, None, None] * self.no_memory
        x = x.flatten(2).transpose(1, 2) + self.position
        x = torch.cat([self.tokens.expand(x.shape[0], -1, -1).to(x.dtype), x], 1)
        for layer in self.layers:
            x = layer(x)
        x = self.norm(x)
        tokens, grid = x[:, : MASKS + 1], x[:, MASKS + 1 :]
        y = grid.transpose(1, 2).reshape(feat16.shape)
        y = F.interpolate(self.to8(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        y = self.mix8(y + self.side8(feat8) + p8)
        if self.look is not None:
            near = y.flatten(2).transpose(1, 2)
            y = (near + self.look(self.look_norm(near), x)).transpose(1, 2).reshape(y.shape)
        y = F.interpolate(self.to4(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        if self.training:  # the same, three times as fast in channels_last
            side2 = F.conv2d(feat2, self.side2.weight.reshape(self.C4, -1, 2, 2), self.side2.bias, stride=2)
        else:
            side2 = self.side2(F.pixel_unshuffle(feat2, 2))
        y = self.mix4b(self.mix4a(y + self.side4(feat4) + side2 + p4))
        y = F.relu(F.pixel_shuffle(self.fine(F.relu(y)), 2))
        weights = self.hyper(tokens[:, :MASKS])
        masks = (weights[..., : self.FINE] @ y.flatten(2)) + weights[..., self.FINE :]
        masks = masks.reshape(-1, MASKS, *prompts.shape[2:])
        return masks, self.quality(tokens[:, :MASKS])[..., 0], self.presence(tokens[:, MASKS])


class Compact(nn.Module):
    """All of it: the backbone (batch normalisation folded into its convolutions) and what works on its taps."""

    def __init__(self, shape: Shape = Shape()):
        super().__init__()
        self.shape = shape
        self.backbone = fuse(Backbone())
        self.standardise = nn.ModuleList(Standardise(channels) for channels in TAP_CHANNELS.values())
        self.neck, self.memory_encoder = Neck(), MemoryEncoder(shape)
        self.memory_attention, self.decoder = MemoryAttention(shape), MaskDecoder(shape)

    def features(self, taps):
        """Five raw taps -> (feat2, feat4, feat8, feat16)."""
        s2, s4, s8, s16, s32 = (norm(tap) for norm, tap in zip(self.standardise, taps))
        return s2, s4, s8, self.neck(s16, s32)
