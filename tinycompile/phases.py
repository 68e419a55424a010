"""All passes, in order: what `passes/` has, phase by phase, and how they are run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tvm
from tvm import relax
from tvm.ir.instrument import pass_instrument

from tinycompile.choice import Choice
from tinycompile.codegen import folder
from tinycompile.kernel import Kernel, Refusal
from tinycompile.kernels import portable
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
from tinycompile.passes.layout.recognise_norms import RecogniseNorms
from tinycompile.passes.layout.sink_transposes import SinkTransposes
from tinycompile.passes.select.group_leftovers import GroupLeftovers
from tinycompile.passes.select.materialize_constants import MaterializeConstants
from tinycompile.passes.select.select_kernels import SelectKernels
from tinycompile.passes.select.split_dequantize import SplitDequantize
from tinycompile.passes.shrink.compute_once import ComputeOnce
from tinycompile.passes.shrink.fold_constant_channels import FoldConstantChannels
from tinycompile.passes.shrink.fold_constant_tensors import FoldConstantTensors
from tinycompile.passes.shrink.remove_idle_clips import RemoveIdleClips
from tinycompile.passes.shrink.remove_unread_channels import RemoveUnreadChannels
from tinycompile.passes.stream.stream_axis import StreamAxis
from tinycompile.passes.windows.convolve_by_matmul import ConvolveByMatmul
from tinycompile.passes.windows.fuse_pad import FusePad
from tinycompile.passes.windows.gather_pads import GatherPads
from tinycompile.passes.windows.quantize_bias import QuantizeBias
from tinycompile.passes.windows.sink_reshapes import SinkReshapes
from tinycompile.plugins.added import NONE as NO_PLUGINS
from tinycompile.rewriting.repeat import Repeat, Settle
from tinycompile.shrinking.record import Record

Refusals = dict[str, list[Refusal]]
AddedPasses = Mapping[str, Sequence[Any]]  # by plug-ins, to a phase


def passes(
    refusals: Refusals,
    kernels: list[Kernel] | None = None,
    choice: Choice | None = None,
    quantize: Sequence[Any] = (),
    added: AddedPasses = NO_PLUGINS.passes,
    record: Record | None = None,
) -> list[Any]:
    """All passes; `quantize`, when asked, makes float int8 between dequantize and quantize.

    The `kernels` to select are the portable ones if none are given; `record` is told what shrinking left out,
    and may forbid it. Those that plug-ins have `added` are the
    last of their phases.
    """
    kernels = portable.kernels() if kernels is None else kernels
    integers = integer_passes(refusals, kernels, choice, added, record or Record())
    return [*canonical_passes(added), *quantize, *integers]


def frame_by_frame(along: Mapping[str, int]) -> list[Any]:
    """What makes a step of a network over sequences, whose frames lie `along` axes; after quantising."""
    return [StreamAxis(along)]


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
        RecogniseNorms(),
        *added["layout"],
    ]


def integer_passes(
    refusals: Refusals,
    kernels: list[Kernel],
    choice: Choice | None,
    added: AddedPasses,
    record: Record,
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
        # 5. Shrink: what is computed for nothing goes.
        *(shrinking_passes(kernels, record) if record.asked else []),
        # 6. Select: operators become kernels. Before that: copies where they are needed (after
        # RemoveNoOps, which would remove them), and for every operator dequantizes of its own.
        # What no kernel takes is grouped, for functions to be generated.
        MaterializeConstants(),
        SplitDequantize(),
        *added["select"],
        SelectKernels(kernels, refusals, choice),
        GroupLeftovers(refusals),
    ]


def shrinking_passes(kernels: list[Kernel], record: Record) -> list[Any]:
    return [
        ComputeOnce(record),
        SplitDequantize(),  # so that kernels are recognised
        Settle(
            FoldConstantChannels(kernels),
            RemoveUnreadChannels(kernels, record),
            FoldConstantTensors(kernels, record),
            RemoveIdleClips(kernels),
        ),
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
