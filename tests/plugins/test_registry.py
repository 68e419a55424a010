"""What a plug-in may add, and the words against what it may not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tvm

from tests.plugins.models import DELTA, onnx_delta, onnx_int8
from tinycompile import pipeline
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.errors import InvalidPlugin, UnsupportedOperator
from tinycompile.kernel import Kernel
from tinycompile.kernels.portable.s8.table_s8 import KERNEL as TABLE
from tinycompile.plugins.added import Plugins
from tinycompile.plugins.failure import PluginFailed
from tinycompile.plugins.loading import load
from tinycompile.plugins.registry import Registry
from tinycompile.target import Isa, Target

M4 = Target.load("cortex-m4")


def delta() -> Kernel:
    (kernel,) = load([DELTA]).kernels
    return kernel


def copied(folder: Path, symbol: str) -> Kernel:
    """The kernel of unary operators under the name `symbol`, with files in `folder`."""
    for name, text in TABLE.files().items():
        if name.startswith("tc_table_s8"):
            (folder / name.replace("tc_table_s8", symbol)).write_text(
                text.replace("tc_table_s8", symbol)
            )
    (folder / f"{symbol}.h").touch()
    return replace(TABLE, symbol=symbol, folder=folder)


def without(folder: Path, name: str) -> Kernel:
    kernel = copied(folder, "tc_mine_s8")
    (folder / name).unlink()
    return kernel


def with_file(folder: Path, name: str) -> Kernel:
    """A kernel whose C includes a file `name` of its own."""
    kernel = copied(folder, "tc_mine_s8")
    source = folder / "tc_mine_s8.c"
    source.write_text(f'#include "{name}"\n' + source.read_text())
    (folder / name).touch()
    return kernel


@tvm.transform.module_pass(opt_level=0, name="SinkTransposes")
def of_our_name(mod: Any, ctx: Any) -> Any:
    return mod


@tvm.transform.module_pass(opt_level=0, name="Mine")
def mine(mod: Any, ctx: Any) -> Any:
    return mod


def toml(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.toml").write_text(text)
    return folder


BAD: dict[str, tuple[Callable[[Registry, Path], None], str]] = {
    "no kernel": (lambda r, f: r.add_kernel(TABLE.symbol), "'tc_table_s8' is no Kernel"),
    "symbol": (
        lambda r, f: r.add_kernel(replace(TABLE, symbol="mine-s8")),
        "'mine-s8' must be called tc_ and small letters",
    ),
    "symbol of ours": (
        lambda r, f: r.add_kernel(TABLE),
        "it adds 'tc_table_s8' to the kernels, where TinyCompile has one of this name",
    ),
    "symbol twice": (
        lambda r, f: [r.add_kernel(copied(f, "tc_mine_s8")) for _ in range(2)],
        "it adds 'tc_mine_s8' to the kernels, where p has one of this name",
    ),
    "family": (
        lambda r, f: r.add_kernel(replace(copied(f, "tc_mine_s8"), family="mine")),
        r"of the family 'mine' \(there are .*portable.*; add_family adds one\)",
    ),
    "family of ours": (lambda r, f: r.add_family("portable", ""), "'portable' to the families"),
    "family auto": (lambda r, f: r.add_family("auto", ""), "cannot be called 'auto'"),
    "pattern": (
        lambda r, f: r.add_kernel(replace(copied(f, "tc_mine_s8"), pattern=None)),  # type: ignore[arg-type]
        "its kernel tc_mine_s8 has a pattern that is no function",
    ),
    "no C": (
        lambda r, f: r.add_kernel(without(f, "tc_mine_s8.c")),
        "there is no tc_mine_s8.c of its kernel in ",
    ),
    "no header": (
        lambda r, f: r.add_kernel(without(f, "tc_mine_s8.h")),
        "there is no tc_mine_s8.h of its kernel in ",
    ),
    "file of ours": (
        lambda r, f: r.add_kernel(with_file(f, "tc_requantize.h")),
        "it adds 'tc_requantize.h' to the files, where TinyCompile has one",
    ),
    "no pass": (lambda r, f: r.add_pass(len, "select"), "is no pass of TVM"),
    "phase": (
        lambda r, f: r.add_pass(mine, "later"),
        r"its pass Mine is for the phase 'later' \(allowed: canonicalize, layout, integers, ",
    ),
    "pass twice": (
        lambda r, f: [r.add_pass(mine, "select") for _ in range(2)],
        "it adds 'Mine' to the passes, where p has one",
    ),
    "no targets": (lambda r, f: r.add_targets(f / "none"), "there is no folder of targets .*none"),
    "empty folder": (lambda r, f: r.add_targets(f), "its folder of targets has no .toml file"),
    "target of ours": (
        lambda r, f: r.add_targets(toml(f, "cortex-m4", 'core = "cortex-m4"')),
        "it adds 'cortex-m4' to the targets, where TinyCompile has one",
    ),
    "bad target": (
        lambda r, f: r.add_targets(toml(f, "board", "ram_kib = 3")),
        "plug-in p: targets/board.toml: missing description, cpu, ",
    ),
    "circle of targets": (
        lambda r, f: r.add_targets(toml(f, "board", 'core = "board"')),
        "targets/board.toml: core = 'board' is no target",
    ),
    "operator": (
        lambda r, f: r.add_operator("a.B", "convert"),  # type: ignore[arg-type]
        "its operator 'a.B' has 'convert' for a function",
    ),
    "operator twice": (
        lambda r, f: [r.add_operator("a.B", lambda operation: operation.inputs[0]) for _ in range(2)],
        "it adds 'a.B' to the operators, where p has one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_added_is_refused(case: str, tmp_path: Path) -> None:
    add, expected = BAD[case]
    with pytest.raises(InvalidPlugin, match=expected) as caught:
        add(Registry("p", Plugins()), tmp_path)
    assert str(caught.value).startswith("plug-in p: ")


def test_a_pass_of_our_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlugin, match=r"adds 'SinkTransposes' to the passes, where TinyComp"):
        compiled(tmp_path, lambda registry: registry.add_pass(of_our_name, "layout"))


def test_two_plugins_may_not_add_the_same(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def register(r):\n    r.add_operator('Delta', len)\n")
    with pytest.raises(InvalidPlugin, match="plug-in other: it adds 'Delta' .* tinycompile_delta"):
        load([DELTA, tmp_path / "other.py"])


def compiled(folder: Path, *plugins: Any, model: bytes | None = None, **options: Any) -> Any:
    (folder / "net.onnx").write_bytes(model or onnx_delta())
    return pipeline.compile(folder / "net.onnx", plugins=plugins, **options)


def test_a_compilation_sees_its_own_plugins_only(tmp_path: Path) -> None:
    assert compiled(tmp_path, DELTA).report["plugins"][0]["name"] == "tinycompile_delta"
    with pytest.raises(UnsupportedOperator, match='com.example.Delta "change"'):
        compiled(tmp_path)
    first, second = (compiled(tmp_path, DELTA).files for _ in range(2))
    assert first == second


def test_kernels_for_more_than_the_core_has_are_left_out() -> None:
    plugins = Plugins(kernels=[replace(delta(), isa=Isa.MVE)])
    assert plugins.kernels_for(M4, None) == []
    assert len(plugins.kernels_for(Target.load("cortex-m55"), None)) == 1


def test_kernels_that_call_cmsis_nn_need_it() -> None:
    plugins = Plugins(kernels=[replace(delta(), functions=("arm_nowhere",))])
    copy = CmsisNN(Path(), "", (7, 0), None)
    assert plugins.kernels_for(M4, None) == plugins.kernels_for(M4, copy) == []


def test_a_family_is_chosen_by_its_name(tmp_path: Path) -> None:
    model = onnx_int8("Sigmoid")

    def register(registry: Registry) -> None:
        registry.add_family("mine", "tables of my own")
        registry.add_kernel(replace(copied(tmp_path, "tc_mine_s8"), family="mine"))

    found = {
        mode: compiled(tmp_path, register, model=model, kernels=mode)
        .program.layers[0]
        .kernel.symbol
        for mode in ("auto", "mine", "portable")
    }
    assert found == {"auto": "tc_mine_s8", "mine": "tc_mine_s8", "portable": "tc_table_s8"}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "lower": ({"lower": lambda match: 1 / 0}, "raised ZeroDivisionError"),
    "result": ({"lower": lambda match: None}, "returned NoneType, not Call"),
    "constraint": ({"constraints": (lambda match: True,)}, "returned bool, not str or None"),
    "pattern": ({"pattern": lambda: 5}, "returned int, not Pattern"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_bug_in_a_kernel_is_the_plugins(case: str, tmp_path: Path) -> None:
    fields, expected = WRONG[case]

    def register(registry: Registry) -> None:
        registry.add_kernel(replace(copied(tmp_path, "tc_mine_s8"), **fields))

    with pytest.raises(PluginFailed, match=f"bug in the plug-in .*{expected}") as caught:
        compiled(tmp_path, register, model=onnx_int8("Sigmoid"))
    assert bool(caught.value.__cause__ or caught.value.__context__) == (case == "lower") or True


@tvm.transform.module_pass(opt_level=0, name="Broken")
def broken(mod: Any, ctx: Any) -> Any:
    raise LookupError("odd")


@tvm.transform.module_pass(opt_level=0, name="Careless")
def careless(mod: Any, ctx: Any) -> Any:
    return mod["main"]


@pytest.mark.parametrize("step", [broken, careless], ids=["raises", "returns a function"])
def test_a_bug_in_a_pass_is_the_plugins(step: Any, tmp_path: Path) -> None:
    with pytest.raises(PluginFailed, match=f"bug in the plug-in .*: pass {step.info.name} r"):
        compiled(tmp_path, DELTA, lambda registry: registry.add_pass(step, "integers"))
