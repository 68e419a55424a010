"""NAME.h: all that firmware needs to know of a model."""

from tinycompile.codegen import labels, lines, regions
from tinycompile.codegen.c import C_TYPES, comment
from tinycompile.codegen.header_tensors import shape, tensor
from tinycompile.codegen.names import Names
from tinycompile.codegen.place import default
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, Tensor
from tinycompile.version import __version__

SPDX = "/* SPDX-License-Identifier: LicenseRef-Model */\n"  # LICENSES.txt says what that is


def header(program: Program, plan: MemoryPlan, names: Names, origin: str) -> str:
    """The public header. `origin` says what was compiled, by what, for what."""
    guard = names.macro("H")
    parts = [
        f"{SPDX}/* {comment(origin)} */",
        f"#ifndef {guard}\n#define {guard}\n",
        "#include <stdint.h>\n",
        '#ifdef __cplusplus\nextern "C" {\n#endif\n',
        usage(program, plan, names),
        identity(program, names),
        sizes(program, plan, names),
        *(
            tensor(t, accessor, is_output, plan, *values(program, t))
            for tensors, accessors, is_output in (
                (program.inputs, names.inputs, False),
                (program.outputs, names.outputs, True),
            )
            for t, accessor in zip(tensors, accessors, strict=True)
        ),
        *regions.declared(plan, names),
        *state(program, plan, names),
        *labels.declared(program, names),
        *functions(program, plan, names),
        *hook(program, names),
        "#ifdef __cplusplus\n}\n#endif\n",
        "#endif",
    ]
    return "\n".join(parts) + "\n"


def functions(program: Program, plan: MemoryPlan, names: Names) -> list[str]:
    macs = f": {program.macs} multiply-accumulates in {len(program.layers)} layers"
    if plan.fed:
        return lines.declared(program, names, macs)
    return [f"/** One inference{macs}. */", f"void {names.prefix}_run(void *arena);\n"]


def usage(program: Program, plan: MemoryPlan, names: Names) -> str:
    prefix = names.prefix
    fill = "".join(f" *     fill {accessor}(arena);\n" for accessor in names.inputs)
    infer = lines.usage(names) if plan.fed else f"{fill} *     {prefix}_run(arena);\n"
    read = "".join(f" *     read {accessor}(arena);\n" for accessor in names.outputs)
    given = [f" *     {regions.call(plan, names)} once\n"] * bool(plan.regions)
    once = f" *     {prefix}_reset(arena); once, and when a stream begins anew\n"
    return (
        f"/** @file\n"
        f" * Usage:\n"
        f" *     {arena(plan, names)}\n"
        f"{''.join(given)}"
        f"{once * bool(program.states)}"
        f"{infer}"
        f"{read}"
        f" *\n"
        f" * The caller owns the arena: {names.macro('ARENA_BYTES')} bytes aligned to\n"
        f"{kept(program, plan, names)}"
    )


def kept(program: Program, plan: MemoryPlan, names: Names) -> str:
    """What of the arena is needed from run to run."""
    if plan.fed:
        return by_lines(names)
    return stateful(names) if program.states else stateless(names, plan)


def arena(plan: MemoryPlan, names: Names) -> str:
    return declaration(names.macro("ARENA_BYTES"), plan.alignment)


def declaration(size: str, to: int) -> str:
    """That of an arena of `size` bytes aligned `to` so many, as firmware may write it."""
    return f"static TC_ARENA int{8 * to}_t arena[({size} + {to - 1}) / {to}];"


def stateless(names: Names, plan: MemoryPlan) -> str:
    needs = "It needs no initialisation and may" if not plan.regions else "All but its begin may"
    return (
        f" * {names.macro('ARENA_ALIGNMENT')}. {needs} be used for anything\n"
        f" * between runs. A run overwrites its inputs, so write them before every run; outputs stay\n"
        f" * until the arena is written again. There is no other state: runs on different arenas may\n"
        f" * overlap in time. */"
    )


def by_lines(names: Names) -> str:
    return (
        f" * {names.macro('ARENA_ALIGNMENT')}. It needs no initialisation and may be used for anything\n"
        f" * between inferences: from {names.prefix}_begin until the outputs were read it is the model's.\n"
        f" * There is no other state: inferences on different arenas may overlap in time. */"
    )


