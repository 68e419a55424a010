"""The command line: one line for everything a user can get wrong."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import tflite

from tests.cli.program import DIGITS, Cli, process, tree
from tests.small_model import small_model
from tests.tflite_model import Model


def onnx_model(node: onnx.NodeProto, shape: list[int | str], **constants: np.ndarray) -> bytes:
    helper = onnx.helper
    values = [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(
        [node],
        "graph",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        values,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString()


def unknown_onnx_operator() -> bytes:
    return onnx_model(onnx.helper.make_node("Frobnicate", ["x"], ["y"], "strange"), [1, 4])


def open_shape() -> bytes:
    return onnx_model(onnx.helper.make_node("Relu", ["x"], ["y"], "act"), [1, 3, "height", 8])


def missing_external_data() -> bytes:
    weights = np.ones((4, 4), np.float32)
    node = onnx.helper.make_node("MatMul", ["x", "w"], ["y"], "product")
    model = onnx.load_from_string(onnx_model(node, [1, 4], w=weights))
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    return model.SerializeToString()


def large_batch() -> bytes:
    return onnx_model(onnx.helper.make_node("Relu", ["x"], ["y"], "act"), [9444, 3, 8, 8])


def unknown_tflite_operator() -> bytes:
    model = Model()
    x = model.tensor("x", (1, 4), scale=0.1)
    y = model.tensor("odd", (1, 4), scale=0.1)
    model.operator("HASHTABLE_LOOKUP", [x], [y])
    return model.build([x], [y])


def uint8_weights() -> bytes:
    model = Model()
    x = model.tensor("x", (1, 4), "float32")
    w = model.constant("w", np.ones((3, 4), np.uint8), scale=0.1)
    y = model.tensor("dense", (1, 3), "float32")
    model.operator("FULLY_CONNECTED", [x, w], [y], "FullyConnectedOptions")
    return model.build([x], [y])


def without_graph() -> bytes:
    builder = tflite.flatbuffers.Builder(64) if hasattr(tflite, "flatbuffers") else None
    if builder is None:
        import flatbuffers

        builder = flatbuffers.Builder(64)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


SMALL = small_model()
# What is in the file, how the file is called, the words after it, what the error says.
BAD: dict[str, tuple[bytes | None, str, list[str], str]] = {
    "missing file": (None, "none.onnx", [], "none.onnx: no such file"),
    "empty tflite": (b"", "m.tflite", [], "m.tflite: not a TFLite model"),
    "empty onnx": (b"", "m.onnx", [], "m.onnx"),
    "text": (b"hello", "m.txt", [], r"m.txt: not a model .*\(allowed: .onnx, .tflite\)"),
    "text as tflite": (b"hello, world", "m.tflite", [], "m.tflite: not a TFLite model"),
    "text as onnx": (b"hello, world", "m.onnx", [], "m.onnx"),
    "onnx as tflite": (DIGITS.read_bytes(), "m.tflite", [], "m.tflite: not a TFLite model"),
    "truncated tflite": (SMALL[:-200], "m.tflite", [], "m.tflite: damaged file: "),
    "tflite head": (SMALL[:40], "m.tflite", [], "m.tflite: damaged file: "),
    "truncated onnx": (DIGITS.read_bytes()[:-500], "m.onnx", [], "m.onnx: .*(truncated|damaged)"),
    "no graph": (without_graph(), "m.tflite", [], "without a graph"),
    "unknown onnx operator": (unknown_onnx_operator(), "m.onnx", [], 'Frobnicate.*"strange"'),
    "unknown tflite operator": (unknown_tflite_operator(), "m.tflite", [], "HASHTABLE_LOOKUP.*odd"),
    "open shape": (open_shape(), "m.onnx", [], r"height.*--shape x:"),
    "external data": (missing_external_data(), "m.onnx", [], "weights.bin"),
    "old quantisation": (uint8_weights(), "m.tflite", [], "dense.*quantised to uint8.*again to int8"),
    "over ram": (
        SMALL, "tiny.tflite", ["--ram", "100", "--kernels", "portable"],
        r"needs 164 bytes of RAM, cortex-m4 has 100; largest: 'conv/Relu' \(1, 6, 6, 4\) 144",
    ),
    "large batch": (
        large_batch(), "m.onnx", [],
        "the first dimension of input 'x' is 9,444: if that is the batch, export the model with 1; or",
    ),
    "over flash": (
        SMALL, "tiny.tflite", ["--flash", "1K"],
        r"bytes of FLASH, cortex-m4 has 1,024; largest: FULLY_CONNECTED \"scores\" \d+",
    ),
    # What the command line says makes no sense: USAGE.
    "unknown target": (SMALL, "m.tflite", ["-t", "cortex-m5"], "did you mean .*'cortex-m55'"),
    "missing target file": (SMALL, "m.tflite", ["-t", "my.toml"], "no target file 'my.toml'"),
    "no number of bytes": (SMALL, "m.tflite", ["--ram", "much"], "--ram.*'much' is not a number"),
    "no bytes at all": (SMALL, "m.tflite", ["--ram", "0"], "--ram.*'0' is not a number of bytes"),
    "negative bytes": (SMALL, "m.tflite", ["--flash=-1"], "--flash.*'-1' is not a number"),
    "odd name": (SMALL, "m.tflite", ["--name", "my-net"], "--name 'my-net' cannot start C symbols"),
    "name of a header": (SMALL, "m.tflite", ["--name", "string"], "--name 'string' cannot"),
    "empty name": (SMALL, "m.tflite", ["--name", ""], "--name '' cannot start C symbols"),
    "odd shape": (SMALL, "m.tflite", ["--shape", "x"], "--shape.*'x' is not NAME:SIZES"),
    "no runs": (SMALL, "m.tflite", ["--verify", "--runs", "0"], "--runs"),
    "inputs for nothing": (SMALL, "m.tflite", ["--inputs", "x.npy"], "--inputs is for --verify"),
    "odd number of bytes": (SMALL, "m.tflite", ["--ram", "²"], "--ram.*'²' is not a number"),
    "odd size": (SMALL, "m.tflite", ["--shape", "x:1,²"], "--shape.*is not NAME:SIZES"),
    "negative seed": (SMALL, "m.tflite", ["--verify", "--seed", "-1"], "--seed.*-1 is not in the range"),
    "drop of nothing": (SMALL, "m.tflite", ["--max-drop", "1"], "--max-drop limits what --quantize"),
    "negative drop": (
        SMALL, "m.tflite", ["--quantize", "random", "--max-drop", "nan"], "--max-drop nan: must be a number",
    ),
    "long name": (SMALL, "m.tflite", ["--name", "n" * 101], "--name .* at most 100"),
    "missing inputs": (SMALL, "m.tflite", ["--verify", "--inputs", "x.npy"], "x.npy: not a readable"),
    "inputs that are none": (SMALL, "m.tflite", ["--verify", "--inputs", "m.tflite"], "m.tflite: not"),
    "unknown option": (SMALL, "m.tflite", ["--fast"], "No such option.*--fast"),
    "unknown kernel": (SMALL, "m.tflite", ["--kernel", "x=tc_x"], "no such kernel here"),
    "unknown layer": (
        SMALL, "m.tflite", ["--kernel", "net/pol=tc_max_pool2d_s8", "--kernels", "portable"],
        "no layer has this name; did you mean 'net/pool'",
    ),
    "kernel that cannot": (
        SMALL, "m.tflite", ["--kernel", "net/pool=tc_softmax_s8"],
        "tc_softmax_s8: it does not cover this operator",
    ),
    "no pair": (SMALL, "m.tflite", ["--state", "hn"], "'hn' is not OUTPUT=INPUT such as hn=h"),
    "no kernel for a layer": (SMALL, "m.tflite", ["--kernel", "x"], "'x' is not LAYER=KERNEL"),
    "unknown family": (SMALL, "m.tflite", ["--kernels", "fast"], "must be one of auto, dsp, mve, cmsis-nn"),
    "no CMSIS-NN": (SMALL, "m.tflite", ["--cmsis-nn", "."], "not CMSIS-NN.*arm_nnfunctions.h"),
    "unknown listing": (None, "", ["--list", "chips"], "'chips' is not one of 'targets'"),
    "two models": (SMALL, "m.tflite", ["n.tflite"], "2 models make one library: give it a folder.* -o"),
    "a file as output": (SMALL, "m.tflite", ["-o", "m.tflite"], "m.tflite is a file; choose another"),
    "a file above output": (SMALL, "m.tflite", ["-o", "m.tflite/out"], "cannot make .*m.tflite.* is a file"),
    "a file as dump": (SMALL, "m.tflite", ["--dump-ir", "m.tflite"], "cannot make .*m.tflite is a file"),
}  # fmt: skip
USAGE = {
    "unknown target", "missing target file", "no number of bytes", "no bytes at all", "negative bytes",
    "odd name", "name of a header", "empty name", "odd shape", "no runs", "inputs for nothing",
    "odd number of bytes", "odd size", "negative seed", "drop of nothing", "negative drop", "long name",
    "unknown option", "unknown kernel", "unknown layer", "kernel that cannot", "no kernel for a layer",
    "unknown family", "unknown listing", "two models", "no pair",
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_writes_nothing(case: str, cli: Cli, tmp_path: Path) -> None:
    data, name, words, expected = BAD[case]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    before = tree(tmp_path)
    status, output, errors = cli(*([name] if name else []), *words)
    assert status == (2 if case in USAGE else 1)
    assert output == ""
    assert errors.startswith("error: ") and errors.endswith("\n")
    assert errors.count("\n") == 1, errors
    assert re.search(expected, errors), errors
    assert tree(tmp_path) == before


def test_a_name_too_long_is_no_model(cli: Cli) -> None:
    name = f"{'a' * 5000}.onnx"
    assert cli(name)[::2] == (1, f"error: {name}: no such file\n")


def test_a_folder_is_no_model(cli: Cli) -> None:
    Path("model.onnx").mkdir()
    assert cli("model.onnx")[::2] == (1, "error: model.onnx: a folder\n")


def test_an_output_folder_with_somebodys_files_is_left_alone(cli: Cli, model: str) -> None:
    Path("tiny").mkdir()
    Path("tiny/diary.txt").write_text("mine")
    status, output, errors = cli(model)
    assert (status, output) == (1, "")
    assert re.fullmatch("error: output folder .*/tiny exists and holds diary.txt, .*\n", errors)
    assert [path.name for path in Path("tiny").iterdir()] == ["diary.txt"]


@pytest.mark.parametrize("case", ["missing file", "unknown tflite operator", "unknown target"])
def test_as_a_process_a_bad_model_is_one_line(case: str, tmp_path: Path) -> None:
    data, name, words, expected = BAD[case]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = process(name, *words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2 if case in USAGE else 1, "")
    assert re.fullmatch(f"error: .*{expected}.*\n", done.stderr)
