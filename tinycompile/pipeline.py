"""The whole compiler, top to bottom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tvm
from tvm import relax
from tvm.ir.instrument import pass_instrument

from tinycompile import codegen, fit, frontend, lower, memory, report
from tinycompile.budget import Budget
from tinycompile.choice import Choice
from tinycompile.cmsis_nn import chosen
from tinycompile.codegen import folder
from tinycompile.codegen.names import library_name
from tinycompile.families import AUTO, PORTABLE
from tinycompile.frontend.source import Source
from tinycompile.indices import index_limits
from tinycompile.kernel import Kernel, Refusal
from tinycompile.kernels import check_mode, kernels_for, portable
from tinycompile.kernels.portable.s8 import table_s8
from tinycompile.memory import MemoryPlan
from tinycompile.options import Options, with_keywords
from tinycompile.passes.canonicalize.einsum_to_matmul import EinsumToMatmul
from tinycompile.passes.canonicalize.fold_constants import FoldConstants
from tinycompile.passes.canonicalize.remove_no_ops import RemoveNoOps
from tinycompile.passes.canonicalize.resolve_aliases import ResolveAliases
from tinycompile.passes.canonicalize.split_to_slices import SplitToSlices
from tinycompile.passes.integers.cancel_requantize import CancelRequantize
from tinycompile.passes.integers.move_activation_after_quantize import MoveActivationAfterQuantize
from tinycompile.passes.integers.move_data_as_integers import MoveDataAsIntegers
from tinycompile.passes.integers.reduce_max_by_pool import ReduceMaxByPool
from tinycompile.passes.layout.adopt_nhwc_inputs import AdoptNhwcInputs
from tinycompile.passes.layout.adopt_nhwc_outputs import AdoptNhwcOutputs
from tinycompile.passes.layout.convert_to_nhwc import ConvertToNhwc
from tinycompile.passes.layout.fold_batch_norm import FoldBatchNorm
from tinycompile.passes.layout.fold_transpose_into_matmul import FoldTransposeIntoMatmul
from tinycompile.passes.layout.lift_to_2d import LiftTo2d
from tinycompile.passes.layout.sink_transposes import SinkTransposes
from tinycompile.passes.select.group_leftovers import GroupLeftovers
from tinycompile.passes.select.materialize_constants import MaterializeConstants
from tinycompile.passes.select.select_kernels import SelectKernels
from tinycompile.passes.select.split_dequantize import SplitDequantize
from tinycompile.passes.windows.convolve_by_matmul import ConvolveByMatmul
from tinycompile.passes.windows.fuse_pad import FusePad
from tinycompile.passes.windows.gather_pads import GatherPads
from tinycompile.passes.windows.quantize_bias import QuantizeBias
from tinycompile.passes.windows.sink_reshapes import SinkReshapes
from tinycompile.plugins import loading
from tinycompile.plugins.added import NONE as NO_PLUGINS
from tinycompile.plugins.added import Plugins
from tinycompile.plugins.failure import told
from tinycompile.program import Program
from tinycompile.quantize.compression.request import Compression
from tinycompile.quantize.quantizer import Quantized, prepared
from tinycompile.rewriting.repeat import Repeat
from tinycompile.target import Target

Refusals = dict[str, list[Refusal]]
AddedPasses = Mapping[str, Sequence[Any]]  # by plug-ins, to a phase


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
    quantized: Quantized | None = None  # of a float model: how it became int8

    @property
    def marker(self) -> str:
        """The file that says what else was written."""
        return f"{self.program.name}.json"

    def check(self, folder_: str | Path) -> None:
        """Raise if the C library may not be written there, as far as that is known before."""
        folder.check(Path(folder_), self.marker, self.files)

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
    source = frontend.load(path, shapes=options.shapes, operators=plugins.operators)
    kernels = [*plugins.kernels_for(chip, copy), *kernels_for(chip, copy)]
    available = rounding_as(source, kernels)
    # 2.-4. Canonicalize, quantize, select kernels.
    progress("optimising the graph")
    refusals: Refusals = {}
    choice = chosen_by(options, chip, source)
    choice.check_known(available)
    covered = partial(refuse_uncovered, available, choice, plugins.passes)
    quantized, inserted = prepared(source, options, compression, covered, progress)
    *steps, select, group = passes(refusals, available, choice, inserted, plugins.passes)
    dump = DumpAfterEach(Path(options.dump_ir)) if options.dump_ir else None
    canonical = transform(source.module, steps, dump)
    module = transform(canonical, [select, group], dump)
    if quantized:
        source.quantization |= quantized.activations
    choice.check_all_taken()
    # 5. Lower.
    progress("lowering")
    program = lower.lower(module, name, source, available, refusals)
    program.limits = index_limits(canonical)
    if not quantized:
        compression.check_applied(program, source)
    # 6. Plan memory; where that is too much, select and lower again.
    progress("planning memory")
    limits = Budget.of(chip, ram=options.ram, flash=options.flash)
    plan = memory.plan(program)
    if options.kernels == AUTO and program.functions and limits.excess(program, plan):
        program = fitted(program, limits, canonical, source, available, choice)
        plan = memory.plan(program)
    if not quantized:
        source.notes += report.float_notes(program)
    summary = report.summarize(program, plan, chip, source, copy)
    if quantized:
        summary["quantization"] = quantized.report
    if plugins.names:
        summary["plugins"] = plugins.report()
    if options.dump_ir:
        (Path(options.dump_ir) / "program.txt").write_text(report.listing(program, plan))
    limits.check(summary, program, plan, options.kernels)
    # 7. Emit.
    progress("emitting C")
    third_party = copy.files(program.functions) if copy and program.functions else {}
    external = options.cmsis_nn_external
    own = codegen.emit(program, plan, chip, path.name, summary, third_party, external)
    files = own if external else own | third_party
    return Compiled(source, chip, program, plan, summary, refusals, files, third_party, quantized)


compile = with_keywords(Options, compile_with)


def chosen_by(options: Options, chip: Target, source: Source) -> Choice:
    """The choice of kernels for the model `source`."""
    return Choice(
        options.kernels,
        chip.isa,
        options.asked,
        source.layer_names,
        packs=source.packs or options.cluster is not None,
        exact=source.format == "onnx" and options.quantize is None,  # ours: as they compute
    )


def refuse_uncovered(
    kernels: list[Kernel], choice: Choice, added: AddedPasses, module: Any, source: Source
) -> None:
    """Raise if operators of the quantised `module`, which comes from `source`, have no kernel."""
    found: Refusals = {}
    fresh = replace(choice, seen=[], problems=[])
    with tvm.transform.PassContext(opt_level=0):  # not a part of what is dumped
        selected = transform(module, integer_passes(found, kernels, fresh, added))
    lower.refuse_leftovers(selected, source, found)


def fitted(
    fast: Program,
    limits: Budget,
    module: Any,
    source: Source,
    kernels: list[Kernel],
    choice: Choice,
) -> Program:
    """`fast`, which exceeds the `limits`, with smaller kernels selected in `module`; a note says so."""
    found: Refusals = {}
    portable = SelectKernels(kernels, found, replace(choice, mode=PORTABLE, seen=[], problems=[]))
    selected = transform(module, [portable, GroupLeftovers(found)])
    small = lower.lower(selected, fast.name, source, kernels, found)
    program = fit.within(limits, fast, small, choice.isa)
    if program is not fast:
        source.notes.append(fit.note(fast, program, choice.isa))
    return program


def rounding_as(source: Source, kernels: list[Kernel]) -> list[Kernel]:
    """`kernels`, those whose tables depend on the file's format made for it."""
    if source.format != "onnx":
        return kernels
    return [table_s8.AS_ONNX if kernel is table_s8.KERNEL else kernel for kernel in kernels]


