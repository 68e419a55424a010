"""Networks over time, points or tables, without recurrence or attention."""

import torch
from torch import Tensor, nn

from tests.networks.torch_models.blocks import Function, Residual


class Causal(nn.Module):
    """A dilated 1-D convolution that sees the past only."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.padding = 2 * dilation
        self.conv = nn.Conv1d(channels, channels, 3, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(nn.functional.pad(x, (self.padding, 0)))


def temporal() -> nn.Module:
    """TCN; input (1, 4, 32)."""
    blocks = [Residual(Causal(8, d), nn.ReLU(), Causal(8, d), nn.ReLU()) for d in (1, 2, 4)]
    return nn.Sequential(
        nn.Conv1d(4, 8, 1), *blocks, Function(lambda x: x[:, :, -1]), nn.Linear(8, 5)
    )


class Gated(nn.Module):
    """WaveNet's unit: tanh times sigmoid, skips that are added up."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, 8, 1)
        self.filters = nn.ModuleList([Causal(8, d) for d in (1, 2)])
        self.gates = nn.ModuleList([Causal(8, d) for d in (1, 2)])
        self.mix = nn.ModuleList([nn.Conv1d(8, 8, 1) for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        x, skips = self.first(x), 0
        for filters, gates, mix in zip(self.filters, self.gates, self.mix, strict=True):
            unit = mix(torch.tanh(filters(x)) * torch.sigmoid(gates(x)))
            x, skips = x + unit, skips + unit
        return torch.relu(skips).mean(-1)


def heartbeat() -> nn.Module:
    """A 1-D CNN; input (1, 1, 64)."""
    body = [nn.Conv1d(1, 8, 7, 2, 3), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2)]
    body += [nn.Conv1d(8, 12, 5, padding=2), nn.BatchNorm1d(12), nn.ReLU()]
    return nn.Sequential(*body, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(12, 4))


def upsampler() -> nn.Module:
    """Sound made finer by 1-D transposed convolutions; input (1, 8, 12)."""
    up = nn.ConvTranspose1d(8, 6, 4, 2, 1)
    return nn.Sequential(up, nn.LeakyReLU(0.1), nn.Conv1d(6, 1, 5, padding=2), nn.Tanh())


def glu() -> nn.Module:
    """Gated linear units over time, depthwise convolutions, layer norm; input (1, 12, 8)."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.wide = nn.LayerNorm(8), nn.Linear(8, 16)
            self.over_time = nn.Conv1d(8, 8, 3, padding=1, groups=8)

        def forward(self, x: Tensor) -> Tensor:
            y = nn.functional.glu(self.wide(self.norm(x)), -1)
            return x + self.over_time(y.transpose(1, 2)).transpose(1, 2)

    return nn.Sequential(Block(), Block(), nn.Linear(8, 6), nn.LogSoftmax(-1))


class PointNet(nn.Module):
    """Layers shared by points, turned by a matrix the network computes; input (1, 24, 3)."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = nn.Sequential(nn.Linear(3, 12), nn.ReLU())
        self.matrix = nn.Linear(12, 9)
        self.each = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU())
        self.last = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        matrix = self.matrix(self.turn(x).amax(1)).view(1, 3, 3) + torch.eye(3)
        return self.last(self.each(x @ matrix).amax(1))


class Factorization(nn.Module):
    """A table's rows by token, their pairwise products, and a deep part: DeepFM; int64 input (1, 6)."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.weights = nn.Embedding(40, 6), nn.Embedding(40, 1)
        self.deep = nn.Sequential(nn.Flatten(), nn.Linear(36, 12), nn.ReLU(), nn.Linear(12, 1))

    def forward(self, tokens: Tensor) -> Tensor:
        rows = self.table(tokens)
        pairs = (rows.sum(1).square() - rows.square().sum(1)).sum(-1, keepdim=True) / 2
        return torch.sigmoid(self.weights(tokens).sum(1) + pairs + self.deep(rows))


def convolution_3d() -> nn.Module:
    """Gestures: (1, 1, 6, 8, 8)."""
    body = [nn.Conv3d(1, 6, 3, padding=1), nn.BatchNorm3d(6), nn.ReLU(), nn.MaxPool3d(2)]
    return nn.Sequential(*body, nn.Conv3d(6, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32, 4))


class Siamese(nn.Module):
    """How alike two inputs are: cosine of their embeddings; two inputs (1, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(16, 20), nn.ReLU(), nn.Linear(20, 12))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return nn.functional.cosine_similarity(self.embed(a), self.embed(b))


class Forecast(nn.Module):
    """Means and deviations of a series taken out and put back: RevIN with a linear forecast; (1, 24, 3)."""

    def __init__(self) -> None:
        super().__init__()
        self.over_time = nn.Linear(24, 8)

    def forward(self, x: Tensor) -> Tensor:
        mean, deviation = x.mean(1, keepdim=True), torch.sqrt(x.var(1, keepdim=True) + 1e-5)
        y = self.over_time(((x - mean) / deviation).transpose(1, 2)).transpose(1, 2)
        return y * deviation + mean
