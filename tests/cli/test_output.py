"""The command line: what it prints and writes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.cli.program import DIGITS, Cli, tree
from tinycompile.__main__ import command
from tinycompile.command_line.options import GROUPS, every_option


def test_compiling_writes_a_folder_named_as_the_model(cli: Cli, model: str) -> None:
    status, output, errors = cli(model, "--kernels", "portable")
    assert (status, errors) == (0, "")
    report = json.loads(Path("tiny/tiny.json").read_text())
    assert sorted(name.removeprefix("tiny/") for name in tree(Path("tiny"))) == report["files"]
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
    assert ram[1:4] == ["164", "262,144", "0.1%"]
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


def test_dump_ir_tells_which_passes_of_several_in_turn_did_something(cli: Cli) -> None:
    assert cli(str(DIGITS), "--dump-ir", "ir")[0] == 0
    names = [path.stem.partition("-")[2] for path in sorted(Path("ir").iterdir())]
    first = names.index("Repeat-SinkTransposes-RemoveNoOps")
    then = ["Repeat-RemoveNoOps-FoldConstants", "Repeat-RemoveNoOps", "Repeat"]
    assert names[first + 1 : first + 4] == then


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


def test_help_has_every_option_once_in_its_group(cli: Cli) -> None:
    _, output, _ = cli("--help")
    headings = re.findall("^([A-Z].*):$", output, re.MULTILINE)
    assert headings == list(GROUPS)
    shown = re.findall("^  (?:-., )?(--[a-z-]+)", output, re.MULTILINE)
    names = [max(option.opts, key=len) for option in every_option()]
    assert sorted(shown) == sorted([*names, "--version", "--help"])


def test_examples_of_help_are_command_lines_that_parse(cli: Cli) -> None:
    _, output, _ = cli("--help")
    lines = re.findall("^    tinycompile (.*)", output, re.MULTILINE)
    assert len(lines) > 3
    for line in lines:
        command.make_context("tinycompile", line.split())


def test_targets_complete() -> None:
    from tinycompile.command_line import completion

    assert completion.target(None, None, "cortex-m3") == ["cortex-m3", "cortex-m33"]  # type: ignore[arg-type]


def test_an_edited_file_is_kept_and_named(cli: Cli, model: str) -> None:
    cli(model)
    Path("tiny/examples/main.c").write_text("/* mine */\n")
    status, output, _ = cli(model)
    assert status == 0
    assert "note: tiny/examples/main.c was edited, and is kept; delete it" in output
    assert Path("tiny/examples/main.c").read_text() == "/* mine */\n"


def test_outputs_are_named_with_commas_or_again(cli: Cli, model: str) -> None:
    words = ["--outputs", "net/pool,net/conv/Relu;net/conv/BiasAdd", "--outputs", "scores"]
    assert cli(model, *words, "--name", "cut")[0] == 0
    header = Path("cut/cut.h").read_text()
    assert "#define CUT_OUTPUTS 3 " in header and "cut_output_net_pool(" in header
    assert cli(model, "--outputs", "scores,")[::2] == (
        2, "error: Invalid value for '--outputs': 'scores,' is not NAME,NAME such as boxes,scores\n"
    )  # fmt: skip
