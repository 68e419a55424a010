"""The command line: what it prints and writes, and one line for everything a user can get wrong."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import tflite

import tinycompile
from tests.small_model import small_model
from tests.tflite_model import Model
from tinycompile import memory
from tinycompile.__main__ import main, run
from tinycompile.errors import InvalidModel
from tinycompile.program import Program

ROOT = Path(__file__).parents[1]
DIGITS = ROOT / "examples" / "digits" / "digits_int8.onnx"

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """`cli(*words)` in an empty folder: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tinycompile", *words])
        status = main()
        output, errors = capsys.readouterr()
        return status, output, errors

    return run


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    return "tiny.tflite"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- What works ------------------------------------------------------------------------------------


def test_compiling_writes_a_folder_named_as_the_model(cli: Cli, model: str) -> None:
    status, output, errors = cli(model, "--kernels", "portable")
    assert (status, errors) == (0, "")
    report = json.loads(Path("tiny/tiny.json").read_text())
    assert sorted(path.name for path in Path("tiny").iterdir()) == report["files"]
    assert {"tiny.h", "tiny.c", "tiny_weights.c", "tinycompile.h", "tc_conv2d_s8.c"} <= set(
        report["files"]
    )
    assert report["target"] == "cortex-m4"
    assert "Wrote tiny/ (tiny.h documents the C API)." in output


def test_the_table_has_one_line_a_layer(cli: Cli, model: str) -> None:
    _, output, _ = cli(model, "--kernels", "portable")
    lines = [line.split() for line in output.splitlines()]
    assert ["CONV_2D", '"conv/Relu"', "conv2d_s8", "1x6x6x4", "2,592", "108"] in lines
    assert ["MAX_POOL_2D", '"net/pool"', "max_pool2d_s8", "1x3x3x4"] in lines
    (ram,) = (line for line in lines if line[:1] == ["RAM"])
    assert ram[1:4] == ["216", "262,144", "0.1%"]
    assert any(line[:1] == ["Flash"] for line in lines)


