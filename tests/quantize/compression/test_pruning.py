"""--prune: channels that go together go, what is left computes what it should, and flash falls."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinycompile
from tests.quantize.models import Graph, images, run_onnx
from tinycompile import frontend, phases
from tinycompile.errors import AccuracyLost, InvalidOption
from tinycompile.passes.quantize.give_bias import GiveBias
from tinycompile.passes.quantize.pool_instead_of_mean import PoolInsteadOfMean
from tinycompile.passes.quantize.set_constants import SetConstants
from tinycompile.passes.shrink.remove_channels import RemoveChannels
from tinycompile.pipeline import Compiled
from tinycompile.quantize import words
from tinycompile.quantize.compression import linked_channels
from tinycompile.quantize.compression.choose_channels import pruned
from tinycompile.quantize.compression.refit_layers import refitted
from tinycompile.quantize.model import graph
from tinycompile.quantize.model.interpreter import Interpreter
from tinycompile.quantize.model.measures import top1
from tinycompile.quantize.model.network import Network
from tinycompile.quantize.quantizer import in_layout
from tinycompile.simulate import accuracy, verify

EXAMPLES = Path(__file__).parents[3] / "examples" / "quantise"
SHAPE = (3, 8, 8)


def branching_network(path: Path) -> Path:
    """Residual add, depthwise, gating, concat, a grouped convolution, flattening."""
    g = Graph()
    x = g.node("Relu", [g.conv("x", "first", (12, 3, 3, 3), pads=[1, 1, 1, 1])], "a")
    y = g.node("Relu", [g.conv(x, "depthwise", (12, 1, 3, 3), pads=[1, 1, 1, 1], group=12)], "b")
    y = g.conv(y, "point", (12, 12, 1, 1))
    x = g.node("Add", [x, y], "residual")
    s = g.node("Sigmoid", [g.conv(x, "gating", (12, 12, 1, 1))], "gate")
    x = g.node("Mul", [x, s], "gated")
    x = g.node("MaxPool", [x], "pool", kernel_shape=[2, 2], strides=[2, 2])
    a = g.node("Relu", [g.conv(x, "left", (8, 12, 3, 3), pads=[1, 1, 1, 1])], "l")
    b = g.conv(x, "right", (6, 12, 1, 1))
    x = g.node("Concat", [a, b], "joined", axis=1)
    x = g.node("Relu", [g.conv(x, "last", (8, 14, 3, 3), pads=[1, 1, 1, 1])], "m")
    grouped = g.node("Relu", [g.conv(x, "grouped", (8, 4, 1, 1), group=2)], "n")
    x = g.node("MaxPool", [grouped], "small", kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("Relu", [g.conv(x, "end", (10, 8, 1, 1))], "o")
    x = g.node("Flatten", [x], "flat", axis=1)
    w = g.weight("fc1.w", g.rng.normal(size=(24, 40)) / 3)
    x = g.node(
        "Relu", [g.node("Gemm", [x, w, g.weight("fc1.b", np.zeros(24))], "fc1", transB=1)], "p"
    )
    w = g.weight("fc2.w", g.rng.normal(size=(5, 24)))
    g.node("Gemm", [x, w, g.weight("fc2.b", np.zeros(5))], "scores", transB=1)
    return g.save(path, {"x": (1, *SHAPE)}, {"scores": (1, 5)})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return branching_network(tmp_path_factory.mktemp("prune") / "net.onnx")


@pytest.fixture(scope="module")
def network(model: Path) -> Network:
    source = frontend.load(model, shapes={})
    steps = phases.passes({})
    names = [step.info.name for step in steps]
    canonical = steps[: names.index("FoldBatchNorm") + 1]
    module = phases.transform(source.module, [*canonical, GiveBias(), PoolInsteadOfMean()])
    return Network(module, in_layout(module, {"x": images(80, *SHAPE)[:, None]}))


@pytest.fixture(scope="module")
def compiled(model: Path) -> Compiled:
    result = tinycompile.compile(model, quantize=images(80, *SHAPE), prune=0.4, target="host")
    accuracy.measure(result)
    return result


def test_what_is_joined_by_an_add_or_a_product_goes_together(network: Network) -> None:
    found = linked_channels.read(network.graph)
    layers = network.graph.weighted.items()
    by_output = {item.output: found.groups[name] for name, item in layers}
    np.testing.assert_array_equal(by_output["a"], by_output["b"])
    for tensor in ("residual", "gated"):
        np.testing.assert_array_equal(found.groups[tensor], by_output["a"])
    joined = np.concatenate([by_output["l"], by_output["right"]])
    np.testing.assert_array_equal(found.groups["joined"], joined)
    (flat,) = (item.input for _, item in layers if item.output == "p")
    np.testing.assert_array_equal(found.groups[flat], np.tile(by_output["o"], 4))


def test_inputs_outputs_and_grouped_convolutions_stay(network: Network) -> None:
    found = linked_channels.read(network.graph)
    outputs = {item.output: name for name, item in network.graph.weighted.items()}
    fixed = {tensor for tensor, name in outputs.items() if set(found.groups[name]) <= found.fixed}
    free = {tensor for tensor, name in outputs.items() if not set(found.groups[name]) & found.fixed}
    assert fixed == {"m", "n", "scores"} and fixed | free == outputs.keys()
    assert set(found.groups["x"]) <= found.fixed


@pytest.mark.parametrize("seed", range(4))
def test_cutting_is_the_same_as_reading_zeros(network: Network, seed: int) -> None:
    """Any choice of groups: the cut network computes what the whole one does without their weights."""
    found, rng = linked_channels.read(network.graph), np.random.default_rng(seed)
    groups = sorted({int(g) for n in network.graph.weighted for g in found.groups[n]} - found.fixed)
    gone = rng.choice(groups, len(groups) // 3, replace=False)
    masks = {name: ~np.isin(groups, gone) for name, groups in found.groups.items()}
    zeroed = {}
    for name, item in network.graph.weighted.items():
        if linked_channels.keeps_apart(item):
            flat = item.weights.reshape(len(item.weights), -1, len(masks[item.input]))
            weights = (flat * masks[item.input]).reshape(item.weights.shape)
            zeroed[name] = weights.T if item.is_matmul else weights
    kept = {name: np.flatnonzero(mask) for name, mask in masks.items() if not mask.all()}
    assert len(kept) > 5
    with_zeros: Any = SetConstants(zeroed)
    cut: Any = RemoveChannels(kept)
    whole = Interpreter(with_zeros(network.module)).run(network.judged)
    small = Interpreter(cut(network.module)).run(network.judged)
    for name in ("joined", "o", "scores"):
        wanted = whole[name][..., kept[name]] if name in kept else whole[name]
        np.testing.assert_allclose(small[name], wanted, rtol=1e-4, atol=1e-5)
    assert np.ptp(whole["scores"], axis=0).min() > 0.01
    assert small["o"].shape[-1] < 10


def test_about_as_many_weights_go_as_asked_for(network: Network) -> None:
    for share in (0.1, 0.3, 0.5, 0.7):
        assert share <= pruned(network, share).share < share + 0.08


def test_channels_that_others_can_stand_in_for_cost_nothing(tmp_path: Path) -> None:
    """Half of the filters are sums of the other half: leaving them out loses next to nothing."""
    g = Graph(3)
    first = g.rng.normal(size=(8, 3, 3, 3)) / 5
    mixed = np.einsum("ab,bcde->acde", g.rng.normal(size=(8, 8)) / 3, first)
    x = g.node("Conv", ["x", g.weight("w1", np.concatenate([first, mixed]))], "first")
    g.conv(x, "y", (6, 16, 3, 3))
    path = g.save(tmp_path / "twice.onnx", {"x": (1, *SHAPE)}, {"y": (1, 6, 4, 4)})
    found = tinycompile.compile(path, quantize=images(64, *SHAPE), prune=0.49, target="host")
    assert found.quantized is not None
    report = found.quantized.report["pruning"]
    assert report["layers"][0]["channels"] == [16, 8]
    assert report["outputs"]["y"] > 30


def test_fitting_what_is_left_brings_it_closer(network: Network) -> None:
    cut = pruned(network, 0.4)
    fitted = Interpreter(refitted(network, cut.module, cut.kept)).run(network.judged)
    plain = Interpreter(cut.module).run(network.judged)
    assert network.output_error(fitted) < 0.8 * network.output_error(plain)


def test_the_choice_beats_the_least_norms(network: Network) -> None:
    """At the same share of weights, against leaving out filters of the least norm."""
    cut = pruned(network, 0.3)
    ours = network.output_error(Interpreter(cut.module).run(network.judged))
    found = linked_channels.read(network.graph)
    norms: dict[int, list[float]] = {}
    for name, item in network.graph.weighted.items():
        for group, filter_ in zip(found.groups[name].tolist(), item.weights, strict=True):
            norms.setdefault(group, []).append(float(np.sqrt(np.mean(filter_**2))))
    order = sorted((g for g in norms if g not in found.fixed), key=lambda g: np.mean(norms[g]))
    total = sum(item.weights.size for item in network.graph.weighted.values())
    gone: list[int] = []
    for group in order:
        masks = {n: ~np.isin(groups, [*gone, group]) for n, groups in found.groups.items()}
        if min(mask.sum() for name, mask in masks.items() if name in network.graph.weighted) < 2:
            continue
        gone.append(group)
        kept = {name: np.flatnonzero(mask) for name, mask in masks.items() if not mask.all()}
        module = RemoveChannels(kept)(network.module)  # type: ignore[operator]
        left = sum(item.weights.size for item in graph.read(module).weighted.values())
        if 1 - left / total >= cut.share - 0.02:
            break
    theirs = network.output_error(Interpreter(module).run(network.judged))
    assert ours < 0.5 * theirs


def test_the_c_is_smaller_and_computes_what_the_report_says(
    model: Path, compiled: Compiled
) -> None:
    whole = tinycompile.compile(model, quantize=images(80, *SHAPE), target="host")
    before, after = (c.report["flash"]["constant_bytes"] for c in (whole, compiled))
    assert compiled.quantized is not None
    report = compiled.quantized.report
    asked = report["pruning"]["constant_bytes"]
    assert abs((before - after) - (asked[0] - asked[1])) < 0.05 * before
    assert after < 0.75 * before
    assert compiled.program.macs == report["pruning"]["macs"][1] < whole.program.macs
    assert compiled.memory.arena_bytes <= whole.memory.arena_bytes
    done = verify.verify(compiled, verify.random_inputs(compiled, runs=10))
    assert done.largest_difference <= 1
    assert abs(report["outputs"]["scores"] - report["compiled_c"]["outputs"]["scores"]) < 1
    assert abs(report["outputs"]["scores"] - report["pruning"]["outputs"]["scores"]) < 4
    lines = words.lines(report)
    assert lines[1].startswith("Pruned: ") and any("channels became" in line for line in lines)


def test_accuracy_is_that_of_the_network_as_it_was_given(model: Path) -> None:
    x = images(80, *SHAPE)
    labels = run_onnx(model, x)[0].argmax(1)
    found = tinycompile.compile(
        model, quantize={"x": x, "labels": labels}, prune=0.5, target="host"
    )
    assert found.quantized is not None
    report = found.quantized.report
    assert report["top1"]["float"] == report["pruning"]["top1"][0] == 100
    assert report["pruning"]["top1"][1] < 100
    assert abs(report["top1"]["int8"] - report["pruning"]["top1"][1]) < 8


def test_the_same_calibration_gives_the_same_bytes(model: Path, compiled: Compiled) -> None:
    again = tinycompile.compile(model, quantize=images(80, *SHAPE), prune=0.4, target="host")
    assert again.files["net_weights.c"] == compiled.files["net_weights.c"]


def test_pruned_weights_are_clustered_when_both_are_asked_for(
    model: Path, compiled: Compiled
) -> None:
    both = tinycompile.compile(
        model, quantize=images(80, *SHAPE), prune=0.4, cluster=16, target="host"
    )
    assert both.report["flash"]["constant_bytes"] < compiled.report["flash"]["constant_bytes"]
    assert {"pruning", "clustering"} <= both.quantized.report.keys()  # type: ignore[union-attr]


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.1])
def test_a_share_that_makes_no_sense_is_refused(share: float, model: Path) -> None:
    with pytest.raises(InvalidOption, match=f"--prune {share:g}: must be a share of the weights"):
        tinycompile.compile(model, quantize=images(20, *SHAPE), prune=share)


def test_pruning_needs_a_float_model_and_samples(model: Path) -> None:
    with pytest.raises(InvalidOption, match="--prune leaves channels .* give --quantize"):
        tinycompile.compile(model, prune=0.5)


@pytest.mark.parametrize("operator", ["Conv", "Relu"])
def test_where_no_channel_can_go_an_error_says_so(operator: str, tmp_path: Path) -> None:
    g = Graph()
    if operator == "Conv":
        g.conv("x", "y", (SHAPE[0], SHAPE[0], 1, 1))
    else:
        g.node("Relu", ["x"], "y")
    path = g.save(tmp_path / "one.onnx", {"x": (1, *SHAPE)}, {"y": (1, *SHAPE)})
    with pytest.raises(InvalidOption, match=r"no channel of one\.onnx can be left out"):
        tinycompile.compile(path, quantize=images(20, *SHAPE), prune=0.5)


def test_what_cannot_be_reached_is_said(model: Path) -> None:
    found = tinycompile.compile(model, quantize=images(32, *SHAPE), prune=0.99, target="host")
    assert any("of the weights could be left out" in note for note in found.report["notes"])


def test_max_drop_holds_for_pruning_too(model: Path) -> None:
    with pytest.raises(
        AccuracyLost, match="--prune 0.6: that loses .* --max-drop allows 2; ask for less"
    ):
        tinycompile.compile(model, quantize=images(64, *SHAPE), prune=0.6, max_drop=2)


@pytest.mark.parametrize(
    ("network", "share", "drop"),
    [
        ("digits_cnn", 0.3, 1.4),
        ("digits_cnn", 0.5, 2.0),
        ("digits_residual", 0.5, 2.0),
        ("digits_mlp", 0.3, 1.0),
    ],
)
def test_example_networks_keep_most_of_their_accuracy(
    network: str, share: float, drop: float
) -> None:
    pytest.importorskip("sklearn")
    from examples.quantise.data import digits

    data, path = digits(), EXAMPLES / f"{network}.onnx"
    x, labels = data.test
    (wanted,) = run_onnx(path, x)
    small = tinycompile.compile(path, quantize=lambda: data.calibration, prune=share, target="host")
    found = accuracy.run(small, {"image": x.transpose(0, 2, 3, 1)[:, None]})["scores"]
    assert top1(wanted, labels) - top1(found, labels) <= drop
    before, after = small.quantized.report["pruning"]["weights"]  # type: ignore[union-attr]
    assert after <= (1 - share) * before
