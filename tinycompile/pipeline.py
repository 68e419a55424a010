"""The whole compiler, top to bottom."""

from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import tvm

from tinycompile import codegen, fit, frontend, half_weights, in_float, labels, lower, memory
from tinycompile.budget import Budget
from tinycompile.by_rows import ByRows, Planned
from tinycompile.choice import Choice
from tinycompile.cmsis_nn import chosen
from tinycompile.codegen import folder
from tinycompile.codegen.library import Library, Model
from tinycompile.codegen.names import library_name
from tinycompile.families import AUTO, GENERATED, PORTABLE
from tinycompile.frontend.source import Source
from tinycompile.indices import index_limits
from tinycompile.kernel import Kernel
from tinycompile.kernels import check_mode, kernels_for
from tinycompile.kernels.portable.s8 import table_s8
from tinycompile.memory import MemoryPlan, regions
from tinycompile.options import Options, with_keywords
from tinycompile.passes.select.group_leftovers import GroupLeftovers
from tinycompile.passes.select.select_kernels import SelectKernels
from tinycompile.phases import (
    AddedPasses,
    DumpAfterEach,
    Refusals,
    frame_by_frame,
    integer_passes,
    passes,
    transform,
)
from tinycompile.plugins import loading
from tinycompile.plugins.added import Plugins
from tinycompile.plugins.failure import told
from tinycompile.program import Program, Tensor
from tinycompile.quantize.compression.request import Compression
from tinycompile.quantize.quantizer import Quantized, prepared
from tinycompile.report.listing import listing
from tinycompile.report.summary import summarize
from tinycompile.rewriting.repeat import Repeat
from tinycompile.shrinking.record import Channels, Record
from tinycompile.shrinking.summary import describe
from tinycompile.streaming.inputs import along
from tinycompile.target import Target
from tinycompile.tied import tie


@dataclass(frozen=True)
class Compiled:
    """A compiled model: everything that is written, and everything that led to it."""

    source: Source
    target: Target
    program: Program
    memory: MemoryPlan
    report: dict[str, Any]
    refusals: Refusals
    files: dict[str, str]  # the output folder, by file name
    # Of CMSIS-NN: in `files`, or not there at all.
    third_party: dict[str, str] = field(default_factory=dict)
    shrunk: Record = field(default_factory=Record)
    quantized: Quantized | None = None  # of a float model: how it became int8
    by_rows: ByRows | None = None  # the other plans there are
    external: bool = False  # the firmware has CMSIS-NN

    @property
    def marker(self) -> str:
        """The file that says what else was written."""
        return f"{self.program.name}.json"

    def channels(self, tensor: Tensor) -> Channels | None:
        """What shrinking left out of `tensor`, if anything."""
        found = self.shrunk.channels.get(tensor.real or tensor.name)
        fits = found is not None and tensor.shape[-1:] == found.kept.shape
        return found if fits else None

    def check(self, folder_: str | Path) -> None:
        """Raise if the C library may not be written there, as far as that is known before."""
        folder.check(Path(folder_), self.marker, self.files)

    def tell(self, **more: Any) -> None:
        """Put `more` into the report, and so into NAME.json."""
        self.report.update(more)
        texts = {name: text for name, text in self.files.items() if name != self.marker}
        self.files[self.marker] = codegen.marker(self.marker, self.report, texts)

    def write(self, folder_: str | Path) -> list[str]:
        """Write the C library, whole or not at all; which edited files were kept, in words."""
        return folder.write(self.files, Path(folder_), self.marker)


@np.errstate(all="ignore")  # what overflows is in the numbers; users get no warnings of numpy's
def compile_with(path: Path, options: Options) -> Compiled:
    """Compile the model file `path` as `options` say."""
    plugins = loading.load(options.plugins)
    with told(plugins.failures):
        return compile_plugged(path, options, plugins)


