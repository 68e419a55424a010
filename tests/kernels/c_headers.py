"""The structs and prototypes of the C headers, for ctypes."""

import ctypes
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pycparser import c_ast, c_parser

C_TYPES: dict[str, Any] = {
    "int8_t": ctypes.c_int8,
    "uint8_t": ctypes.c_uint8,
    "int16_t": ctypes.c_int16,
    "uint16_t": ctypes.c_uint16,
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "float": ctypes.c_float,
    "void": ctypes.c_void_p,  # only ever pointed to
}


@dataclass(frozen=True)
class Field:
    """A field of a struct or an argument: `type name`, `type *name`, `type name[length]`."""

    name: str
    type: str
    pointers: int = 0
    length: int | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = np.dtype(C_TYPES[self.type])
        return dtype


@dataclass(frozen=True)
class Header:
    """The structs and functions that a kernel's header declares."""

    structs: dict[str, list[Field]]
    functions: dict[str, list[Field]]


def read_header(path: Path) -> Header:
    hidden = ["-D__attribute__(x)=", "-D__extension__=", "-D__restrict=restrict"]
    text = subprocess.run(
        ["cc", "-E", "-P", "-std=c99", *hidden, str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    structs, functions = {}, {}
    for declaration in c_parser.CParser().parse(text).ext:
        of = getattr(declaration, "type", None)
        if isinstance(of, c_ast.Struct) and of.decls and of.name:
            structs[of.name] = [as_field(field) for field in of.decls]
        elif isinstance(of, c_ast.FuncDecl) and declaration.name.startswith("tc_"):
            functions[declaration.name] = [as_field(argument) for argument in of.args.params]
    return Header(structs, functions)


def as_field(declaration: Any) -> Field:
    of, pointers, length = declaration.type, 0, None
    if isinstance(of, c_ast.ArrayDecl):
        of, length = of.type, int(of.dim.value, 0)
    while isinstance(of, c_ast.PtrDecl):
        of, pointers = of.type, pointers + 1
    named = of.type
    word = named.name if isinstance(named, c_ast.Struct) else " ".join(named.names)
    return Field(declaration.name, word, pointers, length)
