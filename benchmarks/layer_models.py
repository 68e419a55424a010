"""Write models of one layer, of kernels that networks at hand do not have, for kernel_costs.py.

    .venv/bin/python -m benchmarks.layer_models DIR
    .venv/bin/python benchmarks/kernel_costs.py MODEL... DIR/*.tflite

Run it from the root of the repository: it writes files as the tests do.
"""

import argparse
from pathlib import Path

import numpy as np
import tflite

from tests.tflite_model import Model

RNG = np.random.default_rng(0)


def weights(*shape: int) -> np.ndarray:
    return RNG.integers(-127, 128, shape).astype(np.int8)


def transpose_conv(size: int, kernel: int, channels: int, filters: int) -> bytes:
    model = Model()
    x = model.tensor("x", (1, size, size, channels), scale=0.05)
    out = (1, 2 * size, 2 * size, filters)
    y = model.tensor("y", out, scale=0.5)
    shape = model.constant("shape", np.array(out, np.int32))
    w = model.constant(
        "w", weights(filters, kernel, kernel, channels), scale=np.full(filters, 0.01)
    )
    options = {"stride_h": 2, "stride_w": 2, "padding": tflite.Padding.SAME}
    model.operator("TRANSPOSE_CONV", [shape, w, x], [y], "TransposeConvOptions", **options)
    return model.build([x], [y])


def batch_matmul(rows: int, depth: int, columns: int, transposed: bool) -> bytes:
    model = Model()
    a = model.tensor("a", (1, 2, rows, depth), scale=0.05)
    b_shape = (columns, depth) if transposed else (depth, columns)
    b = model.tensor("b", (1, 2, *b_shape), scale=0.05)
    y = model.tensor("y", (1, 2, rows, columns), scale=0.5)
    model.operator("BATCH_MATMUL", [a, b], [y], "BatchMatMulOptions", version=2, adj_y=transposed)
    return model.build([a, b], [y])


def moved(code: str, size: int) -> bytes:
    model = Model()
    shape = (1, size, size, 16)
    x = model.tensor("x", shape, scale=0.05)
    if code == "PAD":
        widths = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
        y = model.tensor("y", (1, size + 2, size + 2, 16), scale=0.05)
        model.operator(code, [x, model.constant("widths", widths)], [y], "PadOptions")
    elif code == "TRANSPOSE":
        y = model.tensor("y", (1, 16, size, size), scale=0.05)
        axes = model.constant("axes", np.array([0, 3, 1, 2], np.int32))
        model.operator(code, [x, axes], [y], "TransposeOptions")
    else:
        z = model.tensor("z", shape, scale=0.05)
        y = model.tensor("y", (1, size, size, 32), scale=0.05)
        model.operator(code, [x, z], [y], "ConcatenationOptions", axis=3)
        return model.build([x, z], [y])
    return model.build([x], [y])


def svdf(inputs: int, units: int, memory: int) -> bytes:
    model = Model()
    x = model.tensor("x", (1, inputs), scale=0.05)
    time = RNG.integers(-3000, 3000, (units, memory)).astype(np.int16)
    operands = [
        x,
        model.constant("features", weights(units, inputs), scale=0.01),
        model.constant("time", time, scale=0.0003),
        model.constant("bias", np.zeros(units, np.int32), scale=3e-7),
        model.tensor("state", (1, units * memory), "int16", 0.001, variable=True),
    ]
    y = model.tensor("y", (1, units), scale=0.1)
    model.operator("SVDF", operands, [y], "SVDFOptions", rank=1)
    return model.build([x], [y])


def models() -> dict[str, bytes]:
    found = {
        "transpose_conv_few": transpose_conv(8, 3, 8, 8),
        "transpose_conv_many": transpose_conv(8, 3, 32, 16),
        "transpose_conv_wide": transpose_conv(16, 2, 24, 8),
        "svdf_small": svdf(16, 32, 8),
        "svdf_large": svdf(96, 64, 32),
    }
    for size in (8, 24):
        for code in ("PAD", "TRANSPOSE", "CONCATENATION"):
            found[f"{code.lower()}_{size}"] = moved(code, size)
        for transposed in (False, True):
            name = f"matmul_{size}{'_transposed' * transposed}"
            found[name] = batch_matmul(size, 2 * size, size + 3, transposed)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in models().items():
        (folder / f"{name}.tflite").write_bytes(data)


if __name__ == "__main__":
    main()
