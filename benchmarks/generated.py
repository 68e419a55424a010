"""Generated C against plain C written by hand, on a Cortex-M4: instructions, and bytes of code.

    .venv/bin/python -m benchmarks.generated

Writes benchmarks/generated.md. The functions by hand are in generated.c; both are compiled with -O2 by
arm-none-eabi-gcc and counted in QEMU, with what they call of libm.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.relax import op

from tests.tir.cases import quantized, real
from tests.tir.references import sigmoid, steps
from tests.tir.runtime import constant, function
from tinycompile.codegen.c import C_TYPES
from tinycompile.codegen.c import table as c_table
from tinycompile.simulate import plugin
from tinycompile.simulate.build import FIRMWARE, build_firmware
from tinycompile.simulate.size import symbols
from tinycompile.target import Target
from tinycompile.tir import Generated, generate

BY_HAND = Path(__file__).with_suffix(".c")
TABLE = Path(__file__).with_suffix(".md")
ALLOWED = 1.3  # times the instructions of the plain loop; beyond, the table says why
RANDOM = np.random.default_rng(3)
Type = tuple[tuple[int, ...], str]
Array = NDArray[np.generic]


@dataclass(frozen=True)
class Duel:
    """An operator: the group to generate, and the tables that the function by hand takes after its output."""

    title: str
    name: str  # of the function by hand, behind hand_
    body: Callable[..., relax.Expr]
    types: tuple[Type, ...]
    tables: tuple[Array, ...] = ()
    work: int = 0  # steps of the innermost loop, if they are not the elements of the output
    why: str = ""  # the generated one needs more


def f32(*shape: int) -> Type:
    return shape, "float32"


def s8(*shape: int) -> Type:
    return shape, "int8"


def random(*shape: int) -> Array:
    return RANDOM.normal(size=shape).astype(np.float32)


GAMMA, BETA, SLOPES = random(64), random(64), random(16)
CONV, TRANSPOSED = random(3, 3, 8, 8), random(8, 8, 4, 4)
INT8 = np.arange(-128, 128)
SWISH_VALUE = (INT8.astype(np.float32) - 3) * np.float32(0.1)
SWISH = steps(SWISH_VALUE * sigmoid(SWISH_VALUE), 0.05, -5)


def int8_matmul(builder: relax.BlockBuilder, x: relax.Expr, y: relax.Expr) -> relax.Expr:
    product = builder.emit(op.matmul(real(builder, x, 0.1, 3), real(builder, y, 0.2, -4)))
    return quantized(product, 2.0, 1)


def swish(builder: relax.BlockBuilder, x: relax.Expr) -> relax.Expr:
    value = real(builder, x, 0.1, 3)
    return quantized(builder.emit(op.multiply(value, op.sigmoid(value))), 0.05, -5)


def gelu(_: relax.BlockBuilder, x: relax.Expr) -> relax.Expr:
    return op.nn.gelu(x)


DUELS = (
    Duel(
        "layer norm, 32 rows of 64",
        "layer_norm",
        lambda _, x: op.nn.layer_norm(x, constant(GAMMA), constant(BETA), axes=[-1]),
        (f32(1, 32, 64),),
        (GAMMA, BETA),
    ),
    Duel("softmax, 32 rows of 64", "softmax", lambda _, x: op.nn.softmax(x), (f32(32, 64),)),
    Duel(
        "PReLU, 16x16x16",
        "prelu",
        lambda _, x: op.nn.prelu(x, constant(SLOPES), 3),
        (f32(1, 16, 16, 16),),
        (SLOPES,),
    ),
    Duel(
        "bilinear resize, 16x16x8 to 32x32x8",
        "bilinear",
        lambda _, x: op.image.resize2d(x, (32, 32), layout="NHWC"),
        (f32(1, 16, 16, 8),),
    ),
    Duel(
        "matmul, 32x64 by 64x32",
        "matmul",
        lambda _, a, b: op.matmul(a, b),
        (f32(1, 32, 64), f32(1, 64, 32)),
        work=32 * 32 * 64,
    ),
    Duel(
        "matmul, 32x64 by the transpose of 32x64",
        "matmul_transposed",
        lambda builder, a, b: op.matmul(a, builder.emit(op.permute_dims(b, [0, 2, 1]))),
        (f32(1, 32, 64), f32(1, 32, 64)),
        work=32 * 32 * 64,
    ),
    Duel(
        "int8 matmul, 32x64 by 64x32",
        "int8_matmul",
        int8_matmul,
        (s8(32, 64), s8(64, 32)),
        work=32 * 32 * 64,
    ),
    Duel(
        "convolution 3x3 and ReLU, 16x16x8 to 16x16x8",
        "conv2d",
        lambda builder, x: op.nn.relu(
            builder.emit(
                op.nn.conv2d(x, constant(CONV), padding=1, data_layout="NHWC", kernel_layout="HWIO")
            )
        ),
        (f32(1, 16, 16, 8),),
        (CONV,),
        work=16 * 16 * 8 * 72,
    ),
    Duel(
        "transposed convolution 4x4 by 2, 8x8x8 to 16x16x8",
        "transposed_conv2d",
        lambda _, x: op.nn.conv2d_transpose(
            x, constant(TRANSPOSED), strides=(2, 2), padding=(1, 1)
        ),
        (f32(1, 8, 8, 8),),
        (TRANSPOSED,),
        work=16 * 16 * 8 * 8 * 4,
    ),
    Duel(
        "int8 swish, 1024",
        "int8_swish",
        swish,
        (s8(1024),),
        (SWISH,),
    ),
    Duel(
        "add and ReLU, 2048",
        "add_relu",
        lambda builder, a, b: op.nn.relu(builder.emit(op.add(a, b))),
        (f32(2048), f32(2048)),
    ),
    Duel(
        "mean of an image, 16x16x16",
        "mean",
        lambda _, x: op.mean(x, [1, 2]),
        (f32(1, 16, 16, 16),),
        work=16 * 16 * 16,
    ),
    Duel("GELU, 1024", "gelu", gelu, (f32(1024),)),
)


def argument_list(duel: Duel, generated: Generated, i: int) -> tuple[list[str], str]:
    """Definitions of the memory that duel number `i` needs, and its two calls."""
    memory = [c_table(f"table{i}_{j}", values.reshape(-1)) for j, values in enumerate(duel.tables)]
    inputs = [f"in_{C_TYPES[dtype]} + {j * 64}" for j, (_, dtype) in enumerate(duel.types)]
    (output,) = generated.outputs
    out = f"out_{C_TYPES[output.dtype]}"
    tables = [f"table{i}_{j}" for j in range(len(duel.tables))]
    given = []
    if generated.constants:
        fields = []
        for field, values in generated.constants.items():
            memory.append(c_table(f"field{i}_{field}", values))
            fields.append(f"field{i}_{field}")
        symbol = f"tc_{duel.name}"
        memory.append(f"static const struct {symbol} struct{i} = {{{', '.join(fields)}}};\n")
        given = [f"&struct{i}"]
    ours = [*given, *(inputs[j] for j in generated.inputs), out]
    ours += ["scratch"] if generated.scratch else []
    calls = f"    hand_{duel.name}({', '.join([*inputs, out, *tables])});\n"
    calls += f"    tc_{duel.name}({', '.join(ours)});\n"
    return memory, calls


def program(generated: list[Generated]) -> str:
    """A C file that fills the inputs and has `run` call everything."""
    parts = ["#include <math.h>\n#include <stdint.h>\n"]
    by_hand = BY_HAND.read_text()
    parts.append(by_hand[by_hand.index("void hand_layer_norm") : by_hand.index("PLAIN void")])
    calls = ""
    for i, (duel, made) in enumerate(zip(DUELS, generated, strict=True)):
        parts.append(made.declaration(f"tc_{duel.name}"))
        memory, called = argument_list(duel, made, i)
        parts += memory
        calls += called
    parts.append(
        "static float in_float[8192], out_float[16384];\n"
        "static int8_t in_int8_t[8192], out_int8_t[4096];\nstatic int64_t scratch[4096];\n"
        "void run(void);\n__attribute__((noipa)) void run(void)\n{\n    (void)scratch;\n"
        + calls
        + "}\n"
        "int main(void)\n{\n    uint32_t seed = 1;\n"
        "    for (int32_t i = 0; i < 8192; i++) {\n"
        "        seed = seed * 1664525u + 1013904223u;\n"
        "        in_float[i] = (float)(seed >> 8) / 4194304.0f - 2.0f;\n"
        "        in_int8_t[i] = (int8_t)(seed >> 24);\n    }\n    run();\n    return 0;\n}\n"
    )
    return "".join(parts)


def measure(folder: Path) -> str:
    generated = [generate(function(duel.body, *duel.types)) for duel in DUELS]
    sources = [folder / "main.c", BY_HAND]
    sources[0].write_text(program(generated))
    for duel, made in zip(DUELS, generated, strict=True):
        symbol = f"tc_{duel.name}"
        sources.append(folder / f"{symbol}.c")
        own = made.declaration(symbol).replace("\nvoid ", "\n__attribute__((noipa)) void ")
        own = f"__attribute__((noipa)) {own}" if own.startswith("void") else own
        headers = "#include <math.h>\n#include <stdint.h>\n\n"
        sources[-1].write_text(headers + own + "\n".join([*made.helpers, made.source(symbol)]))
    target = Target.load("cortex-m4")
    elf = build_firmware(sources, [FIRMWARE], target, folder / "duels.elf")
    rows = [f"{side}_{duel.name}" for duel in DUELS for side in ("hand", "tc")]
    counted = plugin.count(elf, target, "run", rows, cwd=folder).rows
    bytes_of = {symbol.name: symbol.size for symbol in symbols(elf)}
    lines = [
        line_of(*pair, bytes_of) for pair in zip(DUELS, counted[::2], counted[1::2], strict=True)
    ]
    return "\n".join([HEADER, *lines, ""])


HEADER = """\
# Generated C against plain C by hand

Instructions on a Cortex-M4 for a step of the innermost loop or an element of the output, with what they call
of libm, and bytes of the function; gcc, -O2. Written by `python -m benchmarks.generated`.

| operator | instructions by hand | generated | times | bytes by hand | generated | |
|---|---|---|---|---|---|---|"""


def line_of(
    duel: Duel, hand: plugin.RowCounts, ours: plugin.RowCounts, bytes_of: dict[str, int]
) -> str:
    group = generate(function(duel.body, *duel.types))
    work = duel.work or prod(group.outputs[0].shape)
    times = ours.instructions / hand.instructions
    why = duel.why if times > ALLOWED else ""
    figures = [
        f"{hand.instructions / work:.2f}",
        f"{ours.instructions / work:.2f}",
        f"{times:.2f}",
        str(bytes_of[f"hand_{duel.name}"]),
        str(bytes_of[f"tc_{duel.name}"]),
        why,
    ]
    return f"| {duel.title} | {' | '.join(figures)} |"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = measure(Path(folder))
    TABLE.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