@pytest.mark.parametrize("width", [80, 100])
def test_no_line_of_a_table_is_wider_than_the_terminal(
    width: int, cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for words in ([model, "--explain"], [str(DIGITS)], ["--list", "kernels"]):
        _, output, _ = cli(*words)
        assert max(map(len, output.splitlines())) <= width


def test_name_and_output_are_ones_own_choice(cli: Cli, model: str) -> None:
    status, _, _ = cli(model, "--name", "Sensor", "-o", "lib/net")
    assert status == 0
    assert "void Sensor_run(void *arena);" in Path("lib/net/Sensor.h").read_text()


def test_compiling_again_replaces_the_folder(cli: Cli, model: str) -> None:
    cli(model)
    first = tree(Path("tiny"))
    Path("tiny/tiny.o").write_text("built")
    assert cli(model)[0] == 0
    assert tree(Path("tiny")) == first


def test_an_onnx_model_and_a_target_file_of_ones_own(cli: Cli) -> None:
    Path("board.toml").write_text('core = "cortex-m33"\ndescription = "mine"\nram_kib = 2\n')
    status, output, _ = cli(str(DIGITS), "-t", "board.toml", "--name", "digits")
    assert status == 0
    assert json.loads(Path("digits/digits.json").read_text())["target"] == "board"
    assert "2,048" in output


def test_explain_names_the_kernel_of_each_layer_and_why_others_refused(
    cli: Cli, model: str
) -> None:
    _, output, _ = cli(model, "--explain", "--kernels", "portable")
    text = " ".join(output.split())
    assert "tc_depthwise_conv2d_s8 does not apply" in text
    assert "as many groups as input channels" in text


def test_dump_ir_writes_the_module_after_each_pass_and_the_program(cli: Cli, model: str) -> None:
    assert cli(model, "--dump-ir", "ir")[0] == 0
    names = sorted(path.name for path in Path("ir").iterdir())
    assert names[-1] == "program.txt"
    assert names[0].startswith("01-") and any("SelectKernels" in name for name in names)
    assert "R.function" in (Path("ir") / names[0]).read_text()
    assert "layer00_" in Path("ir/program.txt").read_text()


def test_verify_and_run_on_the_host(cli: Cli, model: str) -> None:
    np.save("inputs.npy", np.zeros((2, 1, 6, 6, 2), np.int8))
    words = ["-t", "host", "--verify", "--run", "--runs", "3", "--inputs", "inputs.npy"]
    status, output, errors = cli(model, *words)
    assert (status, errors) == (0, "")
    assert "Verified bit-exact: compared 3 of 3 tensors with TFLite Micro, 5 inputs" in output
    assert "5 inputs, 25 output elements as on the host" in output


@pytest.mark.parametrize(
    ("what", "shown"),
    [("targets", "stm32f446"), ("kernels", "tc_conv2d_s8"), ("passes", "SelectKernels")],
)
def test_listings(what: str, shown: str, cli: Cli) -> None:
    status, output, errors = cli("--list", what)
    assert (status, errors) == (0, "")
    assert shown in output


def test_version(cli: Cli) -> None:
    assert cli("--version") == (0, f"tinycompile, version {tinycompile.__version__}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, cli: Cli) -> None:
    status, output, _ = cli("--completion", shell)
    assert status == 0
    assert "_TINYCOMPILE_COMPLETE" in output


def test_without_words_it_prints_help(cli: Cli) -> None:
    status, output, _ = cli()
    assert status == 0
    assert "Usage: tinycompile" in output


def test_targets_complete() -> None:
    from tinycompile.__main__ import complete_target

    assert complete_target(None, None, "cortex-m3") == ["cortex-m3", "cortex-m33"]  # type: ignore[arg-type]


# --- What does not ---------------------------------------------------------------------------------


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


def dynamic_range() -> bytes:
    model = Model()
    x = model.tensor("x", (1, 4), "float32")
    w = model.constant("w", np.ones((3, 4), np.int8), scale=0.1)
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
    "dynamic range": (dynamic_range(), "m.tflite", [], "dense.*dynamic-range.*representative"),
    "over ram": (
        SMALL, "tiny.tflite", ["--ram", "100", "--kernels", "portable"],
        r"needs 216 bytes of RAM, cortex-m4 has 100; largest: 'conv/Relu' \(1, 6, 6, 4\) 144",
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
    "no kernel for a layer": (SMALL, "m.tflite", ["--kernel", "x"], "'x' is not LAYER=KERNEL"),
    "unknown family": (SMALL, "m.tflite", ["--kernels", "fast"], "'fast' is not one of 'auto'"),
    "no CMSIS-NN": (SMALL, "m.tflite", ["--cmsis-nn", "."], "not CMSIS-NN.*arm_nnfunctions.h"),
    "unknown listing": (None, "", ["--list", "chips"], "'chips' is not one of 'targets'"),
    "two models": (SMALL, "m.tflite", ["n.tflite"], "unexpected extra argument"),
    "a file as output": (SMALL, "m.tflite", ["-o", "m.tflite"], "m.tflite is a file; choose another"),
    "a file above output": (SMALL, "m.tflite", ["-o", "m.tflite/out"], "cannot make .*m.tflite.* is a file"),
    "a file as dump": (SMALL, "m.tflite", ["--dump-ir", "m.tflite"], "cannot make .*m.tflite is a file"),
}  # fmt: skip
USAGE = {
    "unknown target", "missing target file", "no number of bytes", "no bytes at all", "negative bytes",
    "odd name", "name of a header", "empty name", "odd shape", "no runs", "inputs for nothing",
    "odd number of bytes", "odd size", "negative seed", "drop of nothing", "negative drop", "long name",
    "unknown option", "unknown kernel", "unknown layer", "kernel that cannot", "no kernel for a layer",
    "unknown family", "unknown listing", "two models",
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


def test_a_folder_is_no_model(cli: Cli) -> None:
    Path("model.onnx").mkdir()
    assert cli("model.onnx")[::2] == (1, "error: model.onnx: no such file\n")


def test_an_output_folder_with_somebodys_files_is_left_alone(cli: Cli, model: str) -> None:
    Path("tiny").mkdir()
    Path("tiny/diary.txt").write_text("mine")
    status, output, errors = cli(model)
    assert (status, output) == (1, "")
    assert re.fullmatch("error: output folder .*/tiny exists and holds diary.txt, .*\n", errors)
    assert [path.name for path in Path("tiny").iterdir()] == ["diary.txt"]


def broken(*args: object) -> None:
    raise KeyError("a bug")


def test_a_bug_is_raised(cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinycompile.memory.plan", broken)
    with pytest.raises(KeyError, match="a bug"):
        cli(model)


def test_a_bug_ends_the_program_in_one_line_and_a_file(
    model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tinycompile.memory.plan", broken)
    monkeypatch.setattr(sys, "argv", ["tinycompile", model, "-t", "cortex-m3"])
    assert run() == 70
    output, errors = capsys.readouterr()
    assert output == ""
    said = re.fullmatch(
        r"error: this is a bug in TinyCompile \(KeyError\); .* with (\S+), .*\n", errors
    )
    assert said, errors
    report = Path(said[1]).read_text()
    assert "Command: 'tiny.tflite' '-t' 'cortex-m3'" in report
    assert "Traceback (most recent call last)" in report and "KeyError: 'a bug'" in report
    assert not Path("tiny").exists()


def test_a_bug_without_a_place_for_the_file_shows_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    monkeypatch.setattr("tinycompile.__main__.main", broken)
    assert run() == 70
    assert "this is a bug in TinyCompile (KeyError)" in (errors := capsys.readouterr().err)
    assert "Traceback (most recent call last)" in errors


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("became", [KeyboardInterrupt, RuntimeError, InvalidModel])
def test_a_signal_ends_it_quietly_whatever_it_becomes_on_its_way(
    name: str, became: type[Exception], cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TVM makes another exception of one that passes through it."""
    number = getattr(signal, name)

    def interrupted(*args: object) -> None:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt as error:
            raise became("interrupted") from error

    before = signal.getsignal(number)
    monkeypatch.setattr("tinycompile.memory.plan", interrupted)
    status, output, errors = cli(model, "--kernels", "portable")
    assert (status, output, errors.strip()) == (128 + number, "", "")
    assert signal.getsignal(number) is (signal.SIG_DFL if number == signal.SIGINT else before)
    assert os.listdir() == [model]


def test_an_ignored_signal_stays_ignored(
    cli: Cli, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = memory.plan

    def hung_up(program: Program) -> memory.MemoryPlan:
        signal.raise_signal(signal.SIGHUP)
        return plan(program)

    monkeypatch.setattr("tinycompile.memory.plan", hung_up)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert cli(model)[0] == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_the_command_line_alone_tells_does_not_wait_for_tvm(tmp_path: Path) -> None:
    """Nor does an output folder that is somebody's wait for quantisation."""
    (tmp_path / "m.tflite").write_bytes(SMALL)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "diary.txt").write_text("mine")
    (tmp_path / "own.toml").write_text('core = "cortex-m85"\nmachine = ""\n')
    for words in (
        ["none.onnx"], ["m.tflite", "-t", "cortex-m5"], ["m.tflite"], ["m.tflite", "--name", "int"],
        ["m.tflite", "-o", "m.tflite"], ["m.tflite", "-o", "n", "--dump-ir", "m.tflite"],
        ["m.tflite", "-o", "n", "--quantize", "none.npy"], ["m.tflite", "-o", "n", "--max-drop", "1"],
        ["m.tflite", "-o", "n", "--cmsis-nn", "."], ["m.tflite", "-o", "n", "--verify", "--inputs", "n.npy"],
        ["m.tflite", "-o", "n", "--profile-json", "none/x.json"], ["m.tflite", "--ram", "much"],
        ["m.tflite", "-o", "n", "--run", "-t", "own.toml"], ["m.tflite", "-o", "n", "--cluster", "17"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_TVM, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "", words
        assert re.fullmatch("error: .*\n", done.stderr), (words, done.stderr)


WITHOUT_TVM = """
import sys
sys.modules["tvm"] = None  # its import fails
from tinycompile.__main__ import run
sys.exit(run())
"""


@pytest.mark.parametrize("columns", ["0", "1", "x"])
def test_an_odd_width_of_the_terminal_hides_nothing(columns: str, tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(SMALL)
    done = subprocess.run(
        [sys.executable, "-m", "tinycompile", "tiny.tflite", "--kernels", "portable"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": columns},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "Wrote tiny/ (tiny.h documents the C API).\n" in done.stdout
    assert columns == "1" or "conv2d_s8" in done.stdout


def test_a_standard_output_that_is_closed_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(SMALL)
    closed = f"exec {sys.executable} -m tinycompile tiny.tflite --kernels portable >&-"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", closed], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 0
    assert (tmp_path / "tiny" / "tiny.h").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize(
    "words", [["--list", "targets"], ["tiny.tflite"], ["--completion", "bash"], []]
)
def test_a_standard_output_that_takes_nothing_is_told(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(SMALL)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tinycompile", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        1,
        "error: cannot write to standard output: No space left on device\n",
    )
    assert os.listdir(tmp_path) == ["tiny.tflite"]


def test_an_edited_file_is_kept_and_named(cli: Cli, model: str) -> None:
    cli(model)
    Path("tiny/main.c").write_text("/* mine */\n")
    status, output, _ = cli(model)
    assert status == 0
    assert "note: tiny/main.c was edited, and is kept; delete it" in output
    assert Path("tiny/main.c").read_text() == "/* mine */\n"


def process(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tinycompile", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_as_a_process_a_good_model_leaves_standard_error_empty(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(SMALL)
    done = process("tiny.tflite", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "tiny" / "tiny.h").exists()


@pytest.mark.parametrize("case", ["missing file", "unknown tflite operator", "unknown target"])
def test_as_a_process_a_bad_model_is_one_line(case: str, tmp_path: Path) -> None:
    data, name, words, expected = BAD[case]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = process(name, *words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2 if case in USAGE else 1, "")
    assert re.fullmatch(f"error: .*{expected}.*\n", done.stderr)
