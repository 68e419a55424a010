"""Operators become C that computes what numpy does."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tvm import relax
from tvm.relax import op

from tests.tir.cases import Case, norm_and_swish, quantized
from tests.tir.runtime import Array, Library, build, function, unit
from tests.tir.window_cases import CASES
from tinycompile.simulate.build import compile_objects
from tinycompile.target import Target
from tinycompile.tir import Kind, Refused, generate, kind

Golden = Callable[[str], None]
ALLOWED = {"memcpy", "memset", "memmove"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    functions = {f"tc_{name}": function(c.body, *c.types) for name, c in CASES.items()}
    return build(functions, tmp_path_factory.mktemp("tir"))


def arrays(case: Case, seed: int = 1) -> list[Array]:
    random = np.random.default_rng(seed)
    made = []
    for shape, dtype in case.types:
        if dtype == "float32":
            made.append(random.normal(scale=2, size=shape).astype(dtype))
        elif dtype == "bool":
            made.append(random.integers(0, 2, shape).astype(bool))
        else:
            made.append(random.integers(case.low, case.high, shape, dtype))
    return made


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:overflow")
def test_c_computes_what_numpy_does(name: str, library: Library) -> None:
    case = CASES[name]
    for seed in range(3):
        inputs = arrays(case, seed)
        made = library(f"tc_{name}", inputs)
        wanted = case.reference(*inputs)
        for ours, theirs in zip(
            made, wanted if isinstance(wanted, tuple) else (wanted,), strict=True
        ):
            assert ours.shape == np.shape(theirs)
            if ours.dtype == np.float32:
                allowed = 1e-5 * max(1.0, float(np.ptp(theirs)) if np.size(theirs) else 0)
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=allowed)
            else:
                np.testing.assert_array_equal(ours, theirs)


@pytest.fixture(scope="module")
def sources(library: Library, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sources")
    paths = []
    for symbol, generated in library.generated.items():
        paths.append(folder / f"{symbol}.c")
        paths[-1].write_text(unit(generated, symbol))
    return paths


def test_only_functions_of_libm_are_missing(sources: list[Path], tmp_path: Path) -> None:
    objects = compile_objects(sources, [], tmp_path, compiler="cc", flags=["-O2"])
    listed = subprocess.run(
        ["nm", "-u", *map(str, objects)], capture_output=True, text=True, check=True
    ).stdout
    missing = {line.split()[1] for line in listed.splitlines() if line.strip().startswith("U ")}
    assert {name for name in missing if not name.endswith("f")} <= ALLOWED


def test_clang_takes_it_too(sources: list[Path], tmp_path: Path, clang: str) -> None:
    compile_objects(sources, [], tmp_path, compiler=clang, flags=["-O1"])


def test_the_compiler_of_the_target_takes_it(
    sources: list[Path], tmp_path: Path, arm_gcc: str
) -> None:
    """Where int32_t is long."""
    flags = ["-O2", *Target.load("cortex-m4").cflags]
    compile_objects(sources, [], tmp_path, compiler=arm_gcc, flags=flags)


def test_equal_groups_make_equal_text() -> None:
    case = CASES["layer_norm"]
    first, second = (generate(function(case.body, *case.types)) for _ in range(2))
    assert first.text == second.text


def test_the_text_of_softmax(golden: Golden) -> None:
    case = CASES["softmax"]
    golden(unit(generate(function(case.body, *case.types)), "tc_softmax"))


def test_the_text_of_layer_norm_and_swish(golden: Golden) -> None:
    shape = (2, 5, 16), "float32"
    golden(unit(generate(function(norm_and_swish, shape)), "tc_layer_norm"))


def test_the_text_of_an_int8_product(golden: Golden) -> None:
    case = CASES["int8_product"]
    golden(unit(generate(function(case.body, *case.types)), "tc_product"))


def test_halves_are_rounded_as_asked(tmp_path: Path) -> None:
    def body(builder, x):  # type: ignore[no-untyped-def]
        return quantized(x, 0.5, 1)

    group = function(body, ((6,), "float32"))
    x = np.array([0.25, 0.75, -0.25, -0.75, np.nan, 1e9], np.float32)
    even = build({"tc_even": group}, tmp_path)("tc_even", [x])[0]
    (tmp_path / "away").mkdir()
    away = build({"tc_away": group}, tmp_path / "away", ties_away=True)("tc_away", [x])[0]
    np.testing.assert_array_equal(even, np.array([1, 3, 1, -1, -128, 127], np.int8))
    np.testing.assert_array_equal(away, np.array([2, 3, 0, -1, -128, 127], np.int8))


def call_of(name: str):  # type: ignore[no-untyped-def]
    case = CASES[name]
    made = function(case.body, *case.types)
    return made.body.blocks[0].bindings[-1].value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sigmoid", Kind.ELEMENTWISE),
        ("less", Kind.BROADCAST),
        ("transpose_reshape", Kind.INJECTIVE),
        ("sum_all", Kind.REDUCTION),
        ("softmax", Kind.REDUCTION),
        ("matmul", Kind.OUT_FUSABLE),
        ("sort", Kind.OPAQUE),
    ],
)
def test_kinds(name: str, expected: Kind) -> None:
    assert kind(call_of(name)) == expected


def test_what_tvm_has_no_loops_for_is_refused_in_a_line() -> None:
    group = function(lambda _, x: op.unique(x), ((4,), "float32"))
    with pytest.raises(Refused) as refused:
        generate(group)
    assert "unique" in str(refused.value) and "\n" not in str(refused.value)


def test_a_tensor_of_no_type_is_refused() -> None:
    builder, x = relax.BlockBuilder(), relax.Var("x", relax.TensorType(ndim=1))
    with builder.function("main", [x]):
        with builder.dataflow():
            y = builder.emit_output(op.nn.relu(x))
        builder.emit_func_output(y)
    with pytest.raises(Refused, match="no fixed shape and type"):
        generate(builder.get()["main"])
