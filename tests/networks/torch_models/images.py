"""Classifiers of images, by what is special in their blocks; inputs are (1, 3, 16, 16) or as it says."""

import torch
from torch import Tensor, nn

from tests.networks.torch_models.blocks import (
    Branches,
    Function,
    Residual,
    SqueezeExcite,
    classifier,
    conv,
)


def mlp() -> nn.Module:
    layers = [nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 16), nn.Tanh()]
    return nn.Sequential(*layers, nn.Linear(16, 10), nn.Softmax(-1))


def vgg() -> nn.Module:
    body = [conv(3, 8), nn.MaxPool2d(2), conv(8, 12), nn.MaxPool2d(2), nn.Flatten()]
    return nn.Sequential(*body, nn.Linear(192, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 10))


def resnet() -> nn.Module:
    body = Residual(conv(8, 8), nn.Conv2d(8, 8, 3, 1, 1), nn.BatchNorm2d(8))
    return nn.Sequential(conv(3, 8, stride=2), body, nn.ReLU(), classifier(8))


def preactivated_resnet() -> nn.Module:
    """Batch normalisations that no convolution stands before."""
    body = [nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1, bias=False)]
    last = nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(), classifier(8))
    return nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), Residual(*body), last)


def resnext() -> nn.Module:
    body = Residual(conv(16, 16, 1), conv(16, 16, groups=4), nn.Conv2d(16, 16, 1))
    return nn.Sequential(conv(3, 16, stride=2), body, nn.ReLU(), classifier(16))


def densenet() -> nn.Module:
    grown = [Branches(nn.Identity(), conv(8 + 4 * i, 4)) for i in range(3)]
    transition = nn.Sequential(conv(20, 8, 1), nn.AvgPool2d(2))
    return nn.Sequential(conv(3, 8, stride=2), *grown, transition, classifier(8))