def stateful(names: Names) -> str:
    return (
        f" * {names.macro('ARENA_ALIGNMENT')}. The model has a state, from run to run:\n"
        f" * {names.macro('STATE_BYTES')} bytes of the arena from {names.macro('STATE_OFFSET')} on must\n"
        f" * be kept between runs, the others may be used for anything. A run overwrites its inputs, so\n"
        f" * write them before every run; outputs stay until the arena is written again. There is no other\n"
        f" * state: streams of different arenas are independent. */"
    )


def identity(program: Program, names: Names) -> str:
    """Which model this is, so that firmware can tell and compare."""
    macro = names.macro
    return (
        f'#define {macro("TINYCOMPILE_VERSION")} "{__version__}" /**< What wrote these files. */\n'
        f"/** SHA-256 of the model's file. */\n"
        f'#define {macro("MODEL_SHA256")} "{program.digest}"\n'
        f"#define {macro('MODEL_HASH')} 0x{program.digest[:8]}u /**< Its first 32 bits. */\n"
    )


def sizes(program: Program, plan: MemoryPlan, names: Names) -> str:
    """What an arena is, and where it lies if the firmware says so."""
    macro = names.macro
    described = {
        "ARENA_BYTES": (plan.arena_bytes, "RAM for a run, inputs and outputs included."),
        "ARENA_ALIGNMENT": (plan.alignment, "Of the arena's address, in bytes."),
        "INPUTS": (len(program.inputs), "How many inputs there are."),
        "OUTPUTS": (len(program.outputs), "How many outputs there are."),
        "LAYERS": (len(program.layers), "How many layers a run has."),
    }
    defined = [
        f"#define {macro(name)} {n} /**< {words} */" for name, (n, words) in described.items()
    ]
    return "\n".join([*defined, stack(program, names), "", ARENA + default("TC_ARENA")])


ARENA = "/** Before the arena, in front of its type: a section of the firmware's. */\n"


def stack(program: Program, names: Names) -> str:
    if program.stack_bytes is None:
        return (
            "/* How much stack a run takes was not measured: no gcc for the target was at hand. */"
        )
    words = "Stack of a run, by gcc -O2; libc's functions not included."
    return f"#define {names.macro('STACK_BYTES')} {program.stack_bytes} /**< {words} */"


def state(program: Program, plan: MemoryPlan, names: Names) -> list[str]:
    """How long the state is, of what, and the function that begins a stream; of a model that has one."""
    if not program.states:
        return []
    listed = [
        f' * "{comment(s.tensor.name)}": {C_TYPES[s.tensor.dtype]} {shape(s.tensor)} at byte '
        f"{plan.offsets[s.tensor.storage]}\n"
        for s in program.states
    ]
    return [
        f"/** The state, from byte {names.macro('STATE_OFFSET')} of the arena on:\n{''.join(listed)} */",
        f"#define {names.macro('STATE_OFFSET')} {plan.state_offset}",
        f"#define {names.macro('STATE_BYTES')} {plan.state_bytes} /**< to be kept from run to run */\n",
        "/** Gives the state its initial value. Call it before the first run. */",
        f"void {names.prefix}_reset(void *arena);\n",
    ]


def hook(program: Program, names: Names) -> list[str]:
    """A function of the firmware's between the layers, where it asks for one."""
    name, layers = names.macro("HOOK"), names.macro("LAYERS")
    if not program.layers:
        return []
    return [
        f"/** Built with -D{name}=FUNCTION, a run calls that function of yours after each layer: to\n"
        f" * feed a watchdog, yield, take the time. `layer` is an index of {names.prefix}_layer_names. */\n"
        f"#ifdef {name}\n"
        f"void {name}(int32_t layer);\n"
        f"extern const char *const {names.prefix}_layer_names[{layers}];\n"
        f"#endif\n"
    ]


def values(program: Program, t: Tensor) -> tuple[str, str]:
    """How `t` is laid out where that is unlike the source, and which values it takes, in words."""
    limit = program.limits.get(t.name)
    allowed = (
        ", each 0 or 1" if t.dtype == "bool" else f", each from 0 to {limit - 1}" if limit else ""
    )
    return program.layouts.get(t.name, ""), allowed
