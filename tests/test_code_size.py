"""The sizes that flash estimates rest on: complete, up to date, and used as meant."""

import subprocess
from pathlib import Path

import pytest

from benchmarks import code_size as benchmark
from tests.small_model import small_model
from tinycompile.cmsis_nn import VARIABLE, find
from tinycompile.code_size import CORES, LAYER_BYTES, LIKE, code_bytes, measured
from tinycompile.kernels import portable
from tinycompile.pipeline import compile
from tinycompile.target import CORES as ALL_CORES
from tinycompile.target import Target

GCC = "12."  # what the sizes were measured with


@pytest.mark.parametrize("core", CORES)
def test_every_kernel_was_measured(core: str) -> None:
    assert set(measured()) == set(CORES)
    sizes = measured()[core]["kernels"]
    assert {kernel.symbol for kernel in portable.kernels()} <= set(sizes)
    library = measured()[core]["library"]
    assert all(set(kernel["library"]) <= set(library) for kernel in sizes.values())


@pytest.mark.parametrize("core", CORES)
def test_the_sizes_are_those_of_the_c_files(
    core: str, arm_gcc: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else benchmarks/code_size.py wants to run again. Of another gcc only the sums are near."""
    monkeypatch.delenv(VARIABLE, raising=False)  # another version has other sizes
    now, then = benchmark.measure(core, tmp_path, find(None)), measured()[core]
    version = subprocess.run([arm_gcc, "-dumpversion"], capture_output=True, text=True, check=True)
    same = version.stdout.startswith(GCC)
    near = 0.1 if same else 0.4
    every = [sum(t["kernels"][s]["code"] for s in now["kernels"]) for t in (now, then)]
    assert every[0] == pytest.approx(every[1], rel=near)
    for symbol, kernel in now["kernels"].items() if same else ():
        size = then["kernels"].get(symbol, {"code": 0})["code"]
        assert size == pytest.approx(kernel["code"], rel=0.1, abs=16), symbol
    known = sum(then["library"][symbol] for symbol in now["library"])
    assert known == pytest.approx(sum(now["library"].values()), rel=near, abs=16)


@pytest.mark.parametrize("core", sorted(ALL_CORES))
def test_every_core_has_a_measured_like(core: str) -> None:
    assert LIKE.get(core, core) in CORES


def test_a_kernel_counts_once_and_a_layer_for_its_call(tmp_path: Path) -> None:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(small_model())
    target = Target.load("cortex-m0")
    program = compile(path, target=target, kernels="portable").program
    sizes = measured()["cortex-m0plus"]
    used = ["tc_conv2d_s8", "tc_fully_connected_s8", "tc_max_pool2d_s8"]
    called = {name for symbol in used for name in sizes["kernels"][symbol]["library"]}
    expected = sum(sizes["kernels"][symbol]["code"] for symbol in used)
    expected += sum(sizes["library"][name] for name in called) + 3 * LAYER_BYTES
    assert code_bytes(program, target) == expected
    program.layers.append(program.layers[0])
    assert code_bytes(program, target) == expected + LAYER_BYTES
