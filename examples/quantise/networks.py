"""Four small networks for images of digits: what TinyML is made of, in float."""

import torch
from torch import nn


def block(
    inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class Cnn(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            block(1, 8, 3), nn.MaxPool2d(2), block(8, 16, 3), nn.MaxPool2d(2), block(16, 16, 3)
        )
        self.linear = nn.Linear(16 * (size // 4) ** 2, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.linear(self.features(x).flatten(1))
        return out


class DsCnn(nn.Module):
    """Depthwise separable convolutions, ReLU6, global average pool: a MobileNet in small."""

    def __init__(self, size: int) -> None:
        super().__init__()
        separable: list[nn.Module] = []
        for inputs, outputs, stride in ((16, 24, 2), (24, 32, 1), (32, 32, 2)):
            separable += [block(inputs, inputs, 3, stride, groups=inputs)]
            separable += [nn.Conv2d(inputs, outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU6()]
        self.features = nn.Sequential(block(1, 16, 3, stride=2 if size > 8 else 1), *separable)
        self.linear = nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.linear(self.features(x).mean((2, 3)))
        return out.softmax(1) if not self.training else out


class Mlp(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(size * size, 32), nn.ReLU(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 10)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(x.flatten(1))
        return out


class Residual(nn.Module):
    """A block that adds its input, and one whose two branches are concatenated."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.first = block(1, 16, 3, stride=2 if size > 8 else 1)
        self.body = nn.Sequential(
            block(16, 16, 3), nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16)
        )
        self.wide, self.narrow = block(16, 16, 3, stride=2), nn.Conv2d(16, 8, 1, stride=2)
        self.last = block(24, 24, 3, stride=2)
        self.linear = nn.Linear(24, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        x = torch.relu(x + self.body(x))
        x = torch.cat((self.wide(x), self.narrow(x)), 1)
        out: torch.Tensor = self.linear(
            nn.functional.adaptive_avg_pool2d(self.last(x), 1).flatten(1)
        )
        return out


NETWORKS = {"cnn": Cnn, "ds_cnn": DsCnn, "mlp": Mlp, "residual": Residual}
