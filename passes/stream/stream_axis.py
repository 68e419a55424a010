"""A network over a whole sequence becomes a step: one frame goes in, one comes out, the past lies in states.

Sequences have T frames along their axis, and as many more as were padded in front. In the step there is one
instead of T: a convolution that sees the past has it from a state in front of its input, a recurrent layer
keeps its own. What looks ahead is refused: outputs are those of whole sequences.

A network that pads nothing and has no recurrent layers may make fewer frames than go in, down to one, or look
at all of them at once: then the sequence is a window that slides over the stream, and a step makes of the
newest T frames what the network does. Padding would be at the begin of each window: it is refused there.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import tvm
from tvm import relax

from tinycompile import external
from tinycompile.errors import UnsupportedOperator
from tinycompile.recurrence import is_recurrent
from tinycompile.rewriting import permutation
from tinycompile.rewriting.block import Block
from tinycompile.rewriting.expressions import is_call, shape_of, variables
from tinycompile.rewriting.rewriter import is_invented, returned
from tinycompile.streaming import axes, memory


class StreamAxis:
    """`along` are the axes of frames of the inputs, by name, as the file has them.

    TVM would turn errors that are raised inside of a pass into its own: it only is told the outcome.
    """

    def __init__(self, along: Mapping[str, int]) -> None:
        self.along = along

    def __call__(self, mod: tvm.IRModule) -> tvm.IRModule:
        made = _Step(mod, self.along).module()
        told = tvm.transform.module_pass(lambda mod, ctx: made, opt_level=0, name="StreamAxis")
        return told(mod)


class _Step:
    def __init__(self, mod: tvm.IRModule, along: Mapping[str, int]) -> None:
        self.main, self.block = mod["main"], Block(mod)
        self.old = [b for block in self.main.body.blocks for b in block.bindings]
        self.values = {b.var: b.value for b in self.old}
        self.axes: dict[relax.Var, int] = {}  # of frames, of old variables that have some
        # What a run begins or ends with, and what is made of that: another value in every step.
        self.ends: set[relax.Expr] = set()
        # Of layers of several outputs: what stands for each, and its axis.
        self.fields: dict[tuple[relax.Var, int], tuple[relax.Expr, int | None]] = {}
        self.params = [self.frame(param, along[param.name]) for param in self.main.params]
        steps = {shape_of(param)[self.axes[param]] for param in self.main.params}
        if len(steps) != 1 or min(steps) < 2:
            found = " and ".join(map(str, sorted(steps))) or "no"
            raise UnsupportedOperator(f"--stream-axis: the inputs have {found} frames there")
        self.begins = self.slides = False  # something pads or recurs; something needs a window

    def frame(self, param: relax.Var, axis: int) -> relax.Var:
        """One frame of an input."""
        if layout := str(dict(self.main.attrs.get(permutation.LAYOUTS, {})).get(param.name, "")):
            axis = permutation.from_layout(layout).index(axis)
        shape = list(shape_of(param))
        shape[axis] = 1
        new = relax.Var(param.name, relax.TensorType(shape, param.ty.dtype))
        self.block.replaced[param], self.axes[param] = new, axis
        return new

    def module(self) -> tvm.IRModule:
        body = self.main.body.body
        for binding in self.old:
            var, value = binding.var, binding.value
            if not (var.same_as(body) and isinstance(value, relax.Tuple)):
                new, axis = self.rewritten(var, value)
                self.block.replaced[var] = new
                if axis is not None:
                    self.axes[var] = axis
                elif self.is_end(value):
                    self.ends.add(var)
        outputs = [self.block.of(value) for value in returned(body, self.values)]
        return self.block.module(self.main, self.params, outputs)

    def is_end(self, value: relax.Expr) -> bool:
        """Whether `value`, which has no frames, is made of some, or of a state."""
        read = [*variables(value), *axes.operands(value)]
        return external.is_state(value) or any(e in self.axes or e in self.ends for e in read)

    def rewritten(self, var: relax.Var, value: relax.Expr) -> tuple[relax.Expr, int | None]:
        """What stands for `var`, bound to `value`, and the axis of its frames, if it has some."""
        if (
            isinstance(value, relax.TupleGetItem)
            and (value.tuple_value, value.index) in self.fields
        ):
            return self.fields[value.tuple_value, value.index]
        axis = axes.of(value, self.axes)
        if axis is None:
            return self.block.bind(var.name, self.block.of(value)), None
        if isinstance(value, relax.Var):
            return self.block.of(value), axis
        with self.named(var):
            if is_recurrent(value) or external.function(value) == external.INTEGER_LSTM:
                return self.recurrent(var, value, axis)
            return self.call(var, value, axis)

    def call(self, var: relax.Var, call: relax.Call, axis: int) -> tuple[relax.Expr, int | None]:
        """An operator on frames."""
        if any(operand in self.ends for operand in axes.operands(call)):
            raise UnsupportedOperator("it combines frames with a state, or with the last of them")
        frames = shape_of(self.block.of(call.args[0]))[axis] if call.args[0] in self.axes else 0
        if (last := axes.newest(call, axis, frames)) is not None:
            return self.block.bind(var.name, self.block.of(last)), None
        try:
            result = axes.result(call, self.axes)
        except UnsupportedOperator:
            if not self.sees_one(call):
                raise
            return self.at_once(var, call, axis), None
        past = axes.past(call, axis)
        expected = list(shape_of(call))
        if call.args[0] in self.axes:
            expected[result] += frames - shape_of(call.args[0])[axis]
        else:
            expected[result] = max(
                shape_of(self.block.of(e))[self.axes[e]]
                for e in axes.operands(call)
                if e in self.axes
            )
        if past:
            self.begins = True
        if expected[result] < 1:
            past, expected[result] = past + 1 - expected[result], 1
            self.slides = True
        self.check_windows()
        if past:
            new = memory.window(self.block, call, self.values, axis, past, var.name)
        elif is_call(call, "reshape"):
            new = relax.op.reshape(self.block.of(call.args[0]), expected)
        else:
            new = self.block.of(call)
        made = self.block.bind(var.name, new)
        assert list(shape_of(made)) == expected, (call.op.name, shape_of(made), expected)
        return made, result

    def sees_one(self, call: relax.Call) -> bool:
        """Whether the first operand is the only one that has frames."""
        return [e for e in axes.operands(call) if e in self.axes] == [call.args[0]]

    def at_once(self, var: relax.Var, call: relax.Call, axis: int) -> relax.Expr:
        """An operator on all frames of a window: those before the newest are kept."""
        operand, new = call.args[0], self.block.of(call.args[0])
        past = shape_of(operand)[axis] - shape_of(new)[axis]
        self.slides = True
        self.check_windows()
        if past:
            seen = memory.with_past(self.block, call, self.values, axis, past, var.name)
            self.block.replaced[operand] = seen
        made = self.block.bind(var.name, self.block.of(call))
        self.block.replaced[operand] = new
        return made

    def check_windows(self) -> None:
        if self.begins and self.slides:
            raise UnsupportedOperator(
                "the network pads or recurs, and makes fewer frames than go in or sees all at once: a window "
                "that slides has no begin"
            )

    def recurrent(
        self, var: relax.Var, call: relax.Call, axis: int
    ) -> tuple[relax.Expr, int | None]:
        r = memory.described(call)
        along = memory.steps_axis(r)
        if axis != along or call.args[1] not in self.axes:
            raise UnsupportedOperator("its steps are not the frames")
        self.begins = True
        self.check_windows()
        made = memory.recurrent(self.block, call, self.values, var.name)
        found = {name: (made[name], along if name == "Y" else None) for name in r.outputs}
        self.fields |= {(var, i): found[name] for i, name in enumerate(r.outputs)}
        return found[r.outputs[0]]

    @contextmanager
    def named(self, var: relax.Var) -> Iterator[None]:
        """Errors inside name the tensor that cannot be made frame by frame, or what is made of it."""
        try:
            yield
        except UnsupportedOperator as error:
            behind = {var}
            for binding in self.old:
                if behind.intersection(variables(binding.value)):
                    behind.add(binding.var)
            names = [
                b.var.name for b in self.old if b.var in behind and not is_invented(b.var.name)
            ]
            name = names[0] if names else var.name
            raise UnsupportedOperator(
                f"--stream-axis: {name!r} cannot be made frame by frame: {error}"
            ) from None