def passes(
    refusals: Refusals,
    kernels: list[Kernel] | None = None,
    choice: Choice | None = None,
    quantize: Sequence[Any] = (),
    added: AddedPasses = NO_PLUGINS.passes,
) -> list[Any]:
    """All passes; `quantize`, when asked, makes float int8 between dequantize and quantize.

    The `kernels` to select are the portable ones if none are given. Those that plug-ins have `added` are the
    last of their phases.
    """
    kernels = portable.kernels() if kernels is None else kernels
    integers = integer_passes(refusals, kernels, choice, added)
    return [*canonical_passes(added), *quantize, *integers]


def canonical_passes(added: AddedPasses) -> list[Any]:
    settle = Repeat(SinkTransposes(), RemoveNoOps(), FoldConstants())
    return [
        # 1. Canonicalize: one name a tensor, one spelling for each operator.
        ResolveAliases(),
        SplitToSlices(),
        EinsumToMatmul(),
        Repeat(RemoveNoOps(), FoldConstants()),
        *added["canonicalize"],
        # 2. NHWC: operators on images become NHWC, the transposes that takes cancel.
        LiftTo2d(),
        ConvertToNhwc(),
        settle,
        AdoptNhwcInputs(settle),
        Repeat(FoldTransposeIntoMatmul(), settle),
        AdoptNhwcOutputs(),
        FoldBatchNorm(),
        *added["layout"],
    ]


def integer_passes(
    refusals: Refusals, kernels: list[Kernel], choice: Choice | None, added: AddedPasses
) -> list[Any]:
    return [
        # 3. Integers: what only moves or bounds values does so outside dequantize ... quantize.
        Repeat(
            MoveActivationAfterQuantize(),
            MoveDataAsIntegers(),
            CancelRequantize(),
            FoldConstants(),
            RemoveNoOps(),
        ),
        ReduceMaxByPool(),
        *added["integers"],
        # 4. Windows: padding and reshapes that would keep an operator from its neighbours.
        FusePad(),
        GatherPads(),
        ConvolveByMatmul(),
        Repeat(SinkReshapes(), FoldConstants(), RemoveNoOps()),
        QuantizeBias(),
        *added["windows"],
        # 5. Select: operators become kernels. Before that: copies where they are needed (after
        # RemoveNoOps, which would remove them), and for every operator dequantizes of its own.
        # What no kernel takes is grouped, for functions to be generated.
        MaterializeConstants(),
        SplitDequantize(),
        *added["select"],
        SelectKernels(kernels, refusals, choice),
        GroupLeftovers(refusals),
    ]


def transform(module: Any, steps: list[Any], dump: Any = None) -> Any:
    """Run `steps`; `dump`, a `DumpAfterEach`, receives the module after each.

    The last module is checked; tests check every one, by the instruments of the context they run in.
    """
    instruments = [*tvm.transform.PassContext.current().instruments, *([dump] if dump else [])]
    with tvm.transform.PassContext(opt_level=0, instruments=instruments):
        for step in steps:
            module = step(module)
    relax.analysis.well_formed(module)
    return module


@pass_instrument
class DumpAfterEach:
    """Writes TVMScript into a folder."""

    def __init__(self, where: Path) -> None:
        folder.make(where)
        self.folder, self.count = where, 0

    def run_after_pass(self, mod, info):  # type: ignore[no-untyped-def]
        self.count += 1
        (self.folder / f"{self.count:02}-{info.name}.py").write_text(mod.script())
