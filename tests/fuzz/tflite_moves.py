"""TFLite operators that move values and compute nothing. Each function grows a graph by one of them."""

import numpy as np

from tests.fuzz.choices import Rejected
from tests.fuzz.tflite_graph import Growth


def concat(growth: Growth) -> None:
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    axis = growth.between(0, len(shape) - 1)

    def rest(other: tuple[int, ...]) -> tuple[int, ...]:
        return (*other[:axis], *other[axis + 1 :])

    fitting = growth.activations(
        lambda t: (
            len(t.shape) == len(shape) and rest(t.shape) == rest(shape) and growth.same_scale(x)(t)
        )
    )
    inputs = [x, *(growth.one_of(fitting) for _ in range(growth.between(1, 2)))]
    if growth.chance(0.15):
        wide = (*shape[:axis], growth.between(1, 3), *shape[axis + 1 :])
        inputs.append(growth.random_constant(wide, x))
    length = sum(growth.shape(name)[axis] for name in inputs)
    y = growth.like(x, "joined", (*shape[:axis], length, *shape[axis + 1 :]))
    growth.add("CONCATENATION", inputs, [y], "ConcatenationOptions", 2,
               axis=growth.any_axis(axis, len(shape)), fused_activation_function=0)  # fmt: skip


def pack(growth: Growth) -> None:
    x = growth.activation((1, 2, 3))
    shape = growth.shape(x)
    fitting = growth.activations(lambda t: t.shape == shape and growth.same_scale(x)(t))
    inputs = [x, *(growth.one_of(fitting) for _ in range(growth.between(0, 2)))]
    axis = growth.between(0, len(shape))
    y = growth.like(x, "packed", (*shape[:axis], len(inputs), *shape[axis:]))
    growth.add("PACK", inputs, [y], "PackOptions", 2, values_count=len(inputs), axis=axis)


