"""`--stream-axis`: which axis of each input the frames lie along."""

import onnx

from tinycompile.errors import InvalidOption
from tinycompile.frontend.source import Source


def along(source: Source, axis: str | int) -> dict[str, int]:
    """By input; `axis` is a number, or the name of a dimension that ONNX has."""
    names = _dimensions(source)
    found = {}
    for name in source.inputs:
        rank, known = len(source.shapes[name]), names.get(name, [])
        if str(axis) in known:
            found[name] = known.index(str(axis))
        elif str(axis).lstrip("-").isdigit() and -rank <= int(axis) < rank:
            found[name] = int(axis) % rank
        else:
            listed = ", ".join(repr(dimension) for dimension in known if dimension)
            named = f", or one of {listed}" if listed else ""
            raise InvalidOption(
                f"--stream-axis: input {name!r} has no axis {axis!r}; it has 0 to {rank - 1}{named}"
            )
    return found


def _dimensions(source: Source) -> dict[str, list[str]]:
    """The names of the dimensions of the inputs, as far as the file gives them some."""
    if source.format != "onnx":
        return {}
    graph = onnx.load(source.path, load_external_data=False).graph
    return {v.name: [dim.dim_param for dim in v.type.tensor_type.shape.dim] for v in graph.input}
