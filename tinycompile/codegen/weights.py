"""NAME_weights.c and .h: every constant of a model, all of it const, for flash."""

from collections.abc import Mapping

import numpy as np

from tinycompile.call import Instance, Param
from tinycompile.codegen.c import comment, literal, math_header, table
from tinycompile.codegen.header import SPDX
from tinycompile.codegen.names import Names
from tinycompile.program import Layer, Program

Fields = Mapping[str, Param]
RowFields = Mapping[int, Fields]


def weights_header(program: Program, names: Names, origin: str) -> str:
    """Declares the kernels, and the parameters of every layer, for NAME.c alone."""
    guard = names.macro("WEIGHTS_H")
    declared = "\n".join(
        f"extern const struct {item.kernel.symbol} {names.prefix}_{item.name};"
        for item in program.layers
        if item.call.params
    )
    headers = sorted({item.kernel.header for item in program.layers} | generated_headers(program))
    includes = "".join(f'#include "{header}"\n' for header in headers)
    return (
        f"{SPDX}/* {comment(origin)} */\n#ifndef {guard}\n#define {guard}\n\n"
        f'#include "tinycompile.h"\n{includes}\n'
        f"{declared}\n\n#endif\n"
    )


def generated_headers(program: Program) -> set[str]:
    """What declares the functions that parameters point to."""
    return {f"{program.name}_generated.h"} if program.instances else set()


def weights_source(program: Program, names: Names, origin: str, rows: RowFields) -> str:
    """Defines tables and parameters, layer by layer; tables of equal content are written once.

    `rows` are the parameters of layers that run row by row, by the layer's number.
    """
    known: dict[bytes, str] = {}
    body = "\n".join(
        layer(item, rows.get(i, item.call.params), names, known)
        for i, item in enumerate(program.layers)
        if item.call.params
    )
    return f'{SPDX}/* {comment(origin)} */\n#include "{names.prefix}_weights.h"\n{math_header(body)}\n{body}'


def layer(item: Layer, params: Fields, names: Names, known: dict[bytes, str]) -> str:
    tables, fields = [], []
    for field, value in params.items():
        if isinstance(value, np.ndarray) and not value.size:
            fields.append(f"    .{field} = NULL,")
        elif isinstance(value, np.ndarray):
            key = str(value.dtype).encode() + value.tobytes()
            if key not in known:
                known[key] = f"{item.name}_{field}"
                tables.append(f"TC_WEIGHTS {table(known[key], value)}")
            fields.append(f"    .{field} = {known[key]},")
        else:
            fields.append(f"    .{field} = {initialiser(value, names.prefix)},")
    declaration = f"TC_WEIGHTS const struct {item.kernel.symbol} {names.prefix}_{item.name}"
    struct = "\n".join([f"{declaration} = {{", *fields, "};\n"])
    return "\n".join([f"/* {comment(item.title)} */", *tables, struct])


def initialiser(value: Param, library: str) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Instance):
        return value.symbol(library)
    if isinstance(value, tuple):
        return "{" + ", ".join(literal(v) for v in value) + "}"
    assert not isinstance(value, np.ndarray)
    return literal(value)
