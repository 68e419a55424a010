"""Types of tensors and operators: the widest wins, and float spreads where only float is around."""

import pytest

from tests.quantize.models import Graph
from tinycompile import frontend, phases
from tinycompile.quantize.model import graph
from tinycompile.quantize.model.float_graph import FloatGraph
from tinycompile.quantize.model.tensor_types import FLOAT, INT8, INT16, resolve, symmetric


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> FloatGraph:
    """x -> a -> (b, c) -> sum -> d"""
    g = Graph()
    a = g.node("Relu", [g.conv("x", "a_conv", (4, 2, 1, 1))], "a")
    b, c = g.conv(a, "b", (4, 4, 1, 1)), g.conv(a, "c", (4, 4, 1, 1))
    total = g.node("Add", [b, c], "sum")
    g.conv(total, "d", (4, 4, 1, 1))
    folder = tmp_path_factory.mktemp("models")
    path = g.save(folder / "m.onnx", {"x": (1, 2, 4, 4)}, {"d": (1, 4, 4, 4)})
    source = frontend.load(path, shapes={})
    steps = phases.passes({})
    names = [step.info.name for step in steps]
    canonical = steps[: names.index("AdoptNhwcOutputs") + 1]
    return graph.read(phases.transform(source.module, canonical))


def layer(network: FloatGraph, output: str) -> str:
    return next(name for name, item in network.weighted.items() if item.output == output)


def test_an_operator_computes_in_the_widest_type_around_it(network: FloatGraph) -> None:
    found = resolve(network, {"b"}, ())
    assert {name for name, dtype in found.stored.items() if dtype == INT16} == {"b"}
    wide = {name for name in ("a", "b", "c", "sum", "d") if found.computed[name] == INT16}
    assert wide == {"b", "sum"}, "what makes b, and what reads it"
    assert found.computed[layer(network, "b")] == INT16, "the convolution before its bias, too"


def test_a_layer_in_float_leaves_its_tensors_to_the_integers_around(network: FloatGraph) -> None:
    found = resolve(network, (), {layer(network, "b")})
    assert found.computed["b"] == FLOAT and found.computed["c"] == INT8
    assert found.stored["a"] == INT8, "c reads it, too"
    assert found.stored["b"] == FLOAT, "the sum reads it, which has no weights"
    assert found.computed["sum"] == FLOAT and found.stored["sum"] == INT8, "d reads it"


def test_a_network_all_in_float_has_no_integers(network: FloatGraph) -> None:
    found = resolve(network, {"a"}, set(network.weighted))
    assert {*found.stored.values(), *found.computed.values()} == {FLOAT}


def test_nothing_asked_is_int8(network: FloatGraph) -> None:
    found = resolve(network, (), ())
    assert {*found.stored.values(), *found.computed.values()} == {INT8}


def test_int16_is_symmetric_and_reaches_the_larger_end() -> None:
    params = symmetric(-2.0, 1.0)
    assert params.zero_point == 0 and abs(params.scale * 32767 - 2) < 1e-6
    assert symmetric(0.0, 0.0).scale == 1.0
