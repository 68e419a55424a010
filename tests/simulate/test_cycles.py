"""The cost tables and what is done with them: sequences whose cycles are known, decoded from real code."""

import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tinycompile.simulate.build import build_firmware
from tinycompile.simulate.cycles import Core, Cycles, block_cycles, estimate
from tinycompile.simulate.decode import Decoder, Instruction, Kind
from tinycompile.simulate.image import Layout
from tinycompile.simulate.plugin import Block, RowCounts
from tinycompile.target import FlashCache, FlashTiming, Target, names

TABLES = sorted(
    file.name.removesuffix(".toml")
    for file in files("tinycompile.simulate.cores").iterdir()
    if file.name.endswith(".toml")
)


def core(name: str) -> Core:
    found = Core.load(f"cortex-m{name}")
    assert found is not None
    return found


@pytest.mark.parametrize("name", [name for name in names() if name != "host"])
def test_every_target_has_a_table(name: str) -> None:
    assert Core.load(Target.load(name).cpu) is not None


def test_an_unknown_core_has_none() -> None:
    assert Core.load("cortex-m23") is None


@pytest.mark.parametrize("cpu", TABLES)
def test_a_table_states_its_evidence_and_names_real_kinds(cpu: str) -> None:
    table = Core.load(cpu)
    assert table is not None
    checked = table.validated.startswith("checked against hardware: ")
    assert checked or table.validated.startswith("not checked against hardware")
    assert checked == (cpu in ("cortex-m4", "cortex-m33"))
    known = {*Kind, "narrow", "any"}
    assert all(set(cost.after) <= known for cost in table.costs.values())
    if table.issue == 2:
        used = {cost.unit for cost in table.costs.values()}
        assert used <= set(table.units)


def test_a_mistake_in_a_table_is_no_silent_default() -> None:
    with pytest.raises(ValueError, match="lod"):
        Core.parse("x", tomllib.loads('validated = ""\n[lod]\ncycles = 2'))
    with pytest.raises(TypeError, match="cycle"):
        Core.parse("x", tomllib.loads('validated = ""\n[load]\ncycle = 2'))


# Assembly, then cycles by core; r1 and r2 hold addresses.
SEQUENCES: dict[str, tuple[str, dict[str, float]]] = {
    "two sums": ("adds r0, r0, r3; adds r4, r4, r3", {"0plus": 2, "4": 2, "33": 2, "55": 2}),
    "one load": ("ldr r0, [r1]", {"0": 2, "0plus": 2, "3": 2, "4": 2, "33": 1, "55": 1}),
    "loads overlap": ("ldr r0, [r1]; ldr r3, [r2]", {"0": 4, "4": 3, "33": 2}),
    "a load of an address does not": ("ldr r2, [r1]; ldr r3, [r2]", {"4": 4, "33": 3}),
    "a load that steps does not": ("ldr r0, [r1], #4; ldr r3, [r2]", {"4": 4, "33": 2}),
    "a load that is used at once": ("ldr r0, [r1]; adds r0, r0, r3", {"4": 3, "33": 3, "55": 3}),
    "a load that is used later": ("ldr r0, [r1]; adds r4, r4, r3", {"4": 3, "33": 2, "55": 2}),
    "a stepped address is ready": ("ldr r0, [r1], #4; adds r1, r1, r3", {"33": 2, "55": 2}),
    "stores": ("str r0, [r1]; str r0, [r1, r3]", {"0": 4, "4": 3, "33": 2}),
    "a multiple": ("push {r0, r1, r3}", {"0": 4, "4": 4, "33": 3, "55": 3}),
    "a long product": ("smull r0, r3, r4, r5", {"3": 4, "4": 1, "33": 1}),
    "a sum of products": ("mla r0, r3, r4, r5", {"3": 2, "4": 1, "33": 1}),
    "division": ("sdiv r0, r3, r4", {"3": 7, "4": 7, "33": 6}),
    "a folded condition": ("adds r0, r0, r3; it eq; moveq r0, r3", {"4": 2, "33": 2, "55": 2}),
    "a condition that is not": ("add.w r0, r8, r3; it eq; moveq r0, r3", {"4": 3, "33": 3}),
    "a pair": ("ldrd r0, r3, [r1]", {"4": 3, "33": 2, "55": 1}),
    "floats": ("vldr s0, [r1]; vldr s1, [r1, #4]; vfma.f32 s0, s1, s1", {"4": 6, "33": 5}),
    "vectors of one kind": ("vadd.i32 q0, q1, q2; vadd.i32 q0, q1, q2", {"55": 3}),
    "a gather of bytes": ("vldrb.u8 q0, [r1, q2]; vadd.i32 q3, q1, q2", {"55": 9}),
    "vectors of two": ("vmul.i32 q0, q1, q2; vadd.i32 q3, q1, q2", {"55": 2}),
    # Two a cycle, where the second does not wait for the first.
    "m7: independent": ("adds r0, r0, r3; adds r4, r4, r3", {"7": 1}),
    "m7: dependent": ("adds r0, r0, r3; adds r4, r4, r0", {"7": 2}),
    "m7: two loads": ("ldr r0, [r1]; ldr r3, [r2]", {"7": 1}),
    "m7: two products": ("mul r0, r3, r4; mul r5, r3, r4", {"7": 2}),
    "m7: load and use": ("ldr r0, [r1]; add r0, r0, r3", {"7": 3}),
    "m7: products into one sum": (
        "mla r0, r3, r4, r0; mla r0, r3, r4, r0; mla r0, r3, r4, r0",
        {"7": 3},
    ),
    "m7: division": ("sdiv r0, r3, r4; adds r5, r5, r3; adds r0, r0, r3", {"7": 8}),
    "m7: a multiple": ("push {r0, r1, r3, r4}; adds r0, r0, r3", {"7": 3}),
}
CASES = [
    pytest.param(code, name, cycles, id=f"{case} on M{name}")
    for case, (code, by_core) in SEQUENCES.items()
    for name, cycles in by_core.items()
]