def split(growth: Growth) -> None:
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    axis = growth.one_of(i for i, size in enumerate(shape) if size > 1)
    parts, along = growth.between(2, min(3, shape[axis])), growth.any_axis(axis, len(shape))

    def part(*size: int) -> str:
        return growth.like(x, "part", (*shape[:axis], *size, *shape[axis + 1 :]))

    how = growth.one_of(["SPLIT", "SPLIT_V", "UNPACK"])
    if how == "SPLIT" and shape[axis] % parts == 0:
        outputs = [part(shape[axis] // parts) for _ in range(parts)]
        inputs = [growth.constant(along), x]
        growth.add("SPLIT", inputs, outputs, "SplitOptions", 2, num_splits=parts)
    elif how == "UNPACK" and shape[axis] <= 4 and len(shape) > 1:
        outputs = [part() for _ in range(shape[axis])]
        growth.add("UNPACK", [x], outputs, "UnpackOptions", 2, num=shape[axis], axis=along)
    else:
        sizes = growth.cut(shape[axis], parts)
        outputs = [part(size) for size in sizes]
        inputs = [x, growth.constant(sizes), growth.constant(along)]
        growth.add("SPLIT_V", inputs, outputs, "SplitVOptions", 2, num_splits=parts)


def slice_(growth: Growth) -> None:
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    begins = [growth.between(0, size - 1) for size in shape]
    sizes = [growth.between(1, n - b) for n, b in zip(shape, begins, strict=True)]
    y = growth.like(x, "slice", sizes)
    to_the_end = zip(begins, sizes, shape, strict=True)
    sizes = [-1 if b + n == size and growth.chance(0.3) else n for b, n, size in to_the_end]
    inputs = [x, growth.constant(begins), growth.constant(sizes)]
    growth.add("SLICE", inputs, [y], "SliceOptions", 2)


def strided_slice(growth: Growth) -> None:
    x = growth.activation((1, 2, 3, 4))
    begins, ends, steps, left = [], [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "shrink_axis_mask": 0}
    for axis, size in enumerate(growth.shape(x)):
        begin, step = growth.between(0, size - 1), growth.one_of([1, 1, 1, 2, -1, 3, -2])
        if growth.chance(0.12):
            end, step = begin + 1, 1
            masks["shrink_axis_mask"] |= 1 << axis
        else:
            end = growth.between(begin + 1, size)
            if step < 0:
                end = growth.one_of([-size - 1, growth.between(0, max(0, begin - 1))])
            open_begin, open_end = growth.chance(0.2), growth.chance(0.2)
            masks["begin_mask"] |= open_begin << axis
            masks["end_mask"] |= open_end << axis
            last = None if open_end or (step < 0 and end < 0) else end
            count = len(range(size)[None if open_begin else begin : last : step])
            if count == 0:
                raise Rejected
            left.append(count)
        for values, value in ((begins, begin), (ends, end), (steps, step)):
            values.append(value)
    y = growth.like(x, "strided", left)
    inputs = [x, *map(growth.constant, (begins, ends, steps))]
    growth.add("STRIDED_SLICE", inputs, [y], "StridedSliceOptions", 2, **masks)


def pad(growth: Growth) -> None:
    x = growth.activation((2, 3, 4))
    shape = growth.shape(x)
    code, mode = growth.one_of(["PAD", "PAD", "PADV2", "MIRROR_PAD"]), growth.between(0, 1)
    pads = [[0, 0]]
    for size in shape[1:]:
        most = min(3, size - 1 + mode) if code == "MIRROR_PAD" else 3
        padded = growth.chance(0.6)
        pads.append([growth.between(0, most) if padded else 0 for _ in range(2)])
    y = growth.like(x, "padded", [n + sum(p) for n, p in zip(shape, pads, strict=True)])
    inputs = [x, growth.constant(pads)]
    if code == "MIRROR_PAD":
        growth.add(code, inputs, [y], "MirrorPadOptions", 2, mode=mode)
    elif code == "PADV2":
        growth.add(code, [*inputs, growth.random_constant((1,), x)], [y], "PadV2Options", 2)
    else:
        growth.add(code, inputs, [y], "PadOptions", 2)


def transpose(growth: Growth) -> None:
    x = growth.activation((2, 3, 4))
    order = growth.random.permutation(len(growth.shape(x)))
    y = growth.like(x, "transposed", [growth.shape(x)[axis] for axis in order])
    growth.add("TRANSPOSE", [x, growth.constant(order)], [y], "TransposeOptions", 2)


def reshape(growth: Growth) -> None:
    x = growth.activation()
    shape = growth.shape(x)
    how = growth.one_of(["reshape", "reshape", "reshape", "minus", "expand", "squeeze"])
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    if how == "expand" and len(shape) < 4:
        axis = growth.between(0, len(shape))
        y = growth.like(x, "expanded", (*shape[:axis], 1, *shape[axis:]))
        growth.add("EXPAND_DIMS", [x, growth.constant([axis])], [y], "ExpandDimsOptions")
    elif how == "squeeze" and ones and len(shape) > 1:
        axis = growth.one_of(ones)
        y = growth.like(x, "squeezed", shape[:axis] + shape[axis + 1 :])
        growth.add("SQUEEZE", [x], [y], "SqueezeOptions", squeeze_dims=[axis])
    else:
        sizes = growth.factors(int(np.prod(shape)), growth.between(1, 4))
        if len(sizes) < 4 and growth.chance(0.6):
            sizes = [1, *sizes]
        y = growth.like(x, "reshaped", sizes)
        if how == "minus":
            sizes[growth.between(0, len(sizes) - 1)] = -1
        inputs = [x, growth.constant(sizes)]
        growth.add("RESHAPE", inputs, [y], "ReshapeOptions", new_shape=sizes)


def gather(growth: Growth) -> None:
    if growth.dtype == "int16" and growth.chance(0.9):
        raise Rejected
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    axis = growth.between(0, len(shape) - 1)
    like = growth.one_of([(growth.between(1, 5),), (growth.between(1, 5),), (2, 2), ()])
    if len(shape) + len(like) > 5:
        raise Rejected
    indices = growth.constant(growth.random.integers(0, shape[axis], like))
    y = growth.like(x, "gathered", (*shape[:axis], *like, *shape[axis + 1 :]))
    along = growth.any_axis(axis, len(shape))
    growth.add("GATHER", [x, indices], [y], "GatherOptions", 2, axis=along, batch_dims=0)


def space(growth: Growth) -> None:
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    code, block = growth.one_of(["DEPTH_TO_SPACE", "SPACE_TO_DEPTH"]), growth.one_of([2, 3])
    if code == "DEPTH_TO_SPACE":
        made = (batch, height * block, width * block, channels // block**2)
        whole = channels % block**2 == 0
    else:
        made = (batch, height // block, width // block, channels * block**2)
        whole = height % block == 0 and width % block == 0
    if not whole:
        raise Rejected
    options = "DepthToSpaceOptions" if code == "DEPTH_TO_SPACE" else "SpaceToDepthOptions"
    growth.add(code, [x], [growth.like(x, "space", made)], options, block_size=block)


def batches(growth: Growth) -> None:
    """Space to batch, without padding (which TFLite Micro leaves undefined), and back."""
    x = growth.activation((4,))
    batch, height, width, channels = growth.shape(x)
    blocks = [growth.one_of([1, 2, 3]), growth.one_of([1, 2, 3])]
    if growth.chance(0.5):
        if height % blocks[0] or width % blocks[1]:
            raise Rejected
        made = (batch * blocks[0] * blocks[1], height // blocks[0], width // blocks[1], channels)
        inputs = [x, growth.constant(blocks), growth.constant([[0, 0], [0, 0]])]
        y = growth.like(x, "batches", made)
        growth.add("SPACE_TO_BATCH_ND", inputs, [y], "SpaceToBatchNDOptions")
        return
    if batch % (blocks[0] * blocks[1]):
        raise Rejected
    crops = [[growth.between(0, 1), 0], [growth.between(0, 1), 0]]
    space_ = [n * b - c[0] for n, b, c in zip((height, width), blocks, crops, strict=True)]
    y = growth.like(x, "space", (batch // (blocks[0] * blocks[1]), *space_, channels))
    inputs = [x, growth.constant(blocks), growth.constant(crops)]
    growth.add("BATCH_TO_SPACE_ND", inputs, [y], "BatchToSpaceNDOptions")


def odd(growth: Growth) -> None:
    """Operators that few networks have."""
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    code = growth.one_of(["TILE", "BROADCAST_TO", "REVERSE_V2", "CUMSUM"])
    if code == "TILE":
        counts = [growth.between(1, 2) for _ in shape]
        made, constant = [n * c for n, c in zip(shape, counts, strict=True)], counts
    elif code == "BROADCAST_TO":
        made = constant = [size if size > 1 else growth.between(1, 3) for size in shape]
    else:
        made, constant = list(shape), [growth.between(0, len(shape) - 1)]
    options = {"BROADCAST_TO": "BroadcastToOptions", "REVERSE_V2": "ReverseV2Options"}
    named = options.get(code, code.title() + "Options")
    value = growth.constant(constant if code != "CUMSUM" else constant[0])
    growth.add(code, [x, value], [growth.like(x, code.lower(), made)], named, 2)


OPERATORS = {
    concat: 4,
    pack: 1,
    split: 3,
    slice_: 2,
    strided_slice: 2,
    pad: 4,
    transpose: 3,
    reshape: 5,
    gather: 2,
    space: 2,
    batches: 1,
    odd: 1,
}
