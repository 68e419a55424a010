"""The stack of a run: never less than a run takes, and little more."""

import subprocess
from pathlib import Path

import pytest

from tests.small_model import small_model
from tinycompile.errors import MissingTool
from tinycompile.pipeline import compile
from tinycompile.simulate import profile, stack
from tinycompile.simulate.pushes import pushed
from tinycompile.target import Target

GRAPH = r"""graph: { title: "net.c"
node: { title: "run" label: "run\nnet.c:1:6\n16 bytes (static)" }
node: { title: "net.c:leaf" label: "leaf\nnet.c:2:6\n40 bytes (static)" }
node: { title: "middle" label: "middle\nnet.c:3:6\n24 bytes (dynamic,bounded)" }
node: { title: "memcpy" label: "memcpy\n<built-in>" shape : ellipse }
edge: { sourcename: "run" targetname: "middle" label: "net.c:4:5" }
edge: { sourcename: "run" targetname: "memcpy" label: "net.c:5:5" }
edge: { sourcename: "middle" targetname: "net.c:leaf" label: "net.c:6:5" }
"""


def test_the_deepest_way_counts() -> None:
    found = stack.calls([(GRAPH, {})])
    assert [found.depth(name) for name in ("run", "middle", "net.c:leaf", "memcpy")] == [
        80,
        64,
        40,
        0,
    ]


def test_a_pointer_leads_to_whatever_is_deepest() -> None:
    pointed = (
        'node: { title: "driver" label: "driver\\nd.c:1:6\\n8 bytes (static)" }\n'
        'edge: { sourcename: "driver" targetname: "__indirect_call" label: "d.c:2:5" }\n'
    )
    found = stack.calls([(GRAPH, {}), (pointed, {})])
    assert found.depth("driver") == 8 + 80


def test_what_gcc_does_not_count_is_read_from_the_code() -> None:
    text = GRAPH.replace("40 bytes", "0 bytes")
    assert stack.calls([(text, {"leaf": 36, "middle": 1000})]).depth("run") == 16 + 24 + 36


def test_recursion_has_no_bound() -> None:
    again = 'edge: { sourcename: "net.c:leaf" targetname: "run" label: "net.c:7:5" }\n'
    with pytest.raises(stack.Recursive, match="calls itself"):
        stack.calls([(GRAPH + again, {})]).depth("run")


def test_pushes_of_assembly(arm_gcc: str, tmp_path: Path) -> None:
    (tmp_path / "by_hand.c").write_text(
        "__attribute__((naked)) void saves(void)\n{\n"
        '    __asm("push {r4-r7, r9, lr}\\n vpush {s16-s19}\\n vpush {d10}\\n sub sp, #12\\n"\n'
        '          "str r0, [sp, #-8]!\\n pop {pc}");\n}\n'
        '__attribute__((naked)) void none(void)\n{\n    __asm("bx lr");\n}\n'
    )
    flags = Target.load("cortex-m4").cflags
    unit = tmp_path / "by_hand.o"
    command = [arm_gcc, *flags, "-c", str(tmp_path / "by_hand.c"), "-o", str(unit)]
    subprocess.run(command, check=True)
    assert pushed(unit) == {"saves": 6 * 4 + 4 * 4 + 8 + 12 + 8, "none": 0}


@pytest.mark.parametrize("kernels", ["portable", "auto"])
def test_no_run_takes_more_than_is_said(kernels: str, arm_gcc: str, tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    compiled = compile(tmp_path / "tiny.tflite", target="cortex-m4", kernels=kernels)
    stack.measure(compiled)
    said, taken = compiled.program.stack_bytes, profile.profile(compiled).stack_bytes
    assert said is not None and taken is not None
    assert taken <= said <= taken + (40 if kernels == "portable" else 300)
    assert f"#define TINY_STACK_BYTES {said} /**<" in compiled.files["tiny.h"]
    assert compiled.report["ram"]["stack_bytes"] == said
    assert f'"stack_bytes": {said}' in compiled.files["tiny.json"]
    compiled.write(tmp_path / "out")
    assert compiled.write(tmp_path / "out") == []  # the marker knows the header as it is


def test_a_kernel_that_calls_itself_leaves_it_unknown(arm_gcc: str) -> None:
    """As one of a plug-in may; the compiler must not make a loop of it."""
    text = "int net_run(int n);\nint net_run(int n) { return n ? n + net_run(n / 3) * net_run(n / 2) : 1; }\n"
    assert stack.of({"net.c": text}, "net_run", Target.load("cortex-m4")) is None
    plain = text.replace("net_run(n / 3) * net_run(n / 2)", "n")
    assert stack.of({"net.c": plain}, "net_run", Target.load("cortex-m4")) == 0


def test_without_a_compiler_it_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(target: Target) -> str:
        raise MissingTool("no compiler")

    monkeypatch.setattr(stack, "find_compiler", missing)
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    compiled = compile(tmp_path / "tiny.tflite", target="cortex-m4", kernels="portable")
    before = dict(compiled.files)
    stack.measure(compiled)
    assert compiled.files == before
    assert "STACK_BYTES" not in before["tiny.h"]
    assert compiled.report["ram"]["stack_bytes"] is None
