"""Which channels of a float graph can only be left out together."""

from tinycompile.quantize.model.float_graph import FloatGraph, Weighted
from tinycompile.rewriting.expressions import is_call
from tinycompile.shrinking import linked_channels
from tinycompile.shrinking.linked_channels import Channels, Filters


def read(graph: FloatGraph) -> Channels:
    return linked_channels.read(graph, {n: _filters(i) for n, i in graph.weighted.items()})


def _filters(item: Weighted) -> Filters:
    return Filters(len(item.weights), keeps_apart(item), item.is_depthwise)


def keeps_apart(item: Weighted) -> bool:
    """Whether every filter reads all channels: its outputs can be left out one by one."""
    return item.is_matmul or (
        bool(is_call(item.call, "nn.conv2d")) and int(item.call.attrs.groups) == 1
    )
