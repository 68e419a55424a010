"""Operators that move values and compute nothing. Each function grows a graph by one of them."""

from typing import Any

import numpy as np

from tests.fuzz.onnx_graph import F32, Growth


def any_axis(growth: Growth, axis: int, rank: int) -> int:
    """`axis`, counted from either end."""
    return axis if growth.chance(0.7) else axis - rank


def concat(growth: Growth) -> None:
    x = growth.tensor((1, 2, 3, 4, 5))
    shape = growth.shape(x)
    axis = growth.between(min(1, len(shape) - 1), len(shape) - 1)

    def rest(other: tuple[int, ...]) -> tuple[int, ...]:
        return (*other[:axis], *other[axis + 1 :])

    fitting = [
        name
        for name, value in growth.graph.values.items()
        if value.dtype == F32 and value.ndim == len(shape) and rest(value.shape) == rest(shape)
    ]
    inputs = [x, *(growth.one_of(fitting) for _ in range(growth.between(1, 2)))]
    growth.random.shuffle(inputs)
    inputs, roles = [str(name) for name in inputs], {}
    if growth.chance(0.15):
        roles[len(inputs)] = "operand"
        wide = (*shape[:axis], growth.between(1, 3), *shape[axis + 1 :])
        inputs.append(growth.normal(1, wide))
    growth.add("Concat", inputs, {"axis": any_axis(growth, axis, len(shape))}, roles)


def split(growth: Growth) -> None:
    x = growth.tensor((1, 2, 3, 4))
    shape = growth.shape(x)
    axis = growth.one_of(i for i, size in enumerate(shape) if size > 1)
    parts = growth.between(2, min(3, shape[axis]))
    attributes, inputs = {"axis": axis}, [x]
    if shape[axis] % parts or growth.chance(0.6):
        inputs.append(growth.integers(growth.cut(shape[axis], parts)))
    elif growth.graph.opset >= 18:
        attributes["num_outputs"] = parts
    growth.add("Split", inputs, attributes, outputs=(True,) * parts)


def slice_(growth: Growth) -> None:
    x = growth.tensor((1, 2, 3, 4, 5))
    shape = growth.shape(x)
    axes = growth.some(len(shape), growth.between(1, len(shape)))
    pieces = [piece(growth, shape[axis]) for axis in axes]
    columns = [list(column) for column in zip(*pieces, strict=True)]
    axes = [any_axis(growth, axis, len(shape)) for axis in axes]
    inputs = [x, *(growth.integers(values) for values in (*columns[:2], axes, columns[2]))]
    if set(columns[2]) == {1} and growth.chance(0.5):
        inputs.pop()
    growth.add("Slice", inputs)


def piece(growth: Growth, size: int) -> tuple[int, int, int]:
    """Begin, end and step along an axis; bounds from either end, or far beyond it."""
    step = growth.one_of([1, 1, 1, 2, 3, -1, -2])
    if step < 0:
        begin = growth.one_of([-1, size - 1, growth.between(0, size - 1), 10**6])
        return begin, growth.one_of([-(10**9), -(2**62), -size - 1, 0]), step
    begin = growth.between(0, size - 1)
    end = growth.one_of([size, growth.between(begin + 1, size), 2**31 - 1, 2**62])
    if growth.chance(0.2) and end < size:
        end -= size
    return begin - size if growth.chance(0.3) else begin, end, step


def pad(growth: Growth) -> None:
    x = growth.tensor((2, 3, 4, 5))
    shape, modern = growth.shape(x), growth.graph.opset >= 18
    mode = growth.one_of(["constant", "constant", "constant", "reflect", "edge"])
    if growth.graph.opset >= 19 and growth.chance(0.1):
        mode = "wrap"
    pads = np.zeros((2, len(shape)), np.int64)
    for axis in range(1, len(shape)):
        if growth.chance(0.5):
            most = min(3, shape[axis] - 1) if mode in ("reflect", "wrap") else 3
            pads[:, axis] = [growth.between(0, most) for _ in range(2)]
    inputs, roles = [x, growth.integers(pads.ravel())], {}
    if mode == "constant" and growth.chance(0.4):
        value = 0.0 if growth.chance(0.6) else float(growth.random.normal())
        inputs.append(growth.constant(np.array(value, F32)))
        roles[2] = "operand"
    if modern and growth.chance(0.3):
        inputs[1] = growth.integers(pads[:, 1:].ravel())
        inputs += [""] * (3 - len(inputs)) + [growth.integers(range(1, len(shape)))]
    silent = mode == "constant" and growth.chance(0.5)
    growth.add("Pad", inputs, {} if silent else {"mode": mode}, roles)


