"""Control flow that is decided before running: branches taken, loops of a known length unrolled."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import OnnxGraph, attributes, describe
from tinycompile.frontend.onnx.inlining import inlined
from tinycompile.frontend.onnx.replacing import Replacement

LONGEST = 4096  # operators that a loop may become


class Unrolling(Replacement):
    """A node with bodies, and the nodes that take its place."""

    def number(self, index: int) -> Any:
        """The value of an input; None if it is not known, or left out."""
        value = self.value(index)
        return None if value is None else value.reshape(-1)[0]

    def run(self, body: onnx.GraphProto, inputs: list[str], made: list[str]) -> None:
        given = dict(zip((value.name for value in body.input), inputs, strict=False))
        self.made += inlined(self.graph, body, given, made, describe(self.node))

    def once(self, body: onnx.GraphProto, inputs: list[str]) -> list[str]:
        """The names of what one iteration makes of `inputs`."""
        made = [self.graph.fresh(f"{self.node.output[0]}_{v.name}") for v in body.output]
        self.run(body, inputs, made)
        return made

    def check_length(self, count: int, body: onnx.GraphProto) -> None:
        if count * len(body.node) > LONGEST:
            raise UnsupportedOperator(
                f"{describe(self.node)}: {count} times {len(body.node)} operators are more than "
                f"{LONGEST}; loops are unrolled, and may not become longer"
            )

    def finish(self, index: int, parts: list[str], axis: int) -> None:
        """Output `index`, if it is asked for, as the `parts` along a new axis."""
        if index < len(self.node.output) and (name := self.node.output[index]):
            axes = self.constant("axes", [axis], np.int64)
            rows = [self.emit("Unsqueeze", part, axes) for part in parts]
            self.emit("Concat", *rows, output=name, axis=axis)

    def identities(self, values: list[str]) -> None:
        for value, name in zip(values, self.node.output, strict=False):
            if name:
                self.emit("Identity", value, output=name)


def _if(u: Unrolling) -> bool:
    condition = u.number(0)
    if condition is not None:
        branch = u.attributes["then_branch" if condition else "else_branch"]
        u.run(branch, [], list(u.node.output))
    return condition is not None


def _scan(u: Unrolling) -> bool:
    body, count = u.attributes["body"], u.attributes["num_scan_inputs"]
    states, sequences = list(u.node.input)[:-count], list(u.node.input)[-count:]
    axes = u.attributes.get("scan_input_axes", [0] * count)
    backwards = u.attributes.get("scan_input_directions", [0] * count)
    shapes = [u.types[name].static_shape if name in u.types else None for name in sequences]
    if not shapes or shapes[0] is None:
        return False
    length = shapes[0][axes[0]]
    u.check_length(length, body)
    scanned: list[list[str]] = [[] for _ in body.output[len(states) :]]
    for step in range(length):
        at = [length - 1 - step if back else step for back in backwards]
        rows = [
            u.emit("Gather", name, u.constant("step", i, np.int64), axis=a)
            for name, i, a in zip(sequences, at, axes, strict=True)
        ]
        made = u.once(body, states + rows)
        states = made[: len(states)]
        for parts, name in zip(scanned, made[len(states) :], strict=True):
            parts.append(name)
    u.identities(states)
    out_axes = u.attributes.get("scan_output_axes", [0] * len(scanned))
    turned = u.attributes.get("scan_output_directions", [0] * len(scanned))
    for index, (parts, axis, back) in enumerate(zip(scanned, out_axes, turned, strict=True)):
        u.finish(len(states) + index, parts[::-1] if back else parts, axis)
    return True


def _loop(u: Unrolling) -> bool:
    """Of a number of turns that is constant, with a condition that is never computed."""
    body, count, condition = u.attributes["body"], u.number(0), u.number(1)
    if count is None or (condition is None and u.input(1)):
        return False
    if not _goes_on(body):
        return False
    count = int(count) if condition is None or condition else 0
    if count == 0 and len(body.output) > len(body.input) - 1:
        return False  # what it collects would have no elements
    u.check_length(count, body)
    states = list(u.node.input)[2:]
    true = u.constant("condition", True)
    collected: list[list[str]] = [[] for _ in body.output[len(states) + 1 :]]
    for step in range(count):
        turn = u.constant("turn", step, np.int64)
        _, *made = u.once(body, [turn, true, *states])
        states = made[: len(states)]
        for parts, name in zip(collected, made[len(states) :], strict=True):
            parts.append(name)
    u.identities(states)
    for index, parts in enumerate(collected):
        u.finish(len(states) + index, parts, 0)
    return True


def _goes_on(body: onnx.GraphProto) -> bool:
    """Whether the condition that the body makes is the one that it was given, or true."""
    makers = {name: node for node in body.node for name in node.output}
    name, given = body.output[0].name, body.input[1].name
    while (node := makers.get(name)) is not None and node.op_type in ("Identity", "Cast"):
        name = node.input[0]
    if node is not None and node.op_type == "Constant":
        return bool(numpy_helper.to_array(attributes(node)["value"]).all())
    true = [t for t in body.initializer if t.name == name and numpy_helper.to_array(t).all()]
    return name == given or bool(true)


UNROLLED: dict[str, Callable[[Unrolling], bool]] = {"If": _if, "Scan": _scan, "Loop": _loop}


def unroll(graph: OnnxGraph) -> bool:
    """Put nodes without bodies in the place of branches and loops, in place; whether there were any."""
    if not any(node.op_type in UNROLLED for node in graph.nodes):
        return False
    types, nodes, changed = graph.types(), [], False
    for node in graph.nodes:
        unrolling = Unrolling(graph, node, types)
        if not node.domain and node.op_type in UNROLLED and UNROLLED[node.op_type](unrolling):
            nodes += unrolling.made
            changed = True
        else:
            nodes.append(node)
    graph.nodes = nodes
    return changed


def check_control(graph: OnnxGraph) -> None:
    """Raises UnsupportedOperator for what only running decides."""
    for node in graph.nodes:
        if node.op_type in UNROLLED and not node.domain:
            what = "condition" if node.op_type == "If" else "number of turns"
            raise UnsupportedOperator(
                f"{describe(node)}: its {what} is computed at run time; export the model with "
                "inputs of fixed shapes, so that it is a constant"
            )
