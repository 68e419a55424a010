"""Networks whose output is an image, or something about every place of one."""

import torch
from torch import Tensor, nn

from tests.networks.torch_models.blocks import Branches, Residual, conv


class UNet(nn.Module):
    def __init__(self, up: nn.Module) -> None:
        super().__init__()
        self.top, self.bottom = conv(3, 8), nn.Sequential(nn.MaxPool2d(2), conv(8, 12))
        self.up, self.last = up, nn.Sequential(conv(20, 8), nn.Conv2d(8, 2, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.top(x)
        return torch.sigmoid(self.last(torch.cat([x, self.up(self.bottom(x))], 1)))


def unet_bilinear() -> nn.Module:
    return UNet(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True))


def unet_transposed() -> nn.Module:
    return UNet(nn.ConvTranspose2d(12, 12, 2, 2))


def hourglass() -> nn.Module:
    """Up by the nearest pixel, added to what was there."""
    inner = [nn.MaxPool2d(2), conv(8, 8), nn.Upsample(scale_factor=2, mode="nearest")]
    return nn.Sequential(conv(3, 8, stride=2), Residual(*inner), nn.Conv2d(8, 5, 1))


class Pyramid(nn.Module):
    """Dilated convolutions side by side, with the image's mean: DeepLab's head; then bilinear, half-pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(3, 8, stride=2)
        self.dilated = Branches(conv(8, 4, 1), conv(8, 4, dilation=2), conv(8, 4, dilation=3))
        self.mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU())
        self.last = nn.Conv2d(16, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        mean = nn.functional.interpolate(self.mean(x), size=(8, 8), mode="bilinear")
        x = self.last(torch.cat([self.dilated(x), mean], 1))
        return nn.functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def gan_generator() -> nn.Module:
    """DCGAN in small; input (1, 16, 1, 1)."""

    def up(inputs: int, outputs: int, *how: int) -> nn.Module:
        transposed = nn.ConvTranspose2d(inputs, outputs, *how, bias=False)
        return nn.Sequential(transposed, nn.BatchNorm2d(outputs), nn.ReLU())

    last = nn.ConvTranspose2d(6, 1, 3, 2, 1, output_padding=1)
    return nn.Sequential(up(16, 12, 4), up(12, 6, 4, 2, 1), last, nn.Tanh())


def style_transfer() -> nn.Module:
    """Instance normalisation and reflected borders."""

    def layer(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
        window = nn.Conv2d(inputs, outputs, 3, stride)
        return [nn.ReflectionPad2d(1), window, nn.InstanceNorm2d(outputs, affine=True)]

    body = Residual(*layer(8, 8), nn.ReLU(), *layer(8, 8))
    up = [nn.Upsample(scale_factor=2), *layer(8, 3), nn.Tanh()]
    return nn.Sequential(*layer(3, 8, 2), nn.ReLU(), body, *up)


def super_resolution() -> nn.Module:
    """ESPCN: the pixels of a larger image are channels until the end. Input (1, 1, 8, 8)."""
    body = [nn.Conv2d(1, 12, 5, padding=2), nn.Tanh(), nn.Conv2d(12, 9, 3, padding=1)]
    return nn.Sequential(*body, nn.PixelShuffle(3))


def focus() -> nn.Module:
    """Pixels become channels: YOLOv5's first layer."""
    return nn.Sequential(
        nn.PixelUnshuffle(2), conv(12, 8, activation=nn.SiLU()), nn.Conv2d(8, 4, 1)
    )


def autoencoder() -> nn.Module:
    """Grouped transposed convolution with output padding."""
    down = [conv(3, 8, stride=2), conv(8, 8, stride=2)]
    up = [nn.ConvTranspose2d(8, 8, 3, 2, 1, output_padding=1, groups=2), nn.ReLU()]
    return nn.Sequential(*down, *up, nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Sigmoid())


class Yolo(nn.Module):
    """Two scales and the arithmetic that makes boxes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = conv(3, 8, stride=2), conv(8, 12, stride=2)
        self.narrow = conv(12, 8, 1, activation=nn.SiLU())
        self.heads = nn.ModuleList([nn.Conv2d(16, 14, 1), nn.Conv2d(12, 14, 1)])
        self.register_buffer("anchors", torch.tensor([[10.0, 13], [30, 61]]).view(1, 2, 1, 1, 2))

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(x)
        coarse = self.coarse(fine)
        up = nn.functional.interpolate(self.narrow(coarse), scale_factor=2, mode="nearest")
        seen = [torch.cat([fine, up], 1), coarse]
        heads = [self.boxes(head(y)) for head, y in zip(self.heads, seen, strict=True)]
        return torch.cat(heads, 1)

    def boxes(self, x: Tensor) -> Tensor:
        size = x.shape[-1]
        x = x.view(1, 2, 7, size, size).permute(0, 1, 3, 4, 2).sigmoid()
        rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
        grid = torch.stack([columns, rows], -1).float()
        center = (x[..., :2] * 2 - 0.5 + grid) * (16 / size)
        extent = (x[..., 2:4] * 2) ** 2 * self.anchors
        return torch.cat([center, extent, x[..., 4:]], -1).view(1, -1, 7)


class Ssd(nn.Module):
    """Boxes and scores from two scales, as two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = conv(3, 8, stride=2), conv(8, 12, stride=2)
        self.boxes = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(12, 8, 3, padding=1)])
        self.scores = nn.ModuleList([nn.Conv2d(8, 6, 3, padding=1), nn.Conv2d(12, 6, 3, padding=1)])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.fine(x)
        seen = (fine, self.coarse(fine))

        def flat(heads: nn.ModuleList, last: int) -> Tensor:
            maps = [head(y).permute(0, 2, 3, 1) for head, y in zip(heads, seen, strict=True)]
            return torch.cat([y.reshape(1, -1, last) for y in maps], 1)

        return flat(self.boxes, 4), flat(self.scores, 3).softmax(-1)


class BlazeFace(nn.Module):
    """Shortcuts that are pooled, and padded with channels of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(3, 8, stride=2)
        self.body = nn.Sequential(nn.Conv2d(8, 8, 5, 2, 2, groups=8), nn.Conv2d(8, 12, 1))
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        shortcut = nn.functional.pad(self.pool(x), (0, 0, 0, 0, 0, 4))
        return torch.relu(self.body(x) + shortcut)
