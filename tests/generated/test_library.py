"""What generated functions are in a library: C like the rest of it, named after model and operators."""

import re
import subprocess
import time
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.codegen.test_library import CORES, LIBC, LIBGCC, objects
from tests.frontend.onnx_model import model, value
from tests.generated.networks import (
    attention,
    compiled,
    generated,
    node,
    normal,
    quantized,
    verified,
)
from tinycompile.codegen.folder import fill
from tinycompile.simulate.size import undefined_symbols, writable_globals
from tinycompile.target import Target

FLOATS = {"sqrtf", "expf", "logf", "tanhf", "sinf"}  # of libm
SOFT = re.compile(r"__aeabi_(f\w+|i2f|f2iz|ui2f|lmul|l2f|idivmod)")  # of libgcc, without a FPU


def stacked(layers: int, width: int = 24) -> onnx.ModelProto:
    """Softmax over channels and a sine, again and again."""
    nodes, x = [], "x"
    for i in range(layers):
        kind, more = (("Softmax", {"axis": 1}), ("Sin", {}))[i % 2]
        nodes.append(node(kind, [x], [x := f"t{i}"], f"node{i}", **more))
    nodes.append(node("ReduceMax", [x], ["y"], axes=[2]))
    shape = (1, 6, width)
    return model(nodes, [value("x", shape)], [value("y", (1, 6, 1))], opset=13)


@pytest.mark.parametrize("compiler", ["cc", "clang"])
def test_no_warning(compiler: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if compiler != "cc":
        request.getfixturevalue(compiler)
    compiled(attention(), tmp_path).write(tmp_path / "net")
    objects(tmp_path / "net", tmp_path / "objects", compiler, ["-O2"])


@pytest.mark.parametrize("core", [CORES[0], "cortex-m4"])
def test_nothing_but_libm_and_mem_is_called_and_nothing_is_writable(
    core: str, arm_gcc: str, tmp_path: Path
) -> None:
    target = Target.load(core)
    compiled(attention(), tmp_path, target=core).write(tmp_path / "net")
    units = objects(tmp_path / "net", tmp_path / "objects", arm_gcc, ["-O2", *target.cflags])
    units = [unit for unit in units if unit.stem != "main"]
    for unit in units:
        assert writable_globals(unit) == set(), unit.name
        outside = {
            name
            for name in undefined_symbols(unit) - LIBC - LIBGCC - FLOATS
            if not name.startswith(("net_", "tc_")) and not SOFT.fullmatch(name)
        }
        assert outside == set(), unit.name


def test_equal_layers_share_a_function_whose_comment_says_so(tmp_path: Path) -> None:
    result = verified(stacked(6), tmp_path)
    assert generated(result) == ["softmax", "sin_softmax", "sin_softmax", "sin_max"]
    text = result.files["net_generated.c"]
    comment = (
        '/* Sin "node1", Softmax "node2": (1, 6, 24) -> (1, 6, 24) "t2"; and 1 more layer */\n'
    )
    assert comment in text
    assert text.count("void net_sin_softmax(") == 1


def test_functions_of_one_operator_that_differ_are_numbered(tmp_path: Path) -> None:
    shapes = {"a": (1, 4, 6), "b": (1, 5, 3)}
    nodes = [node("Softmax", [name], [f"{name}_y"], axis=1) for name in shapes]
    given = [value(name, shape) for name, shape in shapes.items()]
    made = [value(f"{name}_y", shape) for name, shape in shapes.items()]
    built = model(nodes, given, made)
    assert generated(verified(built, tmp_path)) == ["softmax", "softmax_2"]


def test_tables_of_equal_functions_are_those_of_each_layer(tmp_path: Path) -> None:
    nodes = [
        node("LayerNormalization", ["x", "a"], ["t"], "first"),
        node("LayerNormalization", ["t", "b"], ["y"], "second"),
    ]
    constants = {"a": normal(8), "b": normal(8, seed=9)}
    shape = (1, 5, 8)
    built = model(nodes, [value("x", shape)], [value("y", shape)], constants, opset=17)
    result = verified(built, tmp_path)
    assert generated(result) == ["layer_norm", "layer_norm"]
    assert result.report["flash"]["constant_bytes"] >= 2 * 8 * 4


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    assert compiled(attention(), tmp_path).files == compiled(attention(), tmp_path).files


def test_the_report_says_what_is_generated(tmp_path: Path) -> None:
    layers = compiled(attention(), tmp_path).report["layers"]
    families = [layer["family"] for layer in layers]
    assert families.count("generated") == 3 and "portable" in families


def test_scratch_is_in_the_arena_and_holds_nothing_from_before(tmp_path: Path) -> None:
    """The harness fills the arena with noise, another each time, and aligns it to what the header says."""
    built = quantized("LayerNormalization", (1, 4, 40), {"scale": normal(40)})
    result = verified(built, tmp_path, target="cortex-m4")
    assert result.report["ram"]["scratch_bytes"] > 0


def test_two_models_are_in_one_firmware(tmp_path: Path) -> None:
    both = [compiled(attention(tokens), tmp_path, name=f"net{tokens}") for tokens in (4, 5)]
    folder = tmp_path / "firmware"
    for result in both:
        result.write(tmp_path / result.program.name)
        fill(folder, result.files)
    (folder / "main.c").write_text(
        '#include "net4.h"\n#include "net5.h"\n'
        "static int64_t arena[(NET4_ARENA_BYTES + NET5_ARENA_BYTES) / 8 + 1];\n"
        "int main(void)\n{\n    net4_run(arena);\n    net5_run(arena);\n    return 0;\n}\n"
    )
    sources = [str(path) for path in folder.glob("*.c")]
    command = ["cc", "-std=c99", f"-I{folder}", *sources, "-o", str(folder / "program"), "-lm"]
    subprocess.run(command, check=True)
    subprocess.run([folder / "program"], check=True)


def test_a_network_of_100_operators_compiles_in_20_seconds(tmp_path: Path) -> None:
    began = time.process_time()
    compiled(stacked(99), tmp_path)
    assert time.process_time() - began < 20


def test_clang_takes_the_first_of_a_sort(tmp_path: Path, clang: str) -> None:
    nodes = [node("TopK", ["x", "k"], ["y", "where"], axis=1)]
    built = model(nodes, [value("x", (3, 4))], [value("y", (3, 1))], {"k": np.array([1])}, opset=13)
    verified(built, tmp_path).write(tmp_path / "net")
    objects(tmp_path / "net", tmp_path / "objects", clang, ["-O2"])
