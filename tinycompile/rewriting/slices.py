"""A strided_slice in numpy's words."""

from tvm import relax

from tinycompile.rewriting.expressions import shape_of


def slices(call: relax.Call) -> tuple[slice, ...]:
    """What numpy calls the strided_slice `call`."""
    data = call.args[0]
    fields = [[int(v) for v in arg.fields] for arg in call.args[1:]]
    axes, begin, end = fields[:3]
    steps = fields[3] if len(fields) > 3 else [1] * len(axes)
    result = [slice(None)] * len(shape_of(data))
    for axis, first, last, step in zip(axes, begin, end, steps, strict=True):
        result[axis] = _slice(first, last, step, shape_of(data)[axis])
    return tuple(result)


def _slice(begin: int, end: int, step: int, size: int) -> slice:
    """Negative bounds count from the back, once; if still negative, they lie before the first element."""
    begin = begin + size if begin < 0 else begin
    end = end + size if end < 0 else end
    if step > 0:
        return slice(min(max(begin, 0), size), min(max(end, 0), size), step)
    last = min(max(end, -1), size - 1)
    return slice(min(max(begin, -1), size - 1), None if last < 0 else last, step)
