"""NAME_generated.c and .h: the functions that were made for the model.

They are of operators without a kernel, and inner functions of kernels for sizes that are literals.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from tinycompile.call import Instance
from tinycompile.codegen.c import comment
from tinycompile.codegen.header import SPDX
from tinycompile.codegen.header_tensors import shape
from tinycompile.codegen.names import Names
from tinycompile.families import GENERATED
from tinycompile.program import Layer, Program
from tinycompile.target import Target

DUAL_ISSUE = "#define TC_DUAL_ISSUE /* the core begins two instructions at once */\n"

if TYPE_CHECKING:  # TVM takes two seconds, and what is known of names and folders does not need it
    from tinycompile.generated import GeneratedKernel


def generated_files(program: Program, target: Target, names: Names, origin: str) -> dict[str, str]:
    """Both files, by name; none if every operator has a kernel."""
    layers = [item for item in program.layers if item.kernel.family == GENERATED]
    made = program.instances
    if not layers and not made:
        return {}
    stem = f"{names.prefix}_generated"
    return {
        f"{stem}.h": header(layers, made, names, origin),
        f"{stem}.c": source(layers, made, target, names, origin),
    }


def header(layers: Sequence[Layer], made: Sequence[Instance], names: Names, origin: str) -> str:
    guard = names.macro("GENERATED_H")
    headers = "".join(f'#include "{name}"\n' for name in sorted({item.header for item in made}))
    lines = [kernel_of(item).declaration for item in layers]
    lines += [f"TC_CODE {item.declaration(names.prefix)}" for item in made]
    declared = "\n".join(dict.fromkeys(lines))
    declared = re.sub("^void ", "TC_CODE void ", declared, flags=re.MULTILINE)
    return (
        f"{SPDX}/* {comment(origin)} */\n#ifndef {guard}\n#define {guard}\n\n"
        f'#include "tinycompile.h"\n{headers}\n{declared}\n#endif\n'
    )


def source(
    layers: Sequence[Layer], made: Sequence[Instance], target: Target, names: Names, origin: str
) -> str:
    kernels = [kernel_of(item) for item in layers]
    counts = Counter(kernel.symbol for kernel in kernels)
    first = {kernel.symbol: item for kernel, item in reversed([*zip(kernels, layers, strict=True)])}
    helpers = dict.fromkeys(sorted(text for kernel in kernels for text in kernel.helpers))
    functions = [function(first[symbol], count) for symbol, count in counts.items()]
    of_macros = [f"{item.definition(names.prefix)}\n" for item in made]
    body = "\n".join([*helpers, *functions, *of_macros])
    headers = [DUAL_ISSUE] if target.dual_issue and made else []
    headers.append(f'#include "{names.prefix}_generated.h"\n')
    if any(kernel.needs_math for kernel in kernels):
        headers.append("#include <math.h>\n")
    if re.search(r"\bmem(cpy|set|move)\(", body):
        headers.append("#include <string.h>\n")
    return f"{SPDX}/* {comment(origin)} */\n{''.join(headers)}\n{body}"


def function(item: Layer, layers: int) -> str:
    """The function of `item`, the first of the `layers` that call it."""
    kernel = kernel_of(item)
    given, made = (", ".join(map(shape, tensors)) for tensors in (item.inputs, item.outputs))
    names = ", ".join(f'"{t.name}"' for t in item.outputs)
    text = f"{kernel.covers}: {given} -> {made} {names}"
    if layers > 1:
        text += f"; and {layers - 1} more layer{'s' * (layers > 2)}"
    return f"{paragraph(text)}\n{kernel.definition}"


def paragraph(text: str) -> str:
    """A comment of as many lines as `text` takes."""
    return "\n".join(textwrap.wrap(f"/* {comment(text)} */", 96, subsequent_indent=" * "))


def kernel_of(item: Layer) -> "GeneratedKernel":
    assert item.kernel.family == GENERATED
    return cast("GeneratedKernel", item.kernel)
