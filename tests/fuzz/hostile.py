"""Names and numbers that break what reads them, and damage to bytes."""

from tests.fuzz.choices import Choices

NAMES = [
    'a"b', "a'b", "a\nb", "a\r\nb", "a*/b", "/* a", "*/ int evil; /*", "a\\", "a\\\nb", "??/",
    "a??/\nb", "??=error x", "// a", "%s%n%d", "\x1b[31mred\x1b[0m", "ü", "日本語", "\u202ertl",
    "a\u2028b", "😀", "a" * 10000, "/".join(["x"] * 3000), ";" * 50, ";;;", "/", "//", " ", "\t",
    "a b", "..", "../../../tmp/evil", "/etc/passwd", "a:0", "a;b;c", "int", "for", "main", "NULL",
    "arena", "tc_conv2d_s8", "static", "layer00", "m", "m_run", "INT8_MAX", "EOF", "bool", "true",
    "a#1", "a#2", "x_given", "x/given", "0", "-1", "1e5", "[red]x[/red]", "[/]", "{}", "{name}",
    "$(id)", "`id`", "&amp;", "\x00", "a\x00b", "\x7f", "lv", "lv1", "gv", "R", "T",
]  # fmt: skip
INTEGERS = [0, -1, 1, 2, 3, 7, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536, 100000]
INTEGERS += [2**24, 2**31 - 1, -(2**31), 2**31, 2**32, 2**40, 2**62, 2**63 - 1, -(2**63)]
INT32 = [value for value in INTEGERS if -(2**31) <= value < 2**31] + [-2, -3, 4, 5]
REALS = [0.0, -0.0, 1e-38, 1e-45, 1e38, 3.4e38, -1.0, 1.0, 1e-10, 1e10, 0.1]
REALS += [float("nan"), float("inf"), float("-inf")]


def damaged(choices: Choices, data: bytes) -> bytes:
    """`data` with a few bytes changed, missing, added or somewhere else."""
    return choices.one_of([flipped, flipped, overwritten, cut_off, moved])(choices, data)


def flipped(choices: Choices, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(choices.one_of([1, 1, 2, 5, 20, 100])):
        changed[choices.between(0, len(data) - 1)] ^= 1 << choices.between(0, 7)
    return bytes(changed)


def overwritten(choices: Choices, data: bytes) -> bytes:
    """At either end, where headers and tables are."""
    changed, last = bytearray(data), len(data) - 1
    first, end = choices.one_of([(0, min(last, 200)), (max(0, last - 3000), last)])
    for _ in range(choices.between(1, 12)):
        byte = choices.one_of([0, 1, 255, 127, 128, choices.between(0, 255)])
        changed[choices.between(first, end)] = byte
    return bytes(changed)


def cut_off(choices: Choices, data: bytes) -> bytes:
    size = len(data)
    within = choices.between(0, size)
    return data[: choices.one_of([0, 1, 3, 7, 8, 12, within, within, size - 1, size - 4])]


def moved(choices: Choices, data: bytes) -> bytes:
    at, source = choices.between(0, len(data) - 1), choices.between(0, len(data) - 1)
    size = choices.one_of([1, 2, 4, 8, 16, 100, 1000])
    before, after = data[:at], data[at + size :]
    how = choices.one_of(["splice", "zero", "ones", "double", "insert", "delete"])
    piece = {
        "splice": data[source : source + size],
        "zero": bytes(size),
        "ones": b"\xff" * size,
        "double": data[at : at + size] * 2,
        "insert": choices.random.bytes(size) + data[at : at + size],
        "delete": b"",
    }[how]
    return before + piece + after