def decode(code: str, name: str, compiler: str, folder: Path) -> list[Instruction]:
    """`code` assembled for the core, as the profiler decodes it."""
    target = Target.load(f"cortex-m{name}")
    source, image = folder / "code.s", folder / "code.elf"
    source.write_text(
        f".syntax unified\n.thumb\nflash_start: {code}\n.thumb_func\n.type end, %function\nend: bx lr\n"
    )
    places = [f"-Wl,--defsym={r}_{e}=0" for r in ("flash", "constants") for e in ("start", "end")]
    link = ["-nostdlib", "-Wl,-e0", *places[1:], "-Wl,-Ttext=0x1000", str(source), "-o", str(image)]
    subprocess.run([compiler, *target.cflags, *link], check=True)
    functions = Layout.read(image).functions
    return Decoder(image, target).block(0x1000, functions["end"].start - 0x1000)


@pytest.mark.parametrize(("code", "name", "cycles"), CASES)
def test_a_sequence(code: str, name: str, cycles: float, arm_gcc: str, tmp_path: Path) -> None:
    instructions = decode(code, name, arm_gcc, tmp_path)
    assert len(instructions) == code.count(";") + 1
    assert block_cycles(instructions, core(name)) == cycles


def test_a_loop_on_two_pipes_is_timed_in_its_steady_state() -> None:
    body = [
        Instruction(kind=Kind.ARITHMETIC, nbytes=2, reads=frozenset({1}), writes=frozenset({1})),
        Instruction(kind=Kind.BRANCH_CONDITIONAL, nbytes=2),
    ]
    assert block_cycles(body, core("7")) == 1