def compile_plugged(path: Path, options: Options, plugins: Plugins) -> Compiled:
    """The same, with what `plugins` add."""
    plugins.refuse_taken("passes", [step.info.name for step in Repeat(*passes({}, [])).single])
    progress, chip = options.progress, options.chip(plugins.targets)
    compression = Compression(options.cluster, options.prune)
    name = library_name(options.name, path.stem)
    check_mode(options.kernels, plugins.families)
    copy = chosen(options.kernels, options.cmsis_nn, chip)
    # 1. Import.
    progress("importing")
    source = frontend.load(
        path, shapes=options.shapes, operators=plugins.operators, outputs=options.outputs
    )
    if options.states:
        tie(source, options.states, quantize=options.quantize is not None)
    kernels = [*plugins.kernels_for(chip, copy), *kernels_for(chip, copy)]
    available = rounding_as(source, kernels)
    if options.weights:
        available = half_weights.able(available)
    # 2.-4. Canonicalize, quantize, select kernels.
    progress("optimising the graph")
    refusals: Refusals = {}
    choice = chosen_by(options, chip, source)
    choice.check_known(available)
    covered = partial(refuse_uncovered, available, choice, plugins.passes)
    quantized, inserted = prepared(source, options, compression, covered, progress)
    if options.stream_axis is not None:
        inserted = [*inserted, *frame_by_frame(along(source, options.stream_axis))]
        source.streamed = True
    shrunk = Record(options.shrink)
    *steps, select, group = passes(refusals, available, choice, inserted, plugins.passes, shrunk)
    dump = DumpAfterEach(Path(options.dump_ir)) if options.dump_ir else None
    canonical = transform(source.module, steps, dump)
    module = transform(canonical, [select, group], dump)
    if quantized:
        source.quantization |= quantized.activations
    choice.check_all_taken()
    # 5. Lower.
    progress("lowering")
    half = options.weights is not None
    program = lower.lower(module, name, source, available, refusals, half=half)
    source.notes += half_weights.notes(program) if half else []
    if not quantized:
        compression.check_applied(program, source)
    # 6. Plan memory; where that is too much, select and lower again.
    progress("planning memory")
    limits = Budget.of(chip, ram=options.ram, flash=options.flash)
    as_selected = program
    program, plan = memory.ordered(program)
    if choice.lavish and limits.excess(program, plan):
        choice = replace(choice, lavish=False, seen=[], problems=[])
        as_selected = reselected(program.name, canonical, source, available, choice)
        program, plan = memory.ordered(as_selected)
        source.notes.append("--optimize speed: what it would take exceeds the budget; without")
    fast = program
    portable = partial(in_portable, as_selected, canonical, source, available, choice)
    faster = any(layer.kernel.family not in (PORTABLE, GENERATED) for layer in program.layers)
    if options.kernels == AUTO and faster and limits.excess(program, plan):
        program, plan = memory.ordered(fitted(as_selected, portable(), limits, source, choice))
    by_rows = ByRows(fast, portable, choice.isa, options.stream_input)
    planned = by_rows.planned(Planned(program, plan), options.ram, limits.ram)
    program, plan = planned.program, planned.plan
    source.notes += planned.notes
    if options.regions:
        plan = regions.chosen(program, plan, chip)
    of_quantised = in_float.notes_of_quantised(program, chip.isa)
    source.notes += of_quantised if quantized else in_float.notes(program)
    program.limits = index_limits(canonical)
    program.labels = labels.of(program, options.labels, path)
    program.digest = sha256(path.read_bytes()).hexdigest()
    summary = summarize(program, plan, chip, source, copy, refusals, choice.reasons)
    if left_out := describe(shrunk, source):
        summary["shrunk"] = left_out
    if quantized:
        summary["quantization"] = quantized.report
    if plugins.names:
        summary["plugins"] = plugins.report()
    if options.dump_ir:
        (Path(options.dump_ir) / "program.txt").write_text(listing(program, plan))
    limits.check(summary, program, plan, options.kernels, planned.floor)
    # 7. Emit.
    progress("emitting C")
    third_party = copy.files(program.functions) if copy and program.functions else {}
    model = Model(program, plan, path.name, chip, third_party)
    external = options.cmsis_nn_external
    return Compiled(
        source,
        chip,
        program,
        plan,
        summary,
        refusals,
        files=codegen.emit(Library(name, (model,), summary, external)),
        third_party=third_party,
        shrunk=shrunk,
        quantized=quantized,
        external=external,
        by_rows=by_rows,
    )


compile = with_keywords(Options, compile_with)


def chosen_by(options: Options, chip: Target, source: Source) -> Choice:
    """The choice of kernels for the model `source`."""
    return Choice(
        options.kernels,
        chip.isa,
        options.asked,
        source.layer_names,
        packs=source.packs or options.cluster is not None,
        lavish=options.optimize == "speed",
        exact=source.format == "onnx" and options.quantize is None,  # ours: as they compute
    )


def refuse_uncovered(
    kernels: list[Kernel], choice: Choice, added: AddedPasses, module: Any, source: Source
) -> None:
    """Raise if operators of the quantised `module`, which comes from `source`, have no kernel."""
    found: Refusals = {}
    fresh = replace(choice, seen=[], problems=[])
    with tvm.transform.PassContext(opt_level=0):  # not a part of what is dumped
        selected = transform(
            module, integer_passes(found, kernels, fresh, added, Record(asked=False))
        )
    lower.refuse_leftovers(selected, source, found)


def in_portable(
    fast: Program, module: Any, source: Source, kernels: list[Kernel], choice: Choice
) -> Program:
    """`fast`, but with portable kernels selected in `module`."""
    if all(layer.kernel.family in (PORTABLE, GENERATED) for layer in fast.layers):
        return fast
    portable = replace(choice, mode=PORTABLE, seen=[], problems=[])
    return reselected(fast.name, module, source, kernels, portable)


def fitted(
    fast: Program, small: Program, limits: Budget, source: Source, choice: Choice
) -> Program:
    """`fast`, which exceeds the `limits`, with smaller kernels where they fit; a note says so."""
    program = fit.within(limits, fast, small, choice.isa)
    if program is not fast:
        source.notes.append(fit.note(fast, program, choice.isa))
    return program


def reselected(
    name: str, module: Any, source: Source, kernels: list[Kernel], choice: Choice
) -> Program:
    """The program of `module`, its kernels by another `choice`."""
    found: Refusals = {}
    select = SelectKernels(kernels, found, choice)
    selected = transform(module, [select, GroupLeftovers(found)])
    return lower.lower(selected, name, source, kernels, found)


def rounding_as(source: Source, kernels: list[Kernel]) -> list[Kernel]:
    """`kernels`, those whose tables depend on the file's format made for it."""
    if source.format != "onnx":
        return kernels
    return [table_s8.for_onnx(kernel) for kernel in kernels]
