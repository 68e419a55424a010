"""Odd values of the command line's options, and the files that they name."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from onnx import helper, numpy_helper
from PIL import Image

from tests.fuzz.choices import Choices
from tests.tflite_model import Model

BYTES = ["0", "1", "64K", "1M", "1G", "1e3", "-5", "\u0663", "\u00b2", "K", "KK", "64KB", "64KiB"]
BYTES += ["0x10", "", " ", "9" * 40, "1KM", "1.5K", "64k", "1_000", "+5", "64 K"]
SHAPES = ["x", "x:", ":1", "x:0", "x:-1", "x:1,\u00b2", "x:9999999999,9", "x:1,1,4,4", "x:1,1,8,8"]
SHAPES += [
    "y:1",
    "x:1,1,4",
    "x:1,1,4,4,",
    "x:1, 1,4,4",
    ":",
    "",
    "x:1,1,100000,100000",
    "x:2,1,4,4",
]
PREFIXES = ["", "int", "a-b", "a b", "a" * 300, "a" * 5000, "\u00fc", "\uff21", "_x", "1a", "a\n"]
PREFIXES += ["main", "NULL", "printf", "tc_x", "m", "M", "EOF", "a.b", "../x", "INT8_MAX", "int8_t"]
PREFIXES += [
    "memcpy",
    "linux",
    "unix",
    "__x",
    "arena",
    "errno",
    "_Bool",
    "inline",
    "asm",
    "nullptr",
]
NUMBERS = [
    "0",
    "1",
    "2",
    "16",
    "17",
    "-1",
    "9" * 21,
    "nan",
    "inf",
    "-inf",
    "0.3",
    "1.5",
    "0.999999",
]
NUMBERS += ["1e-300", "x", "", "0x10", "1,5"]
TARGETS = [
    "cortex-m4",
    "cortex-m0",
    "cortex-m55",
    "host",
    "stm32f446",
    "",
    " ",
    "CORTEX-M4",
    "/dev/null",
]
TARGETS += ["../targets/cortex-m4", "cortex-m4.toml", "folder.toml", "/dev/zero", "a" * 5000]
KERNELS = ["conv=tc_conv2d_s8", "conv=tc_cmsis_conv2d_s8", "=x", "x=", "a=b=c", "conv=", "[red]=x"]
KERNELS += ["conv=tc_softmax_s8", "\u00fc=tc_x", "conv=TC_CONV2D_S8"]
FOLDERS = ["ir", "file", "unwritable/ir", "", "foreign", "/dev/null", "link-loop", "fifo", "empty"]
PLUGINS = ["missing", "file", ".", "/", "", "fifo", "link-loop", "x.py", "file.py:", ":"]
PLUGINS += ["json", "a.b", "a b", "/dev/null", "empty", "\u00fc", "\0", "..", "x:y:z"]
REPORTS = [
    "missing/x",
    "file/x",
    ".",
    "",
    "m.tflite",
    "unwritable/x",
    "/dev/null",
    "link-loop",
    "n" * 300,
]
OPTIONS: dict[str, list[str] | None] = {
    "--ram": BYTES,
    "--flash": BYTES,
    "--kernels": ["auto", "cmsis-nn", "portable", "fast", ""],
    "--kernel": KERNELS,
    "--name": PREFIXES,
    "--export": ["cmake", "zip", "esp-idf", "rust", "cmsis-pack", "zephyr", "arduino", "x", ""],
    "--about": [
        "version=1.2.3",
        "version=1",
        "vendor=a b",
        "author=\u00fc",
        "a=b",
        "=",
        "",
        "url=\n",
    ],
    "--shape": SHAPES,
    "--cluster": NUMBERS,
    "--prune": NUMBERS,
    "--max-drop": NUMBERS,
    "--cmsis-nn": ["missing", "file", ".", "/", "", "fifo"],
    "--cmsis-nn-external": None,
    "--plugin": PLUGINS,
    "--explain": None,
    "--json": None,
    "-q": None,
    "--csv": REPORTS,
    "--html": REPORTS,
    "--html-against": ["file", "m.tflite", "missing", ".", "fifo", "/dev/zero", ""],
    "--list": ["targets", "kernels", "passes", "plugins", "x"],
    "--seed": ["-1", "0", "9" * 23, "x", "1.5"],
    "--dump-ir": FOLDERS,
    "--completion": ["bash", "x"],
}
TOML = {
    "good.toml": b'core = "cortex-m4"\ndescription = "x"\nflash_kib = 64\nram_kib = 16\n',
    "bad.toml": b"core = \n",
    "binary.toml": b"\xff\xfe\x00\x01",
    "negative.toml": b'core = "cortex-m4"\nflash_kib = -5\nram_kib = -1\n',
    "types.toml": b'core = "cortex-m4"\nflash_kib = "64"\nram_kib = 1.5\n',
    "self.toml": b'core = "self.toml"\nflash_kib = 1\n',
    "empty.toml": b"",
    "huge.toml": b'core = "cortex-m4"\nram_kib = 99999999999999999999999999\n',
    "missing.toml": b'description = "x"\n',
}
IMAGES = {
    "--image-range": [
        "0,1",
        "-1,1",
        "0,0",
        "nan,1",
        "1",
        "a,b",
        "",
        "0,inf",
        "0,1,2",
        "1e38,-1e38",
    ],
    "--image-mean": ["0.5", "1,2,3", "1,2", "nan", ""],
    "--image-std": ["1", "0", "nan", "-1", "1,2,3", "1,0,1", "inf"],
}
ENVIRONMENTS = [
    {"CMSIS_NN_DIR": "missing"},
    {"CMSIS_NN_DIR": ""},
    {"COLUMNS": "1"},
    {"COLUMNS": "x"},
]
ENVIRONMENTS += [{"TMPDIR": "/nowhere"}, {"LC_ALL": "C"}, {"TERM": "dumb"}, {"FORCE_COLOR": "1"}]
MODULE = """\
import numpy as np
def good(): return np.ones((20, 1, 4, 4), "float32")
def fails(): raise KeyError("boom")
def quits(): raise SystemExit(7)
def nothing(): return None
value = 3
"""


def int8_model() -> bytes:
    random, model = np.random.default_rng(2), Model()
    x = model.tensor("x", (1, 4, 4, 2), scale=0.1, zero_point=3)
    weights = random.integers(-127, 128, (3, 3, 3, 2)).astype(np.int8)
    w = model.constant("w", weights, scale=np.full(3, 0.01))
    b = model.constant("b", np.arange(3, dtype=np.int32), scale=np.full(3, 0.001))
    conv = model.tensor("conv", (1, 4, 4, 3), scale=0.1, zero_point=-3)
    y = model.tensor("y", (1, 4, 4, 3), scale=1 / 256, zero_point=-128)
    model.operator("CONV_2D", [x, w, b], [conv], "Conv2DOptions", 3, padding=0, stride_h=1,
                   stride_w=1, dilation_h_factor=1, dilation_w_factor=1)  # fmt: skip
    model.operator("SOFTMAX", [conv], [y], "SoftmaxOptions", beta=1.0)
    return model.build([x], [y])


def float_model(shape: list[Any]) -> bytes:
    random = np.random.default_rng(1)
    sizes: Mapping[str, tuple[int, ...]] = {"w": (2, 1, 3, 3), "w2": (4, 32), "b2": (4,)}
    constants = [
        numpy_helper.from_array(random.normal(0, 1, size).astype(np.float32), name)
        for name, size in sizes.items()
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"], name="relu"),
        helper.make_node("Flatten", ["r"], ["f"], name="flat"),
        helper.make_node("Gemm", ["f", "w2", "b2"], ["y"], name="fc", transB=1),
    ]
    x = helper.make_tensor_value_info("x", 1, shape)
    y = helper.make_tensor_value_info("y", 1, None)
    graph = helper.make_graph(nodes, "g", [x], [y], constants)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())


def lay_out(folder: Path) -> None:
    """Models, targets, and things of somebody else's."""
    contents = TOML | {
        "m.tflite": int8_model(),
        "f.onnx": float_model([1, 1, 4, 4]),
        "d.onnx": float_model(["N", 1, "h", "w"]),
        "foreign/diary.txt": b"mine",
        "file": b"a file",
        "repo/.git/HEAD": b"ref: refs/heads/main\n",
        "repo/a.c": b"int a;\n",
    }
    for name, content in contents.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(content)
    for name in ("folder.toml", "empty", "unwritable"):
        (folder / name).mkdir()
    links = {"foreign": "foreign", "file": "file", "dangling": "not-there", "loop": "link-loop"}
    for name, to in links.items():
        os.symlink(to, folder / f"link-{name}")
    os.mkfifo(folder / "fifo")


