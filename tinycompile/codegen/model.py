"""NAME.c: the layers, in order, as calls of kernels."""

from collections.abc import Iterator, Sequence

from tinycompile.codegen import labels, lines, regions
from tinycompile.codegen.c import C_TYPES, comment, math_header, string, table
from tinycompile.codegen.header import SPDX
from tinycompile.codegen.header_tensors import shape
from tinycompile.codegen.names import Names
from tinycompile.codegen.rows import Rows
from tinycompile.memory import MemoryPlan
from tinycompile.program import Layer, Program, Tensor

PREAMBLE = """\
/* A profiler sees the layers when they are functions of their own:
 * -DTC_LAYER='static __attribute__((noinline))'. */
#ifndef TC_LAYER
#define TC_LAYER static
#endif
"""


def model(program: Program, plan: MemoryPlan, names: Names, origin: str) -> str:
    """The source of `NAME_run`."""
    resets = reset(program, names)
    parts = [
        f"{SPDX}/* {comment(origin)} */",
        f'#include "{names.prefix}.h"\n#include "{names.prefix}_weights.h"\n'
        + '#include "tc_rows.h"\n' * bool(plan.together),
        math_header("".join(resets))
        + "#include <string.h>\n" * bool(program.states or plan.fed or plan.regions)
        + PREAMBLE,
        *hook(program, names),
        offsets(program, plan, names),
        *regions.defined(plan, names),
        *functions(program, plan, names),
        run(program, plan, names),
        *resets,
        *labels.defined(program, names),
    ]
    return "\n".join(parts)


def hook(program: Program, names: Names) -> list[str]:
    """What is called between the layers: nothing, or the firmware's function."""
    if not program.layers:
        return []
    listed = "".join(f"    {string(item.title)},\n" for item in program.layers)
    macro = names.macro("HOOK")
    return [
        f"#ifdef {macro} /* the firmware's function between the layers */\n"
        f"#define AFTER_LAYER(number) {macro}(number)\n\n"
        f"const char *const {names.prefix}_layer_names[{names.macro('LAYERS')}] = {{\n{listed}}};\n"
        f"#else\n#define AFTER_LAYER(number) ((void)0)\n#endif\n"
    ]


def offsets(program: Program, plan: MemoryPlan, names: Names) -> str:
    """Every tensor's place in the arena."""
    lines = [
        f"    at_{names.tensors[t.name]} = {plan.offsets[t.storage]}, /* {C_TYPES[t.dtype]} {shape(t)} */"
        for t in program.tensors.values()
        if t.storage in plan.offsets
    ]
    lines += [f"    at_{name}_scratch = {at}," for name, at in plan.scratch.items()]
    for region in plan.regions:
        lines += [
            f"    at_{names.tensors[t.name]} = {region.offsets[t.storage]}, "
            f"/* in {region.name}: {C_TYPES[t.dtype]} {shape(t)} */"
            for t in program.tensors.values()
            if t.storage in region.offsets
        ]
        scratch = region.scratch.items()
        lines += [f"    at_{name}_scratch = {at}, /* in {region.name} */" for name, at in scratch]
    body = "\n".join(lines)
    return f"/* Where each tensor lies in the arena, in bytes. */\nenum {{\n{body}\n}};\n"


def functions(program: Program, plan: MemoryPlan, names: Names) -> Iterator[str]:
    """One for each layer, or for those that run together."""
    groups = {group.first: group for group in plan.together}
    for first, end in runs(program, plan):
        if first in groups:
            yield Rows(groups[first], program, names).text()
        else:
            yield from (layer(item, plan, names) for item in program.layers[first:end])


def runs(program: Program, plan: MemoryPlan) -> Iterator[tuple[int, int]]:
    """Which layers run together, mostly one alone: the first of each, and the end."""
    ends = {group.first: group.end for group in plan.together}
    first = 0
    while first < len(program.layers):
        end = ends.get(first, first + 1)
        yield first, end
        first = end


