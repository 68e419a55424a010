"""conv2d on int16 with int8 weights by CMSIS-NN."""

from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels import accumulate, cmsis, cmsis_s16, cmsis_scratch, conv2d_s16
from tinycompile.program import Call


def bias_has_a_type(context: cmsis.Context) -> Constraint:
    def check(match: Match) -> str | None:
        """CMSIS-NN is version 6 or newer."""
        major, minor = context.version
        return None if context.version >= (6, 0) else f"it is version {major}.{minor}"

    return check


def one_group(match: Match) -> str | None:
    """The convolution has one group."""
    groups = int(match.attrs("conv").groups)
    return f"it has {groups}" if groups > 1 else None


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        factors = accumulate.channel_factors(match)
        call = cmsis_s16.with_full_multipliers(conv2d_s16.lower(match), factors)
        del call.params["groups"]
        return cmsis.with_scratch(call, cmsis_scratch.convolution_s16, context)

    return cmsis.adapter(
        conv2d_s16.KERNEL,
        "tc_cmsis_conv2d_s16",
        "arm_convolve_wrapper_s16",
        context,
        lower,
        bias_has_a_type(context),
        one_group,
        *cmsis_s16.CONSTRAINTS,
        reference=lambda p, x: conv2d_s16.reference(cmsis_s16.portable(p) | {"groups": 1}, x),
        takes_scratch=True,
    )
