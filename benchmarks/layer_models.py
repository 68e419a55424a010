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


SCALES = {"int8": 0.05, "int16": 0.0005}  # of activations


def product(code: str, size: int, kernel: int, channels: int, dtype: str, bits: int = 8) -> bytes:
    """A convolution, also depthwise, or a fully connected layer of all pixels."""
    model, scale = Model(), SCALES[dtype]
    image = (1, size, size, channels)
    x = model.tensor("x", image, dtype, scale)
    shape = {
        "CONV_2D": (channels, kernel, kernel, channels),
        "DEPTHWISE_CONV_2D": (1, kernel, kernel, channels),
        "FULLY_CONNECTED": (channels, size * size * channels),
    }[code]
    one = code == "FULLY_CONNECTED"
    scales = 0.01 if one else np.full(channels, 0.01)
    values = weights(*shape) if bits == 8 else RNG.integers(-8, 8, shape).astype(np.int8)
    constant = model.constant if bits == 8 else model.int4
    w = constant("w", values, scale=scales, axis=3 if code.startswith("DEPTH") else 0)
    sums = np.zeros(channels, np.int64 if dtype == "int16" else np.int32)
    bias = model.constant("bias", sums, scale=scale * np.asarray(scales))
    y = model.tensor("y", (1, channels) if one else image, dtype, 20 * scale)
    options = {} if one else {"stride_h": 1, "stride_w": 1, "padding": tflite.Padding.SAME}
    if code == "DEPTHWISE_CONV_2D":
        options["depth_multiplier"] = 1
    kind = {"CONV_2D": "Conv2D", "DEPTHWISE_CONV_2D": "DepthwiseConv2D"}
    model.operator(code, [x, w, bias], [y], f"{kind.get(code, 'FullyConnected')}Options", **options)
    return model.build([x], [y])


def elementwise(code: str, options: str, size: int, dtype: str, constant: bool = False) -> bytes:
    """Of two tensors, or of one and a constant for each channel."""
    model, shape = Model(), (1, size, size, 16)
    scale = SCALES[dtype]
    inputs = [model.tensor("a", shape, dtype, scale)]
    b = model.constant("b", weights(16), scale=scale) if constant else ""
    inputs.append(b or model.tensor("b", shape, dtype, scale))
    same = code == "MAXIMUM"  # it keeps the quantisation
    y = model.tensor("y", shape, dtype, scale if same else 2 * scale)
    model.operator(code, inputs, [y], options)
    return model.build(inputs[: 2 - constant], [y])


def pool(code: str, size: int, dtype: str) -> bytes:
    model, scale = Model(), SCALES[dtype]
    x = model.tensor("x", (1, size, size, 16), dtype, scale)
    y = model.tensor("y", (1, size // 2, size // 2, 16), dtype, scale)
    window = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2}
    model.operator(code, [x], [y], "Pool2DOptions", padding=tflite.Padding.VALID, **window)
    return model.build([x], [y])


def unary(code: str, size: int, dtype: str = "int8") -> bytes:
    """Of integers, or between them and float32."""
    model, shape = Model(), (1, size, size, 16)
    types = {"QUANTIZE": ("float32", dtype), "DEQUANTIZE": (dtype, "float32")}
    scales = {"float32": None, "int8": 1 / 256, "int16": 2.0**-15}
    before, after = types.get(code, (dtype, dtype))
    x = model.tensor("x", shape, before, None if before == "float32" else 2.0**-11)
    y = model.tensor("y", shape, after, scales[after], -128 if after == "int8" else 0)
    options = {"QUANTIZE": "QuantizeOptions", "DEQUANTIZE": "DequantizeOptions"}
    model.operator(code, [x], [y], options.get(code, ""))
    return model.build([x], [y])


def softmax(size: int) -> bytes:
    """In int16, of as few classes as CMSIS-NN's takes."""
    model = Model()
    x = model.tensor("x", (size, 8), "int16", SCALES["int16"])
    y = model.tensor("y", (size, 8), "int16", 1 / 32768)
    model.operator("SOFTMAX", [x], [y], "SoftmaxOptions", beta=1.0)
    return model.build([x], [y])


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


def batch_matmul(
    rows: int, depth: int, columns: int, transposed: bool, dtype: str = "int8"
) -> bytes:
    model, scale = Model(), SCALES[dtype]
    a = model.tensor("a", (1, 2, rows, depth), dtype, scale)
    b_shape = (columns, depth) if transposed else (depth, columns)
    b = model.tensor("b", (1, 2, *b_shape), dtype, scale)
    y = model.tensor("y", (1, 2, rows, columns), dtype, 10 * scale)
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


PRODUCTS = (
    ("CONV_2D", 1),
    ("CONV_2D", 3),
    ("CONV_2D", 5),
    ("DEPTHWISE_CONV_2D", 3),
    ("DEPTHWISE_CONV_2D", 5),
    ("FULLY_CONNECTED", 1),
)
ELEMENTWISE = {"ADD": "AddOptions", "MUL": "MulOptions", "MAXIMUM": "MaximumMinimumOptions"}


def models() -> dict[str, bytes]:
    found = {
        "transpose_conv_few": transpose_conv(8, 3, 8, 8),
        "transpose_conv_many": transpose_conv(8, 3, 32, 16),
        "transpose_conv_wide": transpose_conv(16, 2, 24, 8),
        "svdf_small": svdf(16, 32, 8),
        "svdf_large": svdf(96, 64, 32),
    }
    for size in (8, 16):
        for dtype, bits in (("int16", 8), ("int8", 4)):
            for code, kernel in PRODUCTS:
                name = f"{code.lower()}_{kernel}_{size}_{dtype}_{bits}"
                found[name] = product(code, size, kernel, size + 8, dtype, bits)
        for dtype in SCALES:
            for code, options in ELEMENTWISE.items():
                found[f"{code.lower()}_{size}_{dtype}"] = elementwise(code, options, size, dtype)
            for code in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
                found[f"{code.lower()}_{size}_{dtype}"] = pool(code, size, dtype)
        for code in ("ADD", "MUL"):
            name = f"{code.lower()}_constant_{size}"
            found[name] = elementwise(code, ELEMENTWISE[code], size, "int8", constant=True)
        found[f"softmax_{size}_int16"] = softmax(size)
        for code in ("LOGISTIC", "QUANTIZE", "DEQUANTIZE"):
            found[f"{code.lower()}_{size}"] = unary(code, size)
        for code in ("LOGISTIC", "TANH"):
            found[f"{code.lower()}_{size}_int16"] = unary(code, size, "int16")
    for size in (8, 24):
        for code in ("PAD", "TRANSPOSE", "CONCATENATION"):
            found[f"{code.lower()}_{size}"] = moved(code, size)
        for transposed in (False, True):
            name = f"matmul_{size}{'_transposed' * transposed}"
            sizes = size, 2 * size, size + 3
            found[name] = batch_matmul(*sizes, transposed)
            found[f"{name}_int16"] = batch_matmul(*sizes, transposed, "int16")
    for size in (4, 8, 16):
        for code, kernel in PRODUCTS:
            name = f"{code.lower()}_{kernel}_{size}_int8_8"
            found[name] = product(code, size, kernel, size + 8, "int8")
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
