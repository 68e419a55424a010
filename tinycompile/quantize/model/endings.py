"""What the outputs of a network come from: where its errors are seen best."""

from tvm import relax

from tinycompile.quantize.model.float_graph import FloatGraph
from tinycompile.rewriting.expressions import is_call


def before_squashing(network: FloatGraph, name: str) -> str:
    """The tensor whose error says most about output `name`: a softmax hides it, an argmax has none."""
    while (call := network.calls.get(name)) is not None:
        squashes = any(is_call(call, op) for op in ("nn.softmax", "argmax", "argmin", "reshape"))
        if not squashes or not hasattr(call.args[0], "name"):
            break
        name = call.args[0].name
    return name


def features(network: FloatGraph, name: str) -> str | None:
    """The input of the last layer with weights that output `name` comes from, if it is simply the last."""
    while (call := network.calls.get(name)) is not None and call.args:
        if name in network.weighted:
            return network.weighted[name].input
        if not isinstance(call.args[0], relax.Var):
            break
        name = call.args[0].name
    return None


def is_softmax(network: FloatGraph) -> bool:
    """Whether the first output are probabilities."""
    name = network.outputs[0]
    while (call := network.calls.get(name)) is not None and is_call(call, "reshape"):
        if not hasattr(call.args[0], "name"):
            return False
        name = call.args[0].name
    return call is not None and is_call(call, "nn.softmax")
