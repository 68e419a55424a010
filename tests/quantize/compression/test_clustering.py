"""--cluster: few values a layer, chosen well, and flash that is really saved."""

import itertools
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinycompile
from tests.operators.test_int4 import conv2d
from tests.quantize.models import Graph, images, run_onnx
from tinycompile.errors import AccuracyLost, InvalidOption
from tinycompile.pipeline import Compiled
from tinycompile.quantize import words
from tinycompile.quantize.compression.clustering import values
from tinycompile.quantize.model.measures import snr, top1
from tinycompile.simulate import accuracy, build, verify
from tinycompile.target import Target

EXAMPLES = Path(__file__).parents[3] / "examples" / "quantise"
SHAPE = (4, 8, 8)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grouped, depthwise, ordinary and fully connected layers, of which one is small."""
    g = Graph()
    x = g.node("Relu", [g.conv("x", "first", (32, 2, 3, 3), pads=[1, 1, 1, 1], group=2)], "a")
    x = g.node("Relu", [g.conv(x, "depthwise", (32, 1, 3, 3), pads=[1, 1, 1, 1], group=32)], "b")
    x = g.node("Relu", [g.conv(x, "point", (24, 32, 1, 1), strides=[2, 2])], "c")
    x = g.node("Relu", [g.conv(x, "tiny", (2, 24, 1, 1))], "d")
    x = g.node("Flatten", [x], "flat", axis=1)
    weights = g.weight("fc.w", g.rng.normal(size=(20, 32)) / 6)
    g.node("Gemm", [x, weights, g.weight("fc.b", np.arange(20) / 20)], "y", transB=1)
    path = tmp_path_factory.mktemp("cluster") / "net.onnx"
    return g.save(path, {"x": (1, *SHAPE)}, {"y": (1, 20)})


@pytest.fixture(scope="module")
def clustered(model: Path) -> Compiled:
    result = tinycompile.compile(model, quantize=images(64, *SHAPE), cluster=16, target="host")
    accuracy.measure(result)
    return result


@pytest.fixture(scope="module")
def plain(model: Path) -> Compiled:
    return tinycompile.compile(model, quantize=images(64, *SHAPE), target="host")


def test_layers_are_packed_and_small_ones_stay(clustered: Compiled) -> None:
    kernels = {layer.output.name: layer.kernel.symbol for layer in clustered.program.layers}
    assert kernels["d"] == "tc_conv2d_s8"
    assert kernels["y"] == "tc_fully_connected_packed_s8"
    assert {kernels[name] for name in "abc"} == {"tc_conv2d_packed_s8"}


def test_the_compiled_c_is_close_to_float(model: Path, clustered: Compiled) -> None:
    new = images(40, *SHAPE, seed=1)
    (wanted,) = run_onnx(model, new)
    found = accuracy.run(clustered, {"x": new.transpose(0, 2, 3, 1)[:, None]})["y"]
    assert np.ptp(wanted, axis=0).min() > 0.01, "outputs that do not move prove nothing"
    assert snr(wanted, found.reshape(wanted.shape)) > 15


def test_every_layer_of_the_c_is_that_of_the_clustered_module(clustered: Compiled) -> None:
    done = verify.verify(clustered, verify.random_inputs(clustered, runs=10))
    assert done.largest_difference <= 1


def test_the_report_says_what_clustering_did(clustered: Compiled, plain: Compiled) -> None:
    assert clustered.quantized is not None
    report = clustered.quantized.report
    found = report["clustering"]
    assert [row["values"] for row in found["layers"]] == [16] * 4
    assert all(row["weights_snr_db"] > 12 for row in found["layers"])
    assert found["outputs_before"]["y"] > report["outputs"]["y"] + 3
    assert "clustered to 16 values" in report["steps"][-1]
    assert words.lines(report)[1].startswith("Clustered: 4 of 5 layers have at most 16 different")
    flash = [c.report["flash"] for c in (clustered, plain)]
    assert flash[0]["packing_saves_bytes"] > 900 and flash[1]["packing_saves_bytes"] == 0
    saved = flash[1]["constant_bytes"] - flash[0]["constant_bytes"]
    # A packed layer has three fields more in its struct, a depthwise one also groups.
    assert saved == flash[0]["packing_saves_bytes"] - 4 * (4 * 3 + 1)


def test_the_built_library_is_smaller_by_what_the_report_says(
    clustered: Compiled, plain: Compiled, tmp_path: Path, arm_gcc: str
) -> None:
    sizes = []
    for name, compiled in (("clustered", clustered), ("plain", plain)):
        compiled.write(tmp_path / name)
        source = tmp_path / name / "net_weights.c"
        flags = ["-O2", *Target.load("cortex-m4").cflags]
        folder = tmp_path / f"{name}.o"
        (made,) = build.compile_objects(
            [source], [tmp_path / name], folder, compiler=arm_gcc, flags=flags
        )
        done = subprocess.run(
            ["arm-none-eabi-size", made], capture_output=True, text=True, check=True
        )
        text, data, bss = (int(n) for n in done.stdout.splitlines()[1].split()[:3])
        assert (data, bss) == (0, 0)
        sizes.append(text)
    saved = plain.report["flash"]["constant_bytes"] - clustered.report["flash"]["constant_bytes"]
    assert abs(sizes[1] - sizes[0] - saved) < 100


def test_the_same_calibration_gives_the_same_bytes(model: Path, clustered: Compiled) -> None:
    again = tinycompile.compile(model, quantize=images(64, *SHAPE), cluster=16, target="host")
    assert again.files["net_weights.c"] == clustered.files["net_weights.c"]


@pytest.mark.parametrize(("most", "bits"), [(2, 1), (3, 2), (8, 4)])
def test_fewer_values_take_fewer_bits(most: int, bits: int, model: Path) -> None:
    small = tinycompile.compile(model, quantize=images(32, *SHAPE), cluster=most, target="host")
    packed = [layer.call.params for layer in small.program.layers if layer.kernel.packed]
    assert {p["bits"] for p in packed} == {bits}


def test_values_are_the_best_there_are() -> None:
    rng = np.random.default_rng(0)
    points = rng.integers(-30, 31, 40).astype(float)
    importance = rng.uniform(0.1, 2, 40)

    def cost(codes: Any) -> float:
        distance = np.abs(points[:, None] - np.asarray(codes)).min(axis=1)
        return float(np.sum(importance * distance**2))

    for most in (1, 2, 3):
        best = min(cost(codes) for codes in itertools.combinations(range(-30, 31), most))
        assert cost(values(points, importance, most)) <= 1.02 * best
    few = np.array([[-3.0, 7.0, 7.0]])
    assert values(few, np.ones((1, 3)), 16).tolist() == [-3, 7]


def test_an_int8_model_of_few_values_is_packed_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "few.tflite"
    path.write_bytes(conv2d("1x1", 64, dtype="int8"))
    plain, packed = (tinycompile.compile(path, target="host", cluster=k) for k in (None, 16))
    assert [c.program.layers[0].kernel.packed for c in (plain, packed)] == [False, True]
    done = verify.verify(packed, verify.random_inputs(packed, runs=5))
    assert done.largest_difference == 0, "TFLite Micro, bit for bit"


def test_where_nothing_can_be_packed_an_error_says_so(model: Path) -> None:
    digits = EXAMPLES.parent / "digits" / "digits_int8.onnx"
    for path in (digits, model):
        with pytest.raises(
            InvalidOption, match="no layer of .* at most 16 values .* --quantize CALIB"
        ):
            tinycompile.compile(path, target="host", cluster=16)


@pytest.mark.parametrize("most", [1, 17, -4])
def test_a_number_of_values_that_makes_no_sense_is_refused(most: int, model: Path) -> None:
    with pytest.raises(InvalidOption, match=f"--cluster {most}: must be from 2 to 16"):
        tinycompile.compile(model, quantize=images(20, *SHAPE), cluster=most)


def test_max_drop_holds_for_clusters_too(model: Path) -> None:
    with pytest.raises(
        AccuracyLost, match="clustered to 2 values a layer: that loses .* ask for less"
    ):
        tinycompile.compile(model, quantize=images(64, *SHAPE), cluster=2, max_drop=5)


@pytest.mark.parametrize(
    ("network", "drop"), [("digits_cnn", 0.5), ("digits_ds_cnn", 0.7), ("digits_mlp", 0.5)]
)
def test_example_networks_keep_their_accuracy_in_16_values(network: str, drop: float) -> None:
    pytest.importorskip("sklearn")
    from examples.quantise.data import digits

    data, path = digits(), EXAMPLES / f"{network}.onnx"
    x, labels = data.test
    (wanted,) = run_onnx(path, x)
    compiled = tinycompile.compile(
        path, quantize=lambda: data.calibration, cluster=16, target="host"
    )
    found = accuracy.run(compiled, {"image": x.transpose(0, 2, 3, 1)[:, None]})["scores"]
    assert top1(wanted, labels) - top1(found, labels) <= drop
    flash = compiled.report["flash"]
    assert flash["packing_saves_bytes"] > 0.2 * flash["constant_bytes"]
