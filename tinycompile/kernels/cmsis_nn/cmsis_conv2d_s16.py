"""conv2d on int16 by CMSIS-NN."""

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, s16, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.cmsis_nn.s16 import FIRST
from tinycompile.kernels.portable.s16 import conv2d_s16
from tinycompile.kernels.shared import accumulate, accumulate_s16
from tinycompile.target import Isa

UINT16_MAX = 2**16 - 1


def it_has_one_group(match: Match) -> str | None:
    """The convolution has one group."""
    groups = int(match.attrs("conv").groups)
    return None if groups == 1 else f"it has {groups}"


def bias_is_supported(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """The bias is int64, or there is none, or CMSIS-NN is version 6 or newer."""
        return None if context.version >= (6, 0) else s16.bias_is_wide(match)

    return check


def products_fit(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """From version 6 on, products added in 32 bits fit: 512, or all at odd pixels or an int32 bias."""
        if context.version < (6, 0):
            return None
        narrow, (_, height, width, _) = accumulate_s16.is_narrow(match), match.shape("conv")
        count = None if narrow or height * width % 2 else FIRST
        sums = accumulate_s16.LARGEST * s16.magnitudes(match, count)
        if narrow:
            sums += abs(accumulate_s16.bias(match))
        worst = int(sums.max())
        return None if worst <= accumulate.INT32_MAX else f"they may reach {worst}"

    return check


def products_are_few(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """From version 6 on, a sum has at most 65535 products."""
        count = accumulate.filters(match).shape[1]
        return f"it has {count}" if count > UINT16_MAX and context.version >= (6, 0) else None

    return check


def last_filter_is_read_once(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """With DSP, from version 6 on, an odd number of filters has at most 512 products, or 4n."""
        filters, count = accumulate.filters(match).shape
        if context.isa != Isa.DSP or context.version < (6, 0) or accumulate_s16.is_narrow(match):
            return None
        fits = count <= FIRST or count % 4 == 0 or filters % 2 == 0
        return None if fits else f"{filters} filters of {count} products"

    return check


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = s16.called(conv2d_s16.lower(match), "groups")
        return adapter.with_scratch(call, scratch.convolution_s16, context)

    return adapter.of(
        conv2d_s16.KERNEL,
        "tc_cmsis_conv2d_s16",
        "arm_convolve_wrapper_s16",
        context,
        lower,
        it_has_one_group,
        bias_is_supported(context),
        products_fit(context),
        products_are_few(context),
        last_filter_is_read_once(context),
        s16.outputs_fit,
        reference=lambda p, x: conv2d_s16.reference(s16.portable(p, groups=1), x),
        takes_scratch=True,
    )
