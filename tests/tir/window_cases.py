"""Operators that move a window over images, or resize them, and what they compute, in numpy."""

import numpy as np
from tvm.relax import op

from tests.tir.cases import PLAIN_CASES, Case, f32
from tests.tir.references import (
    bilinear,
    convolution,
    spread,
    table,
)
from tests.tir.runtime import constant

WINDOW_CASES: dict[str, Case] = {
    "conv2d": Case(
        lambda _, x: op.nn.relu(
            op.nn.conv2d(
                x,
                constant(table("w", 3, 3, 4, 8)),
                strides=2,
                padding=1,
                data_layout="NHWC",
                kernel_layout="HWIO",
            )
        ),
        (f32(1, 9, 8, 4),),
        lambda x: np.maximum(convolution(x, table("w", 3, 3, 4, 8), 1, 2), 0),
    ),
    "conv2d_channels_first": Case(
        lambda _, x: op.nn.conv2d(x, constant(table("w1", 6, 4, 3, 3)), padding=1),
        (f32(1, 4, 5, 6),),
        lambda x: convolution(
            x.transpose(0, 2, 3, 1), table("w1", 6, 4, 3, 3).transpose(2, 3, 1, 0), 1, 1
        ).transpose(0, 3, 1, 2),
    ),
    "depthwise_conv2d": Case(
        lambda _, x: op.nn.conv2d(
            x,
            constant(table("w2", 3, 3, 5, 1)),
            padding=1,
            groups=5,
            data_layout="NHWC",
            kernel_layout="HWOI",
        ),
        (f32(1, 6, 5, 5),),
        lambda x: convolution(x, table("w2", 3, 3, 5, 1) * np.eye(5, dtype=np.float32), 1, 1),
    ),
    "transposed_conv2d": Case(
        lambda _, x: op.nn.conv2d_transpose(
            x, constant(table("w3", 4, 3, 4, 4)), strides=(2, 2), padding=(1, 1)
        ),
        (f32(1, 4, 5, 6),),
        lambda x: spread(x, table("w3", 4, 3, 4, 4), 2, 1, 0),
    ),
    "transposed_conv2d_by_3": Case(
        lambda _, x: op.nn.conv2d_transpose(
            x,
            constant(table("w4", 2, 7, 2, 3)),
            strides=(3, 3),
            padding=(1, 1),
            output_padding=(1, 1),
        ),
        (f32(1, 2, 5, 4),),
        lambda x: spread(x, table("w4", 2, 7, 2, 3), 3, 1, 1),
    ),
    "conv3d": Case(
        lambda _, x: op.nn.conv3d(x, constant(table("w5", 3, 2, 2, 2, 2)), strides=2),
        (f32(1, 2, 4, 6, 5),),
        lambda x: np.einsum(
            "ncdhwijk,ocijk->nodhw",
            np.lib.stride_tricks.sliding_window_view(x, (2, 2, 2), (2, 3, 4))[:, :, ::2, ::2, ::2],
            table("w5", 3, 2, 2, 2, 2),
        ),
    ),
    "max_pool2d": Case(
        lambda _, x: op.nn.max_pool2d(x, (3, 3), (2, 2), (1, 1), layout="NHWC"),
        (f32(1, 9, 9, 4),),
        lambda x: np.lib.stride_tricks.sliding_window_view(
            np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf), (3, 3), (1, 2)
        )[:, ::2, ::2].max((-1, -2)),
    ),
    "bilinear": Case(
        lambda _, x: op.image.resize2d(x, (13, 4), layout="NHWC"),
        (f32(1, 6, 7, 3),),
        lambda x: bilinear(x, 13, 4),
    ),
    # The last row is 7, times 10 of 0.699999988: less, but in float32 equal; there is no row 8.
    "bilinear_corners": Case(
        lambda _, x: op.image.resize2d(
            x, (11, 5), layout="NHWC", coordinate_transformation_mode="align_corners"
        ),
        (f32(1, 8, 4, 3),),
        lambda x: bilinear(x, 11, 5, corners=True),
    ),
    "pad_reflect": Case(
        lambda _, x: op.nn.pad(x, (0, 0, 1, 2, 2, 1, 0, 0), pad_mode="reflect"),
        (f32(1, 3, 4, 2),),
        lambda x: np.pad(x, ((0, 0), (1, 2), (2, 1), (0, 0)), "reflect"),
    ),
}
CASES = PLAIN_CASES | WINDOW_CASES