def layer(item: Layer, plan: MemoryPlan, names: Names) -> str:
    """One layer as a function: a comment that names its source, one call, for each image of a batch."""
    sources, results = (
        ", ".join(shape(t) for t in tensors) for tensors in (item.inputs, item.outputs)
    )
    macs = f", {item.call.macs} MACs" if item.call.macs else ""
    inputs = [
        pointer(t, plan, names, item.images, const=i not in item.call.updates)
        for i, t in enumerate(item.inputs)
    ]
    inputs = with_nulls(inputs, item.call.inputs)
    if item.kernel.variadic:
        inputs = [f"(const void *const[]){{{', '.join(inputs)}}}"]
    outputs = with_nulls(
        [pointer(t, plan, names, item.images) for t in item.outputs], item.call.outputs
    )
    params = [f"&{names.prefix}_{item.name}"] if item.call.params else []
    arguments = [*params, *inputs, *outputs]
    if item.call.scratch:
        arguments.append(f"{regions.base(plan, item.name)} + at_{item.name}_scratch")
    elif item.kernel.takes_scratch:
        arguments.append("NULL")
    body = call(item.kernel.symbol, arguments)
    if item.images > 1:
        loop = f"for (int32_t image = 0; image < {item.images}; image++) {{"
        body = "\n    ".join([loop, *(f"    {line}" for line in body.split("\n")), "}"])
    return (
        f"/* {comment(item.title)}: {sources} -> {results}{macs} */\n"
        f"TC_LAYER void {item.name}(int8_t *arena)\n{{\n"
        f"    {body}\n}}\n"
    )


def with_nulls(pointers: list[str], wanted: Sequence[str | bool]) -> list[str]:
    """`pointers`, and NULL in the places of `wanted` that are empty or false."""
    if all(wanted):
        return pointers
    rest = iter(pointers)
    return [next(rest) if want else "NULL" for want in wanted]


def call(function: str, arguments: list[str]) -> str:
    """`function(arguments);`, one argument a line when it would be long."""
    line = f"{function}({', '.join(arguments)});"
    if len(line) <= 96:
        return line
    indent = " " * (5 + len(function))
    return f"{function}(" + f",\n{indent}".join(arguments) + ");"


def pointer(t: Tensor, plan: MemoryPlan, names: Names, images: int, const: bool = False) -> str:
    """The address of the tensor, or of its next image of several, typed; the arena is int8_t."""
    address = f"{regions.base(plan, t.storage)} + at_{names.tensors[t.name]}"
    if images > 1:
        address += f" + image * {t.nbytes // images}"
    if t.dtype == "int8":
        return address
    return f"({'const ' * const}{C_TYPES[t.dtype]} *)({address})"


def run(program: Program, plan: MemoryPlan, names: Names) -> str:
    groups = {group.first: Rows(group, program, names).name for group in plan.together}
    body = "\n".join(
        f"    {groups.get(first, program.layers[first].name)}(arena);\n    AFTER_LAYER({end - 1});"
        for first, end in runs(program, plan)
        if not (plan.fed and first == plan.fed.first)
    )
    if plan.fed:
        calls = f"    AFTER_LAYER({plan.fed.end - 1});\n{body}\n" if body else ""
        return lines.defined(program, plan, names, calls)
    return f"void {names.prefix}_run(void *arena)\n{{\n{body or '    (void)arena;'}\n}}\n"


def reset(program: Program, names: Names) -> list[str]:
    """The function that gives states their initial values, if there are any, after its tables."""
    lines, tables = [], []
    for state in program.states:
        name = names.tensors[state.tensor.name]
        at, size = f"(int8_t *)arena + at_{name}", state.tensor.nbytes
        if state.fill is None:
            tables.append(f"TC_WEIGHTS {table(f'{name}_initial', state.initial)}")
            lines.append(f"    memcpy({at}, {name}_initial, {size});\n")
        else:
            lines.append(f"    memset({at}, {state.fill}, {size});\n")
    if not lines:
        return []
    return [*tables, f"void {names.prefix}_reset(void *arena)\n{{\n{''.join(lines)}}}\n"]