def transpose(growth: Growth) -> None:
    x = growth.tensor((2, 3, 4, 5))
    order = growth.random.permutation(len(growth.shape(x))).tolist()
    if len(order) == 4 and growth.chance(0.4):
        order = growth.one_of([[0, 2, 3, 1], [0, 3, 1, 2]])
    growth.add("Transpose", [x], {"perm": order} if growth.chance(0.95) else {})


def reshape(growth: Growth) -> None:
    x = growth.tensor()
    shape = growth.shape(x)
    count = int(np.prod(shape))
    how = growth.one_of(["flat", "random", "random", "flatten", "zero", "minus"])
    if how == "flatten" and len(shape) > 1:
        attributes = {"axis": growth.between(0, len(shape))} if growth.chance(0.4) else {}
        growth.add("Flatten", [x], attributes)
        return
    sizes = [1, count] if how == "flat" else growth.factors(count, growth.between(1, 5))
    if len(sizes) < 5 and growth.chance(0.6):
        sizes = [1, *sizes]
    if how == "minus":
        sizes[growth.between(0, len(sizes) - 1)] = -1
    if how == "zero" and shape and sizes[0] == shape[0]:
        sizes[0] = 0
    growth.add("Reshape", [x, growth.integers(sizes)])


def squeeze(growth: Growth) -> None:
    x = growth.tensor()
    rank = len(growth.shape(x))
    if rank < 5 and growth.chance(0.5):
        growth.add("Unsqueeze", [x, growth.integers([growth.between(-rank - 1, rank)])])
        return
    axis = growth.one_of(i for i, size in enumerate(growth.shape(x)) if size == 1 and i > 0)
    growth.add("Squeeze", [x, growth.integers([any_axis(growth, axis, rank)])])


def gather(growth: Growth) -> None:
    x = growth.tensor((1, 2, 3, 4))
    shape = growth.shape(x)
    axis = growth.between(0, len(shape) - 1)
    size = growth.one_of([(), (1,), (growth.between(1, 5),), (growth.between(1, 5),), (2, 2)])
    lowest = -shape[axis] if growth.chance(0.2) else 0
    indices = np.asarray(growth.random.integers(lowest, shape[axis], size))
    dtype = growth.one_of([np.int64, np.int64, np.int32])
    attributes = {"axis": any_axis(growth, axis, len(shape))}
    growth.add("Gather", [x, growth.constant(indices.astype(dtype), "p")], attributes)


def expand(growth: Growth) -> None:
    x = growth.tensor(fits=lambda value: value.size < 800)
    shape = growth.shape(x)
    if growth.chance(0.5):
        counts = [1 if growth.chance(0.5) else growth.between(1, 3) for _ in shape]
        growth.add("Tile", [x, growth.integers(counts)])
        return
    wider = [size if size > 1 else growth.between(1, 4) for size in shape]
    if growth.chance(0.3):
        wider = [1 if growth.chance(0.4) else size for size in wider]
    growth.add("Expand", [x, growth.integers(([1] if growth.chance(0.2) else []) + wider)])


def odd(growth: Growth) -> None:
    """Operators that few networks have."""
    x = growth.tensor((2, 3, 4))
    shape = growth.shape(x)
    more: dict[str, tuple[list[Any], dict[str, Any]]] = {
        "CumSum": ([np.array(len(shape) - 1)], {}),
        "GatherElements": ([growth.random.integers(0, shape[-1], shape)], {"axis": -1}),
        "GatherND": ([np.zeros((2, 1))], {}),
        "Trilu": ([], {}),
        "Einsum": ([], {"equation": "abc->acb"}),
        "Identity": ([], {}),
        "Dropout": ([], {}),
        "TopK": ([np.array([min(2, shape[-1])])], {}),
    }
    operator = growth.one_of(more)
    constants, attributes = more[operator]
    inputs = [x, *(growth.integers(value) for value in constants)]
    growth.add(operator, inputs, attributes, outputs=(True,) * (2 if operator == "TopK" else 1))


QUANTISED = {
    concat: 5,
    split: 3,
    slice_: 4,
    pad: 3,
    transpose: 4,
    reshape: 4,
    squeeze: 2,
    gather: 2,
}
FLOAT = QUANTISED | {expand: 3, odd: 3}
