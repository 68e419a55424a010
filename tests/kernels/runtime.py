"""Calls a kernel's C function from a test, with the parameters that its `lower` returns.

    from tests.kernels.runtime import Run

    def test_c_equals_the_reference(run: Run) -> None:          # `run` is a fixture of conftest.py
        params = {"count": 4, "table": np.arange(256, dtype=np.int8)}
        x = np.array([1, 2, 3, 4], np.int8)
        output = run(KERNEL, params, [x], np.empty(4, np.int8))  # last: shape, dtype
        np.testing.assert_array_equal(output, KERNEL.reference(params, x))

The kernel's C files are built once a session, on first use, with the undefined-behaviour sanitizer,
under the flags that shipped code must compile under. Every array lies flush before a page that
cannot be read or written, and an int8 one on an odd address: a kernel that leaves its buffers or
assumes alignment ends the process there. Every call is made twice, on outputs and scratch memory full of
other bytes: what is read before it is written makes a difference. Then it is made again with the output over
each input that the kernel lets it run into, as far as it may and a little less.
"""

import ctypes
import mmap
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.kernels.c_headers import C_TYPES, Field, Header, read_header
from tinycompile.call import IN_PLACE, Param
from tinycompile.codegen.folder import fill
from tinycompile.kernel import Kernel
from tinycompile.simulate.build import build_host

PAGE = mmap.PAGESIZE
GUARD = 0xA5
_libc = ctypes.CDLL(None, use_errno=True)


class Buffer:
    """A copy of an array, flush before a page without access; `check` finds writes around it."""

    def __init__(self, array: NDArray[Any]) -> None:
        array = np.ascontiguousarray(array)
        pages = 1 + array.nbytes // PAGE + 1
        self.memory = mmap.mmap(-1, (pages + 1) * PAGE)
        self.bytes = np.frombuffer(self.memory, np.uint8)[: pages * PAGE]
        self.bytes[:] = GUARD
        start = pages * PAGE - array.nbytes
        start -= start % array.itemsize if array.itemsize > 1 else 1 - start % 2
        self.where = slice(start, start + array.nbytes)
        self.array = self.bytes[self.where].view(array.dtype).reshape(array.shape)
        self.array[...] = array
        self.original = array.copy()
        self.address = self.bytes.ctypes.data + start
        fence = ctypes.c_void_p(self.bytes.ctypes.data + pages * PAGE)
        if _libc.mprotect(fence, ctypes.c_size_t(PAGE), 0) != 0:  # PROT_NONE
            raise OSError(ctypes.get_errno(), "mprotect")

    def check(self, name: str, *, constant: bool = True) -> None:
        around = np.delete(self.bytes, self.where)
        assert (around == GUARD).all(), f"wrote outside {name}"
        if constant:
            np.testing.assert_array_equal(self.array, self.original, f"wrote into {name}")


