"""Outputs that are inputs of the next run become states of the library: `--state OUT=IN`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.errors import InvalidOption
from tinycompile.frontend.source import Source
from tinycompile.rewriting.block import Block
from tinycompile.rewriting.expressions import shape_of
from tinycompile.rewriting.rewriter import returned


def tie(source: Source, states: Mapping[str, str], *, quantize: bool = False) -> None:
    """Make a state of each of these pairs of an output and an input, which begins with zeros."""
    _check(source, states)
    if quantize:
        raise InvalidOption(
            "--state and --quantize: each sample would need the state before it; quantise the model by other "
            "means, or leave it in float"
        )
    main = source.module["main"]
    params = {param.name: param for param in main.params}
    bindings = [b for block in main.body.blocks for b in block.bindings]
    values = {b.var: b.value for b in bindings}
    found = returned(main.body.body, values)
    outputs = dict(zip(source.outputs, found, strict=True))
    for out, into in states.items():
        _check_alike(source, out, into, outputs[out], params[into])
    block = Block(source.module)
    for into in states.values():
        block.replaced[params[into]] = block.bind(
            into, external.state(_initial(source, params[into]))
        )
    for b in bindings:
        block.replaced[b.var] = block.bind(b.var.name, block.of(b.value))
    for out, into in states.items():
        update = external.assign(block.replaced[params[into]], block.of(outputs[out]))
        block.bind(f"{into} assigned", update)
    kept = [block.of(value) for name, value in outputs.items() if name not in states]
    rest = [param for param in main.params if param.name not in states.values()]
    source.module = block.module(main, rest, kept)
    source.inputs = [name for name in source.inputs if name not in states.values()]
    source.outputs = [name for name in source.outputs if name not in states]
    source.states = list(states.values())


def _initial(source: Source, param: relax.Var) -> NDArray[Any]:
    """What stands for 0."""
    quantization = source.quantization.get(param.name)
    dtype = str(param.ty.dtype)
    zero = quantization.zero_point if quantization and dtype.startswith("int") else 0
    return np.full(shape_of(param), zero, dtype)


def _check(source: Source, states: Mapping[str, str]) -> None:
    for what, names, known in (
        ("output", states.keys(), source.outputs),
        ("input", states.values(), source.inputs),
    ):
        for name in names:
            if name not in known:
                listed = ", ".join(map(repr, known))
                raise InvalidOption(
                    f"--state: {source.path} has no {what} {name!r}; it has {listed}"
                )
    if len(set(states.values())) < len(states):
        raise InvalidOption("--state: an input is the state of one output only")
    if len(states) == len(source.outputs):
        raise InvalidOption("--state: no output would be left")


def _check_alike(source: Source, out: str, into: str, value: relax.Expr, param: relax.Var) -> None:
    """Raise if a value cannot become the other."""
    found = [f"{v.ty.dtype} {shape_of(v)}" for v in (value, param)]
    quantizations = [source.quantization.get(name) for name in (out, into)]
    if found[0] == found[1] and str(param.ty.dtype) != "float32":
        found = [f"{what} with {q}" for what, q in zip(found, quantizations, strict=True)]
    if found[0] != found[1]:
        raise InvalidOption(f"--state {out}={into}: the output is {found[0]}, the input {found[1]}")