MNEMONICS = {
    "ldr r0, [r1], #4": Kind.LOAD_UPDATE,
    "ldrsb r0, [r1, r2]": Kind.LOAD,
    "ldr pc, [r1]": Kind.LOAD_PC,
    "pop {r4, pc}": Kind.LOAD_MULTIPLE_PC,
    "pop {r4, r5}": Kind.LOAD_MULTIPLE,
    "strb r0, [r1, r2]": Kind.STORE_INDEXED,
    "strb r0, [r1, #1]": Kind.STORE,
    "strd r0, r3, [r1]": Kind.STORE_PAIR,
    "stmia r1!, {r2, r3}": Kind.STORE_MULTIPLE,
    "smlad r0, r1, r2, r3": Kind.MULTIPLY,
    "smmulr r0, r1, r2": Kind.MULTIPLY,
    "smlal r0, r1, r2, r3": Kind.MULTIPLY_LONG,
    "mls r0, r1, r2, r3": Kind.MULTIPLY_ACCUMULATE,
    "ssat r0, #8, r1": Kind.ARITHMETIC,
    "bic r0, r0, r1": Kind.ARITHMETIC,
    "sxtb16 r0, r1": Kind.ARITHMETIC,
    "b .": Kind.BRANCH,
    "bls .": Kind.BRANCH_CONDITIONAL,
    "cbz r0, .+4": Kind.BRANCH_CONDITIONAL,
    "bl .": Kind.CALL,
    "blx r3": Kind.CALL_INDIRECT,
    "bx r3": Kind.BRANCH_INDIRECT,
    "tbb [r1, r2]": Kind.TABLE_BRANCH,
    "vldr s0, [r1]": Kind.FLOAT_LOAD,
    "vpop {s0-s3}": Kind.FLOAT_LOAD_MULTIPLE,
    "vfma.f32 s0, s1, s2": Kind.FLOAT_MULTIPLY_ACCUMULATE,
    "vsqrt.f32 s0, s1": Kind.FLOAT_DIVIDE,
    "vadd.f32 s0, s1, s2": Kind.FLOAT,
    "nop": Kind.SYSTEM,
}
VECTORS = {
    "vldrb.8 q0, [r1], #16": Kind.VECTOR_LOAD,
    "vstrw.32 q0, [r1]": Kind.VECTOR_STORE,
    "vldrw.u32 q0, [r1, q4]": Kind.VECTOR_LOAD,
    "vstrb.32 q0, [r3, q7]": Kind.VECTOR_STORE,
    "vldrb.u8 q0, [r1, q4]": Kind.VECTOR_GATHER_16,
    "vldrb.s16 q0, [r1, q4]": Kind.VECTOR_GATHER_8,
    "vldrh.u16 q0, [r1, q4, uxtw #1]": Kind.VECTOR_GATHER_8,
    "vstrb.16 q0, [r1, q4]": Kind.VECTOR_GATHER_8,
    "vst40.8 {q0, q1, q2, q3}, [r2]": Kind.VECTOR_STORE,
    "vmladava.s8 r0, q1, q2": Kind.VECTOR_MULTIPLY,
    "vqdmulh.s32 q0, q0, r10": Kind.VECTOR_MULTIPLY,
    "vqrdmulh.s32 q0, q0, q4": Kind.VECTOR_MULTIPLY,
    "vmla.s32 q2, q0, r0": Kind.VECTOR_MULTIPLY,
    "vmullb.s8 q0, q1, q2": Kind.VECTOR_MULTIPLY,
    "vmov q0[2], q0[0], r0, r4": Kind.VECTOR,
    "vqshl.s32 q2, r2": Kind.VECTOR,
    "vaddv.s32 r0, q1": Kind.VECTOR,
    "vctp.8 r0": Kind.VECTOR_PREDICATE,
    "vadd.i8 q0, q1, q2": Kind.VECTOR,
    "vadd.f32 s0, s1, s2": Kind.FLOAT,
    "dls lr, r0": Kind.LOOP,
    "csel r0, r1, r2, eq": Kind.ARITHMETIC,
}


@pytest.mark.parametrize("name, mnemonics", [("4", MNEMONICS), ("55", MNEMONICS | VECTORS)])
def test_kinds(name: str, mnemonics: dict[str, Kind], arm_gcc: str, tmp_path: Path) -> None:
    found = decode("; ".join(mnemonics), name, arm_gcc, tmp_path)
    kinds = [instruction.kind for instruction in found]
    assert dict(zip(mnemonics, kinds, strict=True)) == mnemonics


def test_registers_of_a_multiple(arm_gcc: str, tmp_path: Path) -> None:
    code = "push {r0, r1}; ldmia r1!, {r2, r3, r4}; vpush {d0-d2}; vldr d0, [r1]; vldr s0, [r1]"
    found = decode(code, "4", arm_gcc, tmp_path)
    assert [instruction.registers for instruction in found] == [2, 3, 6, 2, 1]


class OneLoop:
    """Decodes every block as `ldr; bne`."""

    def block(self, address: int, nbytes: int) -> list[Instruction]:
        return [
            Instruction(kind=Kind.LOAD, nbytes=2, writes=frozenset({1})),
            Instruction(kind=Kind.BRANCH_CONDITIONAL, nbytes=2),
        ]


def test_an_estimate_adds_branches_waits_and_unaligned_accesses() -> None:
    cache = FlashCache(lines=1, line_bytes=8, sector_bytes=8)
    timing = FlashTiming(
        description="", wait_states=5, branch_cycles=1, instruction_cache=cache, data_cache=cache
    )
    row = RowCounts((Block(0, 4, 2, times=10, taken=9),), 3, 4, 2)
    decoder: Any = OneLoop()
    # 10 times 2 + 1, a refill for each of 9 branches, 2 unaligned.
    assert estimate(row, core("4"), decoder) == Cycles(41, None)
    # On top 7 misses of 5 cycles, and a cycle a branch.
    assert estimate(row, core("4"), decoder, timing) == Cycles(41, 41 + 35 + 9)


def test_generated_code_is_decoded_to_the_last_instruction(arm_gcc: str, tmp_path: Path) -> None:
    """Every function of a real image: the decoder's lengths end where the function does."""
    program = Path(__file__).parent / "programs" / "arithmetic.c"
    for name in ("0", "4", "33", "55"):
        target = Target.load(f"cortex-m{name}")
        elf = build_firmware([program], [], target, tmp_path / f"m{name}.elf")
        layout, decoder = Layout.read(elf), Decoder(elf, target)
        code = layout.functions["main"]
        sizes = [instruction.nbytes for instruction in decoder.block(code.start, 64)]
        assert 64 <= sum(sizes) <= 66