def overlapped(x: NDArray[Any], like: NDArray[Any], before: int) -> tuple[Buffer, Buffer, Buffer]:
    """A copy of `x`, an array like `like` that begins `before` bytes before it, and what holds both."""
    size = max(x.itemsize, like.itemsize)
    nbytes = max(like.nbytes, before + x.nbytes)
    room = Buffer(np.full(-(-nbytes // size), -1, f"i{size}"))
    parts = []
    for array, at in ((x, before), (like, 0)):
        part = copy(room)
        start = room.where.start + at
        part.where, part.address = slice(start, start + array.nbytes), room.address + at
        part.array = room.bytes[part.where].view(array.dtype).reshape(array.shape)
        parts.append(part)
    parts[0].array[...] = x
    return parts[0], parts[1], room


class Run:
    """Builds kernels on first use into `folder` and runs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.headers: dict[str, Header] = {}
        self.built: dict[str, ctypes.CDLL] = {}

    def __call__(
        self,
        kernel: Kernel,
        params: dict[str, Param],
        inputs: Sequence[NDArray[Any]],
        output_like: NDArray[Any],
        *,
        scratch: int = 0,
        updates: Sequence[int] = (),
    ) -> NDArray[Any]:
        """The C function's output. `scratch` is in bytes.

        `updates` are the inputs that are states: their arrays become what the C makes of them.
        """
        (found,) = self.several(
            kernel,
            params,
            inputs,
            [output_like],
            scratch=scratch,
            updates=updates,
        )
        assert found is not None
        for position, least in enumerate(kernel.overlaps(params)):
            size = max(output_like.itemsize, getattr(inputs[position], "itemsize", 1))
            for more in () if least is None else (0,) if least == IN_PLACE else (0, 1, 3):
                before = -(-max(least, 0) // size) * size + more * size
                over = self.over(kernel, params, inputs, output_like, position, before, scratch)
                message = f"{kernel.symbol} {before} bytes before input {position}"
                np.testing.assert_array_equal(over, found, message)
        return found

    def over(
        self,
        kernel: Kernel,
        params: dict[str, Param],
        inputs: Sequence[NDArray[Any]],
        output_like: NDArray[Any],
        position: int,
        before: int,
        scratch: int = 0,
    ) -> NDArray[Any]:
        """The output, when it begins `before` bytes before the input at `position`."""
        how: Any = {"scratch": scratch, "updates": (), "overlap": (position, before)}
        (found,) = self.once(kernel, params, inputs, [output_like], noise=0x5A, **how)
        assert found is not None
        return found

    def several(
        self,
        kernel: Kernel,
        params: dict[str, Param],
        inputs: Sequence[NDArray[Any] | None],
        outputs_like: Sequence[NDArray[Any] | None],
        *,
        scratch: int = 0,
        updates: Sequence[int] = (),
    ) -> list[NDArray[Any] | None]:
        """All outputs; for an input or an output that is None, the C function gets NULL."""
        how: Any = {"scratch": scratch, "updates": updates}
        copies = [None if x is None else x.copy() for x in inputs]
        first = self.once(kernel, params, copies, outputs_like, noise=0xFF, **how)
        second = self.once(kernel, params, inputs, outputs_like, noise=0x5A, **how)
        for one, other in zip([*first, *copies], [*second, *inputs], strict=True):
            message = f"{kernel.symbol} reads what it has not written"
            np.testing.assert_array_equal(one, other, message)
        return first

    def once(
        self,
        kernel: Kernel,
        params: dict[str, Param],
        inputs: Sequence[NDArray[Any] | None],
        outputs_like: Sequence[NDArray[Any] | None],
        *,
        noise: int,
        scratch: int,
        updates: Sequence[int],
        overlap: tuple[int, int] | None = None,
    ) -> list[NDArray[Any] | None]:
        """The same on memory full of bytes `noise`; the output may `overlap` an input, as `over` says."""
        struct, tables = self.struct(kernel, params)
        buffers = [Buffer(x) if x is not None else None for x in inputs]
        outputs = [
            Buffer(np.empty_like(like)) if like is not None else None for like in outputs_like
        ]
        work = Buffer(np.empty(-(-scratch // 4), np.int32))  # 4-aligned, as in the arena
        for buffer in (work, *outputs):
            if buffer is not None:
                buffer.bytes[buffer.where] = noise
        if overlap is not None:
            position, before = overlap
            x, like = inputs[position], outputs_like[0]
            assert x is not None and like is not None
            buffers[position], outputs[0], room = overlapped(x, like, before)
        results = [None if buffer is None else buffer.array for buffer in outputs]
        arguments = self.arguments(kernel, inputs, results, with_scratch=scratch > 0)
        addresses: list[Any] = [ctypes.c_void_p(b and b.address) for b in buffers]
        if kernel.variadic:
            addresses = [(ctypes.c_void_p * len(addresses))(*addresses)]
        addresses += [ctypes.c_void_p(b and b.address) for b in (*outputs, work)]
        function = getattr(self.library(kernel), kernel.symbol)
        function.restype = None
        function(ctypes.byref(struct), *addresses[: len(arguments)])
        for name, buffer in tables.items():
            buffer.check(name)
        if overlap is not None:
            room.check("what holds input and output", constant=False)
            buffers[overlap[0]] = None
            outputs = []
        for i, buffer in enumerate(buffers):
            if buffer is not None:
                buffer.check(f"input {i}", constant=i not in updates)
        for i in updates:
            inputs[i][...] = buffers[i].array  # type: ignore[index, union-attr]
        for buffer in (*outputs, work):
            if buffer is not None:
                buffer.check("output or scratch", constant=False)
        return [
            None if like is None or made is None else made.reshape(like.shape).copy()
            for like, made in zip(outputs_like, results, strict=True)
        ]

    def header(self, kernel: Kernel) -> Header:
        if kernel.symbol not in self.headers:
            folder = self.folder / kernel.symbol
            fill(folder, kernel.files())
            self.headers[kernel.symbol] = read_header(folder / kernel.header)
        return self.headers[kernel.symbol]

    def library(self, kernel: Kernel) -> ctypes.CDLL:
        if kernel.symbol not in self.built:
            folder = self.folder / kernel.symbol
            fill(folder, kernel.files())
            output = folder / "kernel.so"
            sources = sorted(folder.glob("*.c"))
            build_host(sources, [folder], output, sanitize=True, optimize="-O1")
            self.built[kernel.symbol] = ctypes.CDLL(str(output))
        return self.built[kernel.symbol]

    def arguments(
        self,
        kernel: Kernel,
        inputs: Sequence[NDArray[Any] | None],
        outputs: Sequence[NDArray[Any] | None],
        *,
        with_scratch: bool,
    ) -> list[Field]:
        """What the C function takes after its struct, checked against what the test passes."""
        struct, *arguments = self.header(kernel).functions[kernel.symbol]
        assert (struct.type, struct.pointers) == (kernel.symbol, 1), struct
        passed = [*(inputs[:1] if kernel.variadic else inputs), *outputs]
        declared = [field for field in arguments if field.name != "scratch"]
        for field, array in zip(declared, passed, strict=True):
            fits = array is None or field.type in ("void", c_name(array))
            assert fits, f"{field} is passed {array.dtype}"
            assert field.pointers == 1 + (kernel.variadic and field is declared[0]), field
        takes_scratch = len(arguments) > len(declared)
        assert takes_scratch == with_scratch, f"{kernel.symbol}: scratch is {takes_scratch}"
        return arguments

    def struct(
        self, kernel: Kernel, params: dict[str, Param]
    ) -> tuple[ctypes.Structure, dict[str, Buffer]]:
        """The filled struct, and the tables that its pointers lead to."""
        fields = self.header(kernel).structs[kernel.symbol]
        names = [field.name for field in fields]
        assert names == list(params), f"fields of the struct {names}, parameters {list(params)}"
        tables = {
            f.name: Buffer(self.table(f, params[f.name]))
            for f in fields
            if f.pointers and np.size(params[f.name])
        }
        ctype = type(kernel.symbol, (ctypes.Structure,), {"_fields_": [member(f) for f in fields]})
        struct = ctype()
        for field in fields:
            if field.name in tables:
                setattr(struct, field.name, tables[field.name].address)
            elif field.pointers:
                setattr(struct, field.name, None)
            else:
                self.set_numbers(struct, field, params[field.name])
        return struct, tables

    def table(self, field: Field, value: Param) -> NDArray[Any]:
        assert isinstance(value, np.ndarray), f"{field.name} must be an array"
        fits = field.type == "void" or value.dtype == field.dtype
        assert fits, f"{field.name} is {value.dtype}, in C {field.type}"
        return value

    def set_numbers(self, struct: ctypes.Structure, field: Field, value: Param) -> None:
        if field.length is None:
            assert isinstance(value, int | float), f"{field.name} must be a number"
            setattr(struct, field.name, value)
        else:
            assert isinstance(value, tuple) and len(value) == field.length, f"{field.name}: {value}"
            getattr(struct, field.name)[:] = value
        stored = np.array(getattr(struct, field.name), field.dtype)
        wanted = np.array(value, field.dtype if field.type == "float" else None)
        assert (stored == wanted).all(), f"{field.name}: {value} does not fit {field.type}"


def c_name(array: NDArray[Any]) -> str:
    """The C type of an array's elements."""
    return "float" if array.dtype == np.float32 else f"{array.dtype}_t"


def member(field: Field) -> tuple[str, Any]:
    if field.pointers:
        return field.name, ctypes.c_void_p
    of = C_TYPES[field.type]
    return field.name, of if field.length is None else of * field.length
