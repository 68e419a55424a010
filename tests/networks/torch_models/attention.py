"""Networks of attention. Inputs: (1, 12, 16), twelve tokens of 16 numbers, unless it says otherwise."""

import math

import torch
from torch import Tensor, nn

from tests.networks.torch_models.blocks import Function, Residual

TOKENS, WIDTH, HEADS = 12, 16, 2


class Attention(nn.Module):
    """Several heads, with or without a mask of the future."""

    def __init__(self, causal: bool = False, fused: bool = True) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.causal, self.fused = causal, fused

    def forward(self, x: Tensor) -> Tensor:
        heads = self.qkv(x).view(1, -1, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = self.seen(heads[0], heads[1], heads[2])
        return self.out(seen.transpose(1, 2).reshape(1, -1, WIDTH))

    def seen(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        if self.fused:
            return nn.functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        scores = q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)
        if self.causal:
            future = torch.triu(torch.ones(TOKENS, TOKENS, dtype=torch.bool), 1)
            scores = scores.masked_fill(future, -1e9)
        return scores.softmax(-1) @ v


def perceptron(width: int = WIDTH, activation: nn.Module | None = None) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, 2 * width), activation or nn.GELU(), nn.Linear(2 * width, width)
    )


def block(attention: nn.Module) -> nn.Sequential:
    first = Residual(nn.LayerNorm(WIDTH), attention)
    return nn.Sequential(first, Residual(nn.LayerNorm(WIDTH), perceptron()))


class Embedded(nn.Module):
    """Patches of an image (1, 3, 16, 16), a token for the class, positions."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, WIDTH) * 0.5)
        self.positions = nn.Parameter(torch.randn(1, 17, WIDTH) * 0.2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        return torch.cat([self.token, x], 1) + self.positions


def vit() -> nn.Module:
    first = Function(lambda x: x[:, 0])
    return nn.Sequential(
        Embedded(), block(Attention()), nn.LayerNorm(WIDTH), first, nn.Linear(WIDTH, 10)
    )


def transformer_encoder() -> nn.Module:
    """PyTorch's own layer: norms after the sums, ReLU."""
    return nn.Sequential(nn.TransformerEncoderLayer(WIDTH, HEADS, 24, 0.0, batch_first=True))


def masked_attention() -> nn.Module:
    return nn.Sequential(block(Attention(causal=True, fused=False)), nn.Linear(WIDTH, 8))


class Language(nn.Module):
    """Tokens to scores of the next token: GPT in small; int64 input (1, 12)."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(30, WIDTH)
        self.positions = nn.Parameter(torch.randn(TOKENS, WIDTH) * 0.2)
        self.body = nn.Sequential(block(Attention(causal=True)), nn.LayerNorm(WIDTH))

    def forward(self, tokens: Tensor) -> Tensor:
        return self.body(self.table(tokens) + self.positions) @ self.table.weight.T


class RmsNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.rand(WIDTH) + 0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * self.scale


class Rotated(Attention):
    """Positions as angles by which pairs of numbers are turned."""

    def seen(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return super().seen(self.turned(q), self.turned(k), v)

    def turned(self, x: Tensor) -> Tensor:
        half = x.shape[-1] // 2
        speeds = 10000.0 ** -(torch.arange(half) / half)
        angles = torch.outer(torch.arange(TOKENS), speeds)
        a, b = x[..., :half], x[..., half:]
        cos, sin = angles.cos(), angles.sin()
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class SwiGlu(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gate, self.up = nn.Linear(WIDTH, 24, bias=False), nn.Linear(WIDTH, 24, bias=False)
        self.down = nn.Linear(24, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(nn.functional.silu(self.gate(x)) * self.up(x))


def llama_block() -> nn.Module:
    attention = Residual(RmsNorm(), Rotated(causal=True, fused=False))
    return nn.Sequential(attention, Residual(RmsNorm(), SwiGlu()))


class CrossAttention(nn.Module):
    """A decoder's layer: what it has, and what an encoder made; two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerDecoderLayer(WIDTH, HEADS, 24, 0.0, "gelu", batch_first=True)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        return self.layer(x, memory)


class LinearAttention(nn.Module):
    """Keys and values meet first, by einsum; no softmax over tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(WIDTH, WIDTH) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        q, k = nn.functional.elu(self.q(x)) + 1, nn.functional.elu(self.k(x)) + 1
        state = torch.einsum("bnd,bne->bde", k, self.v(x))
        scale = 1 / (torch.einsum("bnd,bd->bn", q, k.sum(1)) + 1e-6)
        return torch.einsum("bnd,bde,bn->bne", q, state, scale)


class Windows(nn.Module):
    """Swin: attention inside shifted windows of 4x4 of an image (1, 8, 8, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 3 * WIDTH)
        self.bias = nn.Parameter(torch.randn(HEADS, 16, 16) * 0.2)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.roll(self.norm(x), (-2, -2), (1, 2))
        y = y.view(1, 2, 4, 2, 4, WIDTH).permute(0, 1, 3, 2, 4, 5).reshape(4, 16, WIDTH)
        heads = self.attention(y).view(4, 16, 3, HEADS, 8).permute(2, 0, 3, 1, 4)
        q, k, v = heads[0], heads[1], heads[2]
        y = (q @ k.transpose(-1, -2) / math.sqrt(8) + self.bias).softmax(-1) @ v
        y = self.out(y.transpose(1, 2).reshape(4, 16, WIDTH))
        y = y.view(1, 2, 2, 4, 4, WIDTH).permute(0, 1, 3, 2, 4, 5).reshape(1, 8, 8, WIDTH)
        return x + torch.roll(y, (2, 2), (1, 2))


class MobileVit(nn.Module):
    """Convolutions, then attention among the pixels at the same place of every patch; (1, 3, 16, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, WIDTH, 3, 2, 1), nn.SiLU())
        self.body, self.last = block(Attention()), nn.Conv2d(2 * WIDTH, 6, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = x.view(1, WIDTH, 4, 2, 4, 2).permute(3, 5, 0, 2, 4, 1).reshape(4, 16, WIDTH)
        y = torch.cat([self.body(part[None]) for part in y.unbind(0)])
        y = y.view(2, 2, 1, 4, 4, WIDTH).permute(2, 5, 3, 0, 4, 1).reshape(1, WIDTH, 8, 8)
        return self.last(torch.cat([x, y], 1))


class Conformer(nn.Module):
    """Half steps of perceptrons around attention and a gated convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = (
            nn.Sequential(nn.LayerNorm(WIDTH), perceptron(activation=nn.SiLU())) for _ in range(2)
        )
        self.attention = Residual(nn.LayerNorm(WIDTH), Attention())
        self.norm, self.wide = nn.LayerNorm(WIDTH), nn.Conv1d(WIDTH, 2 * WIDTH, 1)
        self.over_time = nn.Sequential(
            nn.Conv1d(WIDTH, WIDTH, 5, padding=2, groups=WIDTH), nn.BatchNorm1d(WIDTH), nn.SiLU()
        )
        self.last = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = self.attention(x + self.first(x) / 2)
        gated = nn.functional.glu(self.wide(self.norm(x).transpose(1, 2)), 1)
        x = x + self.over_time(gated).transpose(1, 2)
        return self.last(x + self.second(x) / 2)
