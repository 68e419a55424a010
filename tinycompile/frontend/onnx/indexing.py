"""Our converters of ONNX operators that read or write by index, or by region.

A negative index counts from behind.
"""

from typing import Any

import numpy as np
from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation

ROI_IS_OF_PIXELS = 16  # the opset from which on regions mean centres of pixels
REDUCTIONS = {"none": "update", "add": "add", "mul": "mul", "min": "min", "max": "max"}


def _gather(o: Operation) -> relax.Expr:
    """Indices in steps of one size are a slice; a single one also loses its dimension."""
    shape = o.shape()
    axis = o.axis(o.attributes.get("axis", 0), len(shape))
    found = o.value(o.input(1))
    if found is None or found.ndim > 1 or found.size == 0:
        return relax.op.take(o.input(0), _from_the_front(o, shape[axis]), axis)
    indices = found % shape[axis]
    steps = np.unique(np.diff(indices.reshape(-1)))
    if steps.size > 1 or (steps.size and steps[0] < 1):
        return relax.op.take(o.input(0), relax.const(indices), axis)
    step = int(steps[0]) if steps.size else 1
    first, last = int(indices.reshape(-1)[0]), int(indices.reshape(-1)[-1])
    part = relax.op.strided_slice(o.input(0), [axis], [first], [last + 1], [step])
    return part if indices.ndim else relax.op.reshape(part, shape[:axis] + shape[axis + 1 :])


def _from_the_front(o: Operation, sizes: Any) -> relax.Expr:
    """The indices, input 1, none of them negative; `sizes` are those of the dimensions that they are of."""
    indices, dtype = o.input(1), o.input(1).ty.dtype.dtype
    known = o.value(indices)
    if known is not None:
        return relax.const((known % sizes).astype(known.dtype))
    negative = relax.op.less(indices, relax.const(0, dtype))
    size = relax.const(np.asarray(sizes), dtype)
    return o.builder.normalize(relax.op.where(negative, relax.op.add(indices, size), indices))


def _gather_elements(o: Operation) -> relax.Expr:
    axis = o.axis(o.attributes.get("axis", 0), len(o.shape()))
    return relax.op.gather_elements(o.input(0), _from_the_front(o, o.shape()[axis]), axis)


def _gather_nd(o: Operation) -> relax.Expr:
    batched = int(o.attributes.get("batch_dims", 0))
    sizes = o.shape()[batched : batched + o.shape(1)[-1]]
    return relax.op.gather_nd(o.input(0), _from_the_front(o, sizes), batched)


def _scatter_elements(o: Operation) -> relax.Expr:
    axis = o.axis(o.attributes.get("axis", 0), len(o.shape()))
    indices = _from_the_front(o, o.shape()[axis])
    return relax.op.scatter_elements(o.input(0), indices, o.input(2), axis, _reduction(o))


def _scatter_nd(o: Operation) -> relax.Expr:
    indices = _from_the_front(o, o.shape()[: o.shape(1)[-1]])
    return relax.op.scatter_nd(o.input(0), indices, o.input(2), _reduction(o))


def _reduction(o: Operation) -> str:
    name = o.attributes.get("reduction", "none")
    if name not in REDUCTIONS:
        raise UnsupportedOperator(f"reduction is {name!r}; known are {', '.join(REDUCTIONS)}")
    return REDUCTIONS[name]


def _roi_align(o: Operation) -> relax.Expr:
    given, dtype = o.attributes, o.input(1).ty.dtype.dtype
    if given.get("mode", "avg") != "avg":
        raise UnsupportedOperator(
            "mode is max, which different runtimes understand differently; avg is supported"
        )
    usual = "half_pixel" if o.opset >= ROI_IS_OF_PIXELS else "output_half_pixel"
    aligned = given.get("coordinate_transformation_mode", usual) == "half_pixel"
    rois, scale = o.input(1), given.get("spatial_scale", 1.0)
    if aligned:  # half a pixel of the image, which is scaled behind it
        rois = relax.op.subtract(rois, relax.const(0.5 / scale, dtype))
    images = relax.op.astype(relax.op.expand_dims(o.input(2), 1), dtype)
    return relax.op.vision.roi_align(
        o.input(0),
        relax.op.concat([o.builder.normalize(images), o.builder.normalize(rois)], 1),
        pooled_size=(given.get("output_height", 1), given.get("output_width", 1)),
        spatial_scale=scale,
        sample_ratio=given.get("sampling_ratio", 0),
        aligned=aligned,
        layout="NCHW",
        mode="avg",
    )


CONVERTERS: dict[str, Converter] = {
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "GatherND": _gather_nd,
    "ScatterElements": _scatter_elements,
    "ScatterND": _scatter_nd,
    "RoiAlign": _roi_align,
}