def squeezenet() -> nn.Module:
    def fire(inputs: int) -> nn.Module:
        return nn.Sequential(conv(inputs, 4, 1), Branches(conv(4, 8, 1), conv(4, 8)))

    pool = nn.MaxPool2d(3, 2, ceil_mode=True)
    last = nn.Sequential(nn.Conv2d(16, 10, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(conv(3, 8, stride=2), pool, fire(8), fire(16), last)


def inception() -> nn.Module:
    rows = nn.Conv2d(4, 4, (1, 5), padding=(0, 2))
    columns = nn.Conv2d(4, 4, (5, 1), padding=(2, 0))
    pooled = nn.Sequential(nn.AvgPool2d(3, 1, 1), conv(8, 4, 1))
    wide = nn.Sequential(conv(8, 4, 1), rows, columns, nn.ReLU())
    body = Branches(conv(8, 4, 1), wide, pooled, nn.MaxPool2d(3, 1, 1))
    return nn.Sequential(conv(3, 8, stride=2), body, classifier(20))


def mobilenet_v1() -> nn.Module:
    separable = [conv(8, 8, 3, 2, groups=8), conv(8, 16, 1), conv(16, 16, groups=16)]
    return nn.Sequential(conv(3, 8, stride=2), *separable, conv(16, 16, 1), classifier(16))


def inverted(inputs: int, activation: nn.Module, *gate: nn.Module, kernel: int = 3) -> nn.Module:
    wide = 3 * inputs
    depthwise = conv(wide, wide, kernel, activation=activation, groups=wide)
    project = nn.Sequential(nn.Conv2d(wide, inputs, 1, bias=False), nn.BatchNorm2d(inputs))
    return Residual(conv(inputs, wide, 1, activation=activation), depthwise, *gate, project)


def mobilenet_v2() -> nn.Module:
    return nn.Sequential(conv(3, 8, stride=2), inverted(8, nn.ReLU6()), classifier(8))


def mobilenet_v3() -> nn.Module:
    gate = SqueezeExcite(24, nn.Hardsigmoid(), nn.ReLU())
    block = inverted(8, nn.Hardswish(), gate, kernel=5)
    return nn.Sequential(conv(3, 8, stride=2, activation=nn.Hardswish()), block, classifier(8))


def efficientnet() -> nn.Module:
    block = inverted(8, nn.SiLU(), SqueezeExcite(24, nn.Sigmoid(), nn.SiLU()))
    return nn.Sequential(conv(3, 8, stride=2, activation=nn.SiLU()), block, classifier(8))


class EfficientChannelAttention(nn.Module):
    """A 1-D convolution over the means of the channels."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        means = self.mix(x.mean((2, 3)).unsqueeze(1)).squeeze(1)
        return x * torch.sigmoid(means)[:, :, None, None]


def eca_net() -> nn.Module:
    return nn.Sequential(conv(3, 16, stride=2), EfficientChannelAttention(), classifier(16))


class ConvolutionalAttention(nn.Module):
    """CBAM: channels weighted by means and maxima, then pixels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.shared = nn.Sequential(
            nn.Linear(channels, channels // 4), nn.ReLU(), nn.Linear(channels // 4, channels)
        )
        self.space = nn.Conv2d(2, 1, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        gates = self.shared(x.mean((2, 3))) + self.shared(x.amax((2, 3)))
        x = x * torch.sigmoid(gates)[:, :, None, None]
        seen = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.space(seen))


def cbam() -> nn.Module:
    return nn.Sequential(conv(3, 16, stride=2), ConvolutionalAttention(16), classifier(16))


def shuffled(x: Tensor) -> Tensor:
    """The channels of two groups, in turn."""
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class ShuffleUnit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        depthwise = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.BatchNorm2d(8))
        self.branch = nn.Sequential(conv(8, 8, 1), depthwise, conv(8, 8, 1))

    def forward(self, x: Tensor) -> Tensor:
        kept, changed = x.chunk(2, 1)
        return shuffled(torch.cat([kept, self.branch(changed)], 1))


def shufflenet() -> nn.Module:
    return nn.Sequential(conv(3, 16, stride=2), ShuffleUnit(), ShuffleUnit(), classifier(16))


class Ghost(nn.Module):
    """Half of the channels are cheap functions of the other half."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.primary = conv(inputs, outputs // 2, 1)
        self.cheap = conv(outputs // 2, outputs // 2, groups=outputs // 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.primary(x)
        return torch.cat([x, self.cheap(x)], 1)


def ghostnet() -> nn.Module:
    return nn.Sequential(conv(3, 8, stride=2), Residual(Ghost(8, 24), Ghost(24, 8)), classifier(8))


class ChannelsLast(nn.Module):
    """A module that works on the last dimension, for NCHW."""

    def __init__(self, *inside: nn.Module) -> None:
        super().__init__()
        self.inside = nn.Sequential(*inside)

    def forward(self, x: Tensor) -> Tensor:
        return self.inside(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Scale(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.rand(channels) + 0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


def convnext() -> nn.Module:
    mixer = [nn.LayerNorm(12), nn.Linear(12, 36), nn.GELU(), nn.Linear(36, 12), Scale(12)]
    block = Residual(nn.Conv2d(12, 12, 7, padding=3, groups=12), ChannelsLast(*mixer))
    stem = [nn.Conv2d(3, 12, 4, 4), ChannelsLast(nn.LayerNorm(12))]
    last = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(12), nn.Linear(12, 10)]
    return nn.Sequential(*stem, block, *last)


class Mixer(nn.Module):
    """Layers that mix tokens, then channels."""

    def __init__(self, tokens: int, channels: int) -> None:
        super().__init__()
        self.tokens = nn.Sequential(nn.Linear(tokens, 24), nn.GELU(), nn.Linear(24, tokens))
        self.channels = nn.Sequential(nn.Linear(channels, 24), nn.GELU(), nn.Linear(24, channels))
        self.first, self.second = nn.LayerNorm(channels), nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tokens(self.first(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.second(x))


def mlp_mixer() -> nn.Module:
    patches = [nn.Conv2d(3, 12, 4, 4), Function(lambda x: x.flatten(2).transpose(1, 2))]
    last = [nn.LayerNorm(12), Function(lambda x: x.mean(1)), nn.Linear(12, 10)]
    return nn.Sequential(*patches, Mixer(16, 12), *last)


def repvgg() -> nn.Module:
    """Three branches, added: as trained, not as deployed."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8))
            self.narrow = nn.Sequential(nn.Conv2d(8, 8, 1, bias=False), nn.BatchNorm2d(8))
            self.same = nn.BatchNorm2d(8)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.wide(x) + self.narrow(x) + self.same(x))

    return nn.Sequential(conv(3, 8, stride=2), Block(), classifier(8))


def group_norm() -> nn.Module:
    first = [nn.Conv2d(3, 8, 3, 2, 1), nn.GroupNorm(4, 8), nn.SiLU()]
    return nn.Sequential(*first, nn.Conv2d(8, 8, 3, 1, 1), nn.GroupNorm(2, 8), classifier(8))


def prelu_face() -> nn.Module:
    """MobileFaceNet in small: PReLU with a slope a channel, global depthwise, an embedding of length 1."""
    body = [conv(3, 8, stride=2, activation=nn.PReLU(8)), conv(8, 16, 1, activation=nn.PReLU(16))]
    depthwise = nn.Conv2d(16, 16, 8, groups=16)
    embed = nn.Sequential(nn.Flatten(), nn.Linear(16, 12, bias=False))
    return nn.Sequential(*body, depthwise, embed, Function(nn.functional.normalize))


def activations() -> nn.Module:
    """One of each of the rarer activations."""
    kinds = [nn.ELU(), nn.SELU(), nn.CELU(0.7), nn.Mish(), nn.Softplus(), nn.LeakyReLU(0.1)]
    kinds += [nn.Softsign(), nn.Hardtanh(), nn.LogSigmoid(), nn.Tanhshrink(), nn.Hardsigmoid()]
    layers = [layer for kind in kinds for layer in (nn.Linear(12, 12), kind)]
    return nn.Sequential(*layers, nn.Linear(12, 10), nn.LogSoftmax(-1))


class Capsule(nn.Module):
    """Vectors squashed to lengths below 1, and votes by einsum."""

    def __init__(self) -> None:
        super().__init__()
        self.primary = nn.Conv2d(1, 8, 5, 3)
        self.votes = nn.Parameter(torch.randn(8, 5, 4, 4) * 0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squash(self.primary(x).reshape(1, 8, 4))
        votes = torch.einsum("bic,iock->biok", x, self.votes)
        return self.squash(votes.sum(1)).norm(dim=-1)

    @staticmethod
    def squash(x: Tensor) -> Tensor:
        squares = x.square().sum(-1, keepdim=True)
        return squares / (1 + squares) * x / torch.sqrt(squares + 1e-6)


def topk_head() -> nn.Module:
    """The three best classes and their shares."""
    best = Function(lambda x: torch.topk(x.softmax(-1), 3))
    return nn.Sequential(conv(3, 8, stride=2), classifier(8), best)
