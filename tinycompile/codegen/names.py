"""The C names of one program."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tinycompile.codegen.c import KEYWORDS, identifier, identifiers
from tinycompile.errors import InvalidOption
from tinycompile.program import Program, Tensor

LONGEST = 100  # characters: names of files take a few more, and file systems 255
# A library NAME has a NAME.h and a NAME.c: these would hide headers of C, or files of ours.
RESERVED = KEYWORDS | set(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "  # noqa: SIM905
    "stdarg stdbool stddef stdint stdio stdlib string tgmath time wchar wctype "
    "tinycompile harness semihosting".split()
)


def library_name(asked: str | None, stem: str) -> str:
    """The prefix of all symbols: what was asked for, or made from the model file's `stem`.

    Raises InvalidOption if `asked` is no C identifier or one that others need.
    """
    if asked is None:
        word = identifier(stem)[:LONGEST]
        return f"model_{word}" if reserved(word) else word
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", asked) or reserved(asked):
        raise InvalidOption(
            f"--name {asked!r} cannot start C symbols; take letters, digits and underscores, and no name of "
            "C, its headers or TinyCompile's kernels"
        )
    if len(asked) > LONGEST:
        raise InvalidOption(f"--name has {len(asked)} characters; at most {LONGEST} are allowed")
    return asked


def refuse_same(names: Sequence[str]) -> None:
    """Raise InvalidOption if two of a library's models, or it and one, would have the same files."""
    for i, name in enumerate(names):
        if name.lower() in (other.lower() for other in names[:i]):
            raise InvalidOption(
                f"two of {', '.join(names)} would be {name.lower()}.h: give each model a --name, in order, "
                "or the folder another"
            )


def reserved(word: str) -> bool:
    return word.lower() in RESERVED or word.lower().startswith("tc_")


@dataclass(frozen=True)
class Names:
    """`prefix` starts every global symbol and macro, so that models link together."""

    prefix: str
    tensors: dict[str, str]  # Tensor.name -> identifier
    inputs: list[str]  # accessor of each input, e.g. "kws_input", or "kws_input_left" of several
    outputs: list[str]

    @classmethod
    def of(cls, program: Program) -> "Names":
        tensors = identifiers(program.tensors)
        return cls(
            prefix=program.name,
            tensors=tensors,
            inputs=accessors(f"{program.name}_input", program.inputs, tensors),
            outputs=accessors(f"{program.name}_output", program.outputs, tensors),
        )

    def macro(self, suffix: str) -> str:
        return f"{self.prefix}_{suffix}".upper()


def accessors(stem: str, tensors: list[Tensor], names: dict[str, str]) -> list[str]:
    """Functions that are called as their tensors, and not as what converts another."""
    if len(tensors) == 1:
        return [stem]
    wanted = [f"{stem}_{names[tensor.name]}" for tensor in tensors]
    taken = {f"{name}_{converts}" for name in wanted for converts in ("quantize", "dequantize")}
    unique = [wanted.count(name) == 1 and name not in taken for name in wanted]
    return [
        n if alone else f"{n}_{i}" for i, (n, alone) in enumerate(zip(wanted, unique, strict=True))
    ]
