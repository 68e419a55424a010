"""NAME.h: all that firmware needs to know of a model."""

from math import prod

from tinycompile.codegen.c import C_TYPES, comment, real
from tinycompile.codegen.names import Names
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, Tensor


def header(program: Program, plan: MemoryPlan, names: Names, origin: str) -> str:
    """The public header. `origin` says what was compiled, by what, for what."""
    guard = names.macro("H")
    parts = [
        f"/* {comment(origin)} */",
        f"#ifndef {guard}\n#define {guard}\n",
        "#include <stdint.h>\n",
        '#ifdef __cplusplus\nextern "C" {\n#endif\n',
        usage(program, plan, names),
        f"#define {names.macro('ARENA_BYTES')} {plan.arena_bytes}",
        f"#define {names.macro('ARENA_ALIGNMENT')} {plan.alignment}\n",
        *(
            tensor(t, accessor, "const " * is_output, plan, *values(program, t))
            for tensors, accessors, is_output in (
                (program.inputs, names.inputs, False),
                (program.outputs, names.outputs, True),
            )
            for t, accessor in zip(tensors, accessors, strict=True)
        ),
        *state(program, plan, names),
        f"/* One inference: {program.macs} multiply-accumulates in {len(program.layers)} layers. */",
        f"void {names.prefix}_run(void *arena);\n",
        "#ifdef __cplusplus\n}\n#endif\n",
        "#endif",
    ]
    return "\n".join(parts) + "\n"


def usage(program: Program, plan: MemoryPlan, names: Names) -> str:
    prefix = names.prefix
    fill = "".join(f" *     fill {accessor}(arena);\n" for accessor in names.inputs)
    read = "".join(f" *     read {accessor}(arena);\n" for accessor in names.outputs)
    once = f" *     {prefix}_reset(arena); once, and when a stream begins anew\n"
    return (
        f"/* Usage:\n"
        f" *     {arena(plan, names)}\n"
        f"{once * bool(program.states)}"
        f"{fill}"
        f" *     {prefix}_run(arena);\n"
        f"{read}"
        f" *\n"
        f" * The caller owns the arena: {names.macro('ARENA_BYTES')} bytes aligned to\n"
        f"{stateful(names) if program.states else stateless(names)}"
    )


def arena(plan: MemoryPlan, names: Names) -> str:
    return declaration(names.macro("ARENA_BYTES"), plan.alignment)


def declaration(size: str, to: int) -> str:
    """That of an arena of `size` bytes aligned `to` so many, as firmware may write it."""
    return f"static int{8 * to}_t arena[({size} + {to - 1}) / {to}];"


def stateless(names: Names) -> str:
    return (
        f" * {names.macro('ARENA_ALIGNMENT')}. It needs no initialisation and may be used for anything\n"
        f" * between runs. A run overwrites its inputs, so write them before every run; outputs stay\n"
        f" * until the arena is written again. There is no other state: runs on different arenas may\n"
        f" * overlap in time. */"
    )


def stateful(names: Names) -> str:
    return (
        f" * {names.macro('ARENA_ALIGNMENT')}. The model has a state, from run to run:\n"
        f" * {names.macro('STATE_BYTES')} bytes of the arena from {names.macro('STATE_OFFSET')} on must\n"
        f" * be kept between runs, the others may be used for anything. A run overwrites its inputs, so\n"
        f" * write them before every run; outputs stay until the arena is written again. There is no other\n"
        f" * state: streams of different arenas are independent. */"
    )


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
        f"/* The state, from byte {names.macro('STATE_OFFSET')} of the arena on:\n{''.join(listed)} */",
        f"#define {names.macro('STATE_OFFSET')} {plan.state_offset}",
        f"#define {names.macro('STATE_BYTES')} {plan.state_bytes}\n",
        "/* Gives the state its initial value. Call it before the first run. */",
        f"void {names.prefix}_reset(void *arena);\n",
    ]


def values(program: Program, t: Tensor) -> tuple[str, str]:
    """How `t` is laid out where that is unlike the source, and which values it takes, in words."""
    limit = program.limits.get(t.name)
    allowed = (
        ", each 0 or 1" if t.dtype == "bool" else f", each from 0 to {limit - 1}" if limit else ""
    )
    return program.layouts.get(t.name, ""), allowed


def tensor(
    t: Tensor, accessor: str, const: str, plan: MemoryPlan, layout: str, allowed: str
) -> str:
    """Documentation, size, quantisation and accessor of one input or output."""
    ctype = C_TYPES[t.dtype]
    macro = accessor.upper()
    what = "Output" if const else "Input"
    lines = [f'/* {what} "{comment(t.name)}": {ctype} {shape(t)}{f" {layout}" if layout else ""}']
    lines.append(f"#define {macro}_COUNT {prod(t.shape)}")
    if t.quantization and t.dtype != "float32":
        scale, zero_point = t.quantization.scale, t.quantization.zero_point
        lines[0] += f", real = {scale:.9g} * (q - ({zero_point}))"
        lines.append(f"#define {macro}_SCALE {real(scale)}")
        lines.append(f"#define {macro}_ZERO_POINT ({zero_point})")
    lines[0] += f"{allowed} */"
    lines.append(
        f"static inline {const}{ctype} *{accessor}({const}void *arena)\n"
        f"{{\n    return ({const}{ctype} *)(({const}char *)arena + {plan.offsets[t.storage]});\n}}\n"
    )
    return "\n".join(lines)


def shape(t: Tensor) -> str:
    return f"({', '.join(map(str, t.shape))})"
