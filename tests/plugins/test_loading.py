"""Where plug-ins come from, and what is said of those that are none."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import tree
from tests.plugins.models import DELTA, onnx_delta
from tests.small_model import small_model
from tinycompile.__main__ import main, run
from tinycompile.errors import InvalidPlugin
from tinycompile.plugins.loading import load
from tinycompile.plugins.registry import Registry

EMPTY = "def register(registry):\n    pass\n"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if not name.startswith(("tinycompile", "tvm", "onnx")):
            del sys.modules[name]


def install(folder: Path, name: str, version: str, plugin: str, entry: str) -> None:
    """What pip leaves of a package whose entry point `plugin` is `entry`."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[tinycompile.plugins]\n{plugin} = {entry}\n")


def test_a_file_a_folder_a_module_a_function(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(EMPTY.replace("register", "other") + EMPTY)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("from .inside import register\n")
    (tmp_path / "pack" / "inside.py").write_text(EMPTY)
    (tmp_path / "beside.py").write_text(EMPTY)
    given = [tmp_path / "one.py", "one.py:other", "pack", "beside", "pack.inside"]
    loaded = load([*given, registers_nothing])
    names = ["one", "one:other", "pack", "beside", "pack.inside"]
    assert list(loaded.names) == [*names, f"{__name__}:registers_nothing"]


def registers_nothing(registry: Registry) -> None:
    pass


def test_the_only_one_needs_no_list() -> None:
    for given in (str(DELTA), DELTA, registers_nothing):
        assert len(load(given).names) == 1


def test_twice_is_once(tmp_path: Path) -> None:
    loaded = load([DELTA, str(DELTA), f"{DELTA}/__init__.py"])
    assert list(loaded.names) == ["tinycompile_delta"]


def test_installed_ones_come_first_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (tmp_path / f"{name}_plugin.py").write_text(EMPTY.replace("register", "added"))
        install(tmp_path, f"dist_{name}", "1.2", name, f"{name}_plugin:added")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert load([DELTA]).names == {"first": "1.2", "second": "1.2", "tinycompile_delta": ""}


BAD = {
    "no module": ("nowhere.at_all", "", "No module named 'nowhere'"),
    "no file": ("plugin_x.py", None, "there is no file .*plugin_x.py"),
    "no words": ("a b", "", "there is none .allowed: a module, a .py file, a package's folder"),
    "no function": ("p.py", "x = 1\n", r"it has no function register\(registry\)"),
    "no such function": ("p.py:add", EMPTY, r"it has no function add\(registry\)"),
    "no callable": ("p.py", "register = 5\n", "5 is no function of one registry"),
    "no parameter": ("p.py", "def register():\n    pass\n", "register is no function of one registry"),
    "missing package": ("p.py", "import not_installed\n", "No module named 'not_installed'"),
    "kernel of no type": ("p.py", "def register(r):\n    r.add_kernel(3)\n", "its kernel 3 is no Kernel"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_plugin_is_refused_in_a_line_and_nothing_written(
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    word, text, expected = BAD[case]
    (tmp_path / "m.tflite").write_bytes(small_model())
    if text:
        (tmp_path / word.partition(":")[0]).write_text(text)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = tree(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tinycompile", "m.tflite", "--plugin", word])
    assert main() == 1
    output, errors = capsys.readouterr()
    name = "p" if case == "kernel of no type" else word
    assert re.fullmatch(f"error: plug-in {re.escape(name)}: .*\n", errors), errors
    assert re.search(expected, errors), errors
    assert (output, tree(tmp_path)) == ("", before)


BUGS = {
    "syntax": ("def register(registry)\n", "SyntaxError"),
    "import": ("1 / 0\n", "ZeroDivisionError"),
    "function": ("def register(registry):\n    raise ValueError('odd')\n", "ValueError"),
    "exit": ("def register(registry):\n    raise SystemExit(0)\n", "SystemExit"),
}


@pytest.mark.parametrize("case", BUGS)
def test_a_bug_in_a_plugin_is_shown_as_its(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, kind = BUGS[case]
    (tmp_path / "p.py").write_text(text)
    (tmp_path / "m.tflite").write_bytes(small_model())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["tinycompile", "m.tflite", "--plugin", "p.py"])
    assert run() == 70
    output, errors = capsys.readouterr()
    said = re.fullmatch(
        rf"error: this is a bug in the plug-in p(\.py)? \({kind}\); please report it to its authors with "
        r"(\S+), .*\n",
        errors,
    )
    assert said, errors
    assert kind in Path(said[2]).read_text()
    assert output == "" and not Path("m").exists()


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.py").write_text(EMPTY)
    with pytest.raises(InvalidPlugin, match="plug-in same: there is another of this name"):
        load(["a/same.py", "b/same.py"])


def test_the_command_line_lists_and_reports_what_they_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.onnx").write_bytes(onnx_delta())
    expected = {
        "targets": "example-board",
        "kernels": "tc_delta_s8",
        "passes": "RemoveDoubleNegation",
        "plugins": "operators: com.example.Delta, Delta",
    }
    for kind, shown in expected.items():
        monkeypatch.setattr(sys, "argv", ["tinycompile", "--plugin", str(DELTA), "--list", kind])
        assert main() == 0
        assert shown in capsys.readouterr().out, kind
    words = ["net.onnx", "--plugin", str(DELTA), "-t", "example-board", "--dump-ir", "ir"]
    monkeypatch.setattr(sys, "argv", ["tinycompile", *words])
    assert main() == 0
    assert "Plug-in tinycompile_delta: its kernels compute 1 layer" in capsys.readouterr().out
    assert (tmp_path / "net" / "tc_delta_s8.c").is_file()
    licences = (tmp_path / "net" / "LICENSES.txt").read_text()
    assert "tc_delta_s8.c, tc_delta_s8.h: of the plug-in tinycompile_delta" in licences
    assert [path for path in (tmp_path / "ir").iterdir() if "RemoveDoubleNegation" in path.name]
