"""What TVM, ONNX and flatbuffers raise while they read a file is the file's fault: it becomes one line.

What our own code raises is a bug, which keeps its traceback.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinycompile.errors import InvalidModel, TinyCompileError, UnsupportedOperator

OURS = "tinycompile"
# What TVM prints of itself. Where it can be said without, it is; else the words are useless to users.
SPELLINGS = {
    r"^\S+:\d+: \w+: Assertion `.*?` failed: ": "",
    r"^\[\w+Error\] ": "",
    r"^\(op_type:.*?\): ": "",
    r"\bT\.(?:int64|int32|bool|float32)\((-?\w+)\)": r"\1",
    r"\bR\.shape\(\[([^\]]*)\]\)": r"(\1)",
    r"\bT\.(\w+)": r"\1",
    r"\brelax\.(?:op\.)?(?:nn\.)?(\w+)": r"\1",
}
INTERNAL = re.compile(
    r"Check failed|InternalError|ir\.|\b[RT]\.|tfl\.|TVM|StructInfo|PrimExpr|Mismatched type on argument"
    r"|has no attribute|is not subscriptable|object is not|incompatible function arguments|std::"
    r"|unexpected keyword|positional argument|type_info|unpack_from|vector::|bad number|0x[0-9a-f]{6}"
)
LONGEST = 200  # characters of somebody else's words


@contextmanager
def in_file(path: Path) -> Iterator[None]:
    """Errors inside begin with the name of the file."""
    try:
        yield
    except TinyCompileError as error:
        raise type(error)(f"{path}: {error}") from error


@contextmanager
def damaged(where: str) -> Iterator[None]:
    """What a reader raises inside means that the file is damaged at `where`."""
    yield from _translated(
        InvalidModel, f"damaged file: {where}", "it is cut short, or leads nowhere"
    )


@contextmanager
def importing(what: str, operands: Iterable[Any] = ()) -> Iterator[None]:
    """What TVM raises inside means that it cannot import the operator `what` on `operands`."""
    described = ", ".join(in_words(operand) for operand in operands)
    fallback = f"this form of it cannot be imported (inputs: {described or 'none'})"
    try:
        yield from _translated(UnsupportedOperator, what, fallback)
    except UnsupportedOperator as error:
        named = str(error).startswith(what.partition(" ")[0])
        raise (error if named else UnsupportedOperator(f"{what}: {error}")) from error.__cause__


def _translated(error_type: type[TinyCompileError], where: str, fallback: str) -> Iterator[None]:
    try:
        yield
    except TinyCompileError:
        raise
    except Exception as error:
        if is_ours(error):
            raise
        raise error_type(f"{where}: {reason(error) or fallback}") from error


def is_ours(error: BaseException) -> bool:
    """Whether code of this package raised `error`, rather than code that it calls."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "") if trace else OURS
    return str(module).partition(".")[0] == OURS


def reason(error: BaseException) -> str:
    """The first line of somebody else's error without the internals of its program; "" if nothing is left."""
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else ""
    for spelling, plain in SPELLINGS.items():
        text = re.sub(spelling, plain, text)
    if not text or INTERNAL.search(text) or isinstance(error, KeyError | IndexError):
        return ""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def in_words(operand: Any) -> str:
    """Type and shape of a Relax expression."""
    if operand is None:
        return "one left out"
    shape = getattr(getattr(operand, "ty", None), "shape", None)
    return (
        "unknown"
        if shape is None
        else f"{operand.ty.dtype} ({', '.join(str(int(size)) for size in shape)})"
    )