def calibrations(choices: Choices, folder: Path) -> list[str]:
    """Calibration data, good and bad, in `folder`: the words that name it."""
    random, shape = choices.random, (20, 1, 4, 4)
    good = random.normal(0, 1, shape).astype(np.float32)
    arrays = {
        "good": good,
        "shape": random.normal(0, 1, (20, 1, 5, 4)).astype(np.float32),
        "none": good[:0],
        "one": good[:1],
        "integers": np.ones(shape, np.int64),
        "text": np.array([["a"]]),
        "bools": np.ones(shape, bool),
        "complex": np.ones(shape, complex),
    } | {f"all-{v}": np.full(shape, v, np.float32) for v in (np.nan, np.inf, 0, 3e38, 1e-42)}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    np.save(folder / "objects.npy", np.array([{}, 1], object), allow_pickle=True)
    np.savez(folder / "names.npz", a=good, b=np.ones(3))
    np.savez(folder / "nothing.npz")
    labels = [
        random.integers(0, 4, 20),
        random.integers(0, 400, 20),
        -np.ones(20, int),
        np.ones(20),
    ]
    for i, values in enumerate(labels):
        np.savez(folder / f"labels{i}.npz", x=good, labels=values)
    (folder / "broken.npz").write_bytes(b"PK\x03\x04 no")
    (folder / "broken.npy").write_bytes(b"\x93NUMPY\x01\x00")
    for name in ("images", "broken-images", "classes/0", "classes/x"):
        (folder / name).mkdir(parents=True)
        pixels = random.integers(0, 255, (6, 5, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / name / "a.png")
    (folder / "broken-images" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (folder / "module.py").write_text(MODULE)
    (folder / "bad_module.py").write_text("syntax error here\n")
    files = [path.name for path in folder.glob("*.np[yz]")]
    functions = [f"module:{n}" for n in ("good", "fails", "quits", "nothing", "value", "none", "")]
    odd = ["random", "images", "broken-images", "classes", "missing.npy", "", ".", "/", "f.onnx"]
    odd += ["bad_module:x", "nomodule:x", "os:getcwd", "sys:exit", ":", "a:b:c", "good"]
    return [*files, *functions, *odd]
