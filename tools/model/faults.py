"""What cameras do to a picture, on tensors: exposure, white balance, grey, shake, noise, resolution, compression."""

import math

import torch
import torch.nn.functional as F

from .draw import sent

# Quantisation tables of the JPEG standard (ITU-T T.81, annex K).
_LUMA = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]  # fmt: skip
_CHROMA = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, *[99] * 38,
]  # fmt: skip
_YCC = [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]


class Faults:
    """Callable: RGB [b,3,s,s] 0..255 -> the same with faults. `cameras` [b] (numpy): pictures of the same number came
    from the same camera and share its exposure and its compression."""

    def __init__(self, device):
        k = torch.arange(8, dtype=torch.float32)
        basis = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * 0.5
        basis[0] *= math.sqrt(0.5)
        self.basis = basis.to(device)
        self.tables = torch.tensor([_LUMA, _CHROMA, _CHROMA], dtype=torch.float32, device=device).view(3, 8, 8)
        self.to_ycc = torch.tensor(_YCC, device=device)
        self.to_rgb = torch.linalg.inv(torch.tensor(_YCC)).to(device)

    def __call__(self, image, cameras, draw, choose):
        """`draw`: a generator of the device; `choose`: numpy generator that says which pictures get which fault."""
        device, number = image.device, int(cameras.max()) + 1
        alike = sent(torch.from_numpy(cameras), device)

        def normal(*shape):
            return torch.randn(number, *shape, device=device, generator=draw)[alike].view(-1, *shape, 1, 1)

        gain = (normal(1) * 0.12 + normal(3) * 0.05).exp()
        image = ((image / 255).clamp_min(1e-4) ** (normal(1) * 0.22).exp() * gain + normal(1) * 0.035).clamp(0, 1) * 255

        def some(chance: float):
            """Rows of the pictures of cameras that have a fault."""
            return sent(torch.from_numpy((choose.random(number) < chance)[cameras].nonzero()[0]), device)

        grey = some(0.05)
        image[grey] = image[grey].mean(1, keepdim=True).expand(-1, 3, -1, -1)
        mixed = some(0.08)
        image[mixed] = image[mixed][:, sent(torch.from_numpy(choose.permutation(3)), device)]
        for share, chance in ((0.62, 0.1), (0.45, 0.08), (0.3, 0.06)):
            rows = some(chance)
            if len(rows):
                small = F.interpolate(image[rows], scale_factor=share, mode="area")
                image[rows] = F.interpolate(small, size=image.shape[2:], mode="bilinear", align_corners=False)
        rows = sent(torch.from_numpy((choose.random(len(image)) < 0.12).nonzero()[0]), device)
        if len(rows):
            image[rows] = self.shaken(image[rows], draw)
        loud = some(0.4)
        if len(loud):
            strength = torch.rand(len(loud), 1, 1, 1, device=device, generator=draw) * 14 + 1
            channels = 1 if choose.random() < 0.5 else 3
            noise = torch.randn(len(loud), channels, *image.shape[2:], device=device, generator=draw)
            image[loud] = image[loud] + noise * strength
        rows = some(0.45)
        if len(rows):
            quality = torch.rand(number, device=device, generator=draw)[alike][rows] * 75 + 12
            image[rows] = self.compressed(image[rows].clamp(0, 255), quality)
        return image.clamp(0, 255)

    def shaken(self, image, draw, steps: int = 5):
        """The mean along a short way, as of a camera that moved."""
        n = len(image)
        angle = torch.rand(n, device=image.device, generator=draw) * 2 * math.pi
        length = torch.rand(n, device=image.device, generator=draw) * 0.09
        turn = torch.zeros(n, 2, 3, device=image.device)
        turn[:, 0, 0] = turn[:, 1, 1] = 1
        total = 0
        for step in range(steps):
            part = step / (steps - 1) - 0.5
            turn[:, 0, 2], turn[:, 1, 2] = angle.cos() * length * part, angle.sin() * length * part
            grid = F.affine_grid(turn, list(image.shape), align_corners=False)
            total = total + F.grid_sample(image, grid, padding_mode="border", align_corners=False)
        return total / steps

    def compressed(self, image, quality):
        """JPEG without its lossless part: colours at half the resolution, 8 x 8 cosines rounded by the quality."""
        n, _, side, _ = image.shape
        scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50)[:, None, None, None]
        ycc = torch.einsum("ij,bjhw->bihw", self.to_ycc, image)
        luma = self._rounded(ycc[:, :1] - 128, (self.tables[None, :1] * scale).clamp(1, 255))
        chroma = self._rounded(F.avg_pool2d(ycc[:, 1:], 2), (self.tables[None, 1:] * scale).clamp(1, 255))
        chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
        return torch.einsum("ij,bjhw->bihw", self.to_rgb, torch.cat([luma + 128, chroma], 1))

    def _rounded(self, plane, table):
        """plane [b,c,s,s] through quantised cosines; table [b,c,8,8]."""
        n, c, side, _ = plane.shape
        blocks = plane.view(n, c, side // 8, 8, side // 8, 8).permute(0, 1, 2, 4, 3, 5)
        step = table[:, :, None, None]
        waves = (self.basis @ blocks @ self.basis.T / step).round() * step
        return (self.basis.T @ waves @ self.basis).permute(0, 1, 2, 4, 3, 5).reshape(n, c, side, side)
