"""How much is told, where, and in what form: --json, -q, -v, progress, colours, names in full."""

import io
import json
import os
import time
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from rich.console import Console

from tests.cli.program import DIGITS, Cli, process, tree
from tinycompile.__main__ import command
from tinycompile.command_line import progress, terminal
from tinycompile.report.tables import OneLine

KEPT = ("--kernels", "portable")


def test_json_is_the_file_and_nothing_else(cli: Cli, model: str) -> None:
    status, output, errors = cli(model, "--json", *KEPT)
    assert (status, errors) == (0, "")
    assert output == Path("tiny/tiny.json").read_text()


def test_json_has_what_checks_found(cli: Cli, model: str) -> None:
    _, output, _ = cli(model, "--json", "-t", "host", "--verify", "--run", "--runs", "2")
    found = json.loads(output)["checks"]
    assert found["verify"].startswith("Verified bit-exact: compared 3 of 3 tensors")
    assert found["run"].startswith("Ran on this machine: 2 inputs")


def test_csv_has_a_row_a_layer(cli: Cli, model: str) -> None:
    assert cli(model, "--csv", "layers.csv", *KEPT)[0] == 0
    assert len(Path("layers.csv").read_text().splitlines()) == 1 + 3


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (".", "it is a folder"),
        ("tiny.tflite", "it is read, too; choose another name"),
        ("none/x", "there is no folder none"),
        ("/dev/full/x", "there is no folder /dev/full"),
    ],
)
@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_report_goes_nowhere_where_it_does_not_belong(
    option: str, file: str, why: str, cli: Cli, model: str
) -> None:
    before = tree(Path())
    assert cli(model, option, file, *KEPT) == (1, "", f"error: cannot write {file}: {why}\n")
    assert tree(Path()) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_report_replaces_an_old_one_or_says_why_not(cli: Cli, model: str) -> None:
    Path("layers.csv").write_text("old")
    assert cli(model, "--csv", "layers.csv", *KEPT)[0] == 0
    assert Path("layers.csv").read_text().startswith("name,")
    _, _, errors = cli(model, "--csv", "/dev/full", *KEPT)
    assert errors == "error: cannot write /dev/full: No space left on device\n"
    assert sorted(path.name for path in Path().iterdir()) == ["layers.csv", "tiny", "tiny.tflite"]


def test_the_memory_map_is_drawn_and_printed(cli: Cli, model: str) -> None:
    status, output, _ = cli(model, "--memory-map", "map.svg", "--explain", *KEPT)
    arena = json.loads(Path("tiny/tiny.json").read_text())["ram"]["arena_bytes"]
    assert status == 0
    assert f"peak {arena:,} bytes" in Path("map.svg").read_text()
    assert f"\nMemory of tiny: {arena:,} bytes, " in output
    assert cli(model, "--memory-map", "map.html", *KEPT)[0] == 0
    assert "<svg" in Path("map.html").read_text()


def test_a_memory_map_is_svg_or_html(cli: Cli, model: str) -> None:
    told = (2, "", "error: --memory-map map.png: name it .svg or .html\n")
    assert cli(model, "--memory-map", "map.png") == told


def test_quiet_prints_errors_only(cli: Cli, model: str) -> None:
    assert cli(model, "-q") == (0, "", "")
    assert Path("tiny/tiny.h").exists()
    status, output, errors = cli(model, "-q", "--ram", "10")
    assert (status, output) == (1, "")
    assert errors.startswith("error: ")


@pytest.mark.parametrize("words", [["-q", "-v"], ["-q", "--json"], ["-q", "--explain"]])
def test_quiet_and_more_make_no_sense_together(words: list[str], cli: Cli, model: str) -> None:
    status, _, errors = cli(model, *words)
    assert status == 2
    assert errors.startswith("error: --quiet prints nothing") and errors.count("\n") == 1


def test_verbose_has_a_line_a_stage_with_its_time(cli: Cli, model: str) -> None:
    _, _, errors = cli(model, "-v")
    lines = [line.split(" s  ") for line in errors.splitlines()]
    assert [stage for _, stage in lines][:2] == ["loading TVM", "importing"]
    assert [stage for _, stage in lines][-2:] == ["emitting C", "measuring the stack"]
    assert sorted(times := [float(time) for time, _ in lines]) == times


@pytest.mark.parametrize("again", [progress.AGAIN, 0.1])
def test_a_stage_that_takes_long_is_told_and_again_after_a_while(
    again: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "AGAIN", again)
    console = Console(file=(said := io.StringIO()), width=100)
    lines = progress.Lines(console, patience=0.3)
    with lines.watched():
        lines.update("quick")
        for i in range(6):
            lines.update(f"slow: part {i}")
            time.sleep(0.15)
    told = said.getvalue().splitlines()
    assert all(" s  slow: part " in line for line in told)
    assert len(told) == 1 if again > 1 else len(told) > 1


def test_on_a_terminal_the_line_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    console = Console(file=(said := io.StringIO()), force_terminal=True, width=100)
    monkeypatch.setattr(terminal, "errors", lambda: console)
    with progress.shown("loading", quiet=False, verbose=False) as update:
        update("a [bold]stage")
        time.sleep(0.3)
    assert "a [bold]stage" in said.getvalue() and "0:00:00" in said.getvalue()
    assert said.getvalue().endswith("\x1b[1A\x1b[2K")


def test_names_are_whole_where_output_is_no_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    _, output, _ = cli(str(DIGITS), "--explain", *KEPT)
    assert "…" not in output
    assert 'Conv "conv"  ' in output
    assert max(map(len, output.splitlines())) > 150  # a reason is a line


def test_on_a_narrow_terminal_names_of_layers_still_differ() -> None:
    console = Console(width=14, file=(said := io.StringIO()))
    for i in range(4):
        console.print(OneLine(f'DEPTHWISE_CONV_2D "activation_{i}/Relu"'))
    lines = said.getvalue().split()
    assert lines == [f"activat…{i}/Relu" for i in range(4)]


@pytest.mark.parametrize("no_color", [{}, {"NO_COLOR": "1"}])
def test_colours_are_for_terminals_that_want_them(no_color: dict[str, str], tmp_path: Path) -> None:
    """FORCE_COLOR stands for the terminal."""
    coloured = process("none.onnx", folder=tmp_path, FORCE_COLOR="1", TERM="xterm", **no_color)
    assert ("\x1b[1;31m" in coloured.stderr) is not no_color
    plain = process("none.onnx", folder=tmp_path)
    assert plain.stderr == "error: none.onnx: no such file\n"


@pytest.mark.parametrize("before", [[], ["-t", "host"]])
def test_layers_complete_as_the_report_names_them(before: list[str], model: str, cli: Cli) -> None:
    shell = ShellComplete(command, {}, "tinycompile", "")

    def offered(name: str, incomplete: str) -> list[str]:
        found = shell.get_completions([*before, name, "--kernel"], incomplete)
        return [item.value for item in found]

    assert offered(model, "") == ["conv/Relu=", "net/pool=", "net/flat=", "scores="]
    assert offered(str(DIGITS), "p") == ["pool1=", "pointwise=", "pool2=", "probabilities="]
    assert offered("none.onnx", "") == []


def test_a_layer_may_be_named_as_in_the_report(cli: Cli, model: str) -> None:
    status, output, _ = cli(model, "--kernel", "conv/Relu=tc_conv2d_s8")
    assert status == 0
    assert '"conv/Relu"' in output
