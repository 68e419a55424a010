"""What NAME.h has of each input and output: its size, place and shape, its numbers, how to reach it."""

from math import prod

from tinycompile.codegen import lines
from tinycompile.codegen.c import C_TYPES, comment, real
from tinycompile.memory import MemoryPlan
from tinycompile.program import Tensor
from tinycompile.quantization import integer_limits

NARROW = ("int8", "uint8", "int16", "uint16")  # their limits are floats, too


def tensor(
    t: Tensor, accessor: str, is_output: bool, plan: MemoryPlan, layout: str, allowed: str
) -> str:
    """Documentation, macros, conversions and accessor."""
    ctype, const = C_TYPES[t.dtype], "const " * is_output
    what = "Output" if is_output else "Input"
    title = f'{what} "{comment(t.name)}": {ctype} {shape(t)}{f" {layout}" if layout else ""}'
    numbers = ""
    if t.quantization and t.dtype != "float32":
        scale, zero_point = t.quantization.scale, t.quantization.zero_point
        title += f", real = {scale:.9g} * (q - ({zero_point}))"
        numbers = quantized(t, accessor, is_output)
    begin = f"/** @name {title}{allowed} */\n/** @{{ */\n{sizes(t, accessor, plan)}{numbers}"
    if t.storage not in plan.offsets:
        return f"{begin}/** @}} */\n"
    return (
        f"{begin}"
        f"/** @return the first element. */\n"
        f"static inline {const}{ctype} *{accessor}({const}void *arena)\n"
        f"{{\n    return ({const}{ctype} *)(({const}char *)arena + {accessor.upper()}_OFFSET);\n}}\n"
        f"/** @}} */\n"
    )


def sizes(t: Tensor, accessor: str, plan: MemoryPlan) -> str:
    macro = accessor.upper()
    described = {
        "COUNT": (prod(t.shape), "elements"),
        "BYTES": (t.nbytes, "bytes"),
        "OFFSET": (plan.offsets.get(t.storage), "bytes from the arena's start"),
        "RANK": (len(t.shape), "dimensions"),
        "SHAPE": (f"{{{', '.join(map(str, t.shape))}}}", "the dimensions, to initialise an array"),
    }
    described |= {f"DIM{i}": (size, f"dimension {i}") for i, size in enumerate(t.shape)}
    if not t.shape:
        del described["SHAPE"]  # C has no empty initialisers
    by_lines = lines.macros(t, accessor, plan) if t.storage not in plan.offsets else ""
    return by_lines + "".join(
        f"#define {macro}_{name} {value} /**< {words} */\n"
        for name, (value, words) in described.items()
        if value is not None
    )


def quantized(t: Tensor, accessor: str, is_output: bool) -> str:
    """Scale and zero point, and a conversion: of inputs into integers, of outputs back."""
    assert t.quantization
    macro, ctype = accessor.upper(), C_TYPES[t.dtype]
    text = (
        f"#define {macro}_SCALE {real(t.quantization.scale)} /**< of a step of the integers */\n"
        f"#define {macro}_ZERO_POINT ({t.quantization.zero_point}) /**< the integer that stands for 0 */\n"
    )
    if is_output:
        difference = f"(float)value - (float){macro}_ZERO_POINT"
        return text + (
            f"/** @return the real number that `value` stands for. */\n"
            f"static inline float {accessor}_dequantize({ctype} value)\n"
            f"{{\n    return {macro}_SCALE * ({difference});\n}}\n"
        )
    if t.dtype not in NARROW:
        return text
    low, high = (limit - t.quantization.zero_point for limit in integer_limits(t.dtype))
    return text + (
        f"/** @return the integer nearest to `value`, halves away from 0; NaN becomes the least. */\n"
        f"static inline {ctype} {accessor}_quantize(float value)\n{{\n"
        f"    const float steps = value / {macro}_SCALE;\n"
        f"    int32_t nearest = {low};\n"
        f"    if (steps >= {high}.0f) {{\n        nearest = {high};\n    }}\n"
        f"    if (steps > {low}.0f && steps < {high}.0f) {{\n"
        f"        nearest = (int32_t)steps;\n"
        f"        const float rest = steps - (float)nearest;\n"
        f"        if (rest >= 0.5f) {{\n            nearest++;\n        }}\n"
        f"        if (rest <= -0.5f) {{\n            nearest--;\n        }}\n    }}\n"
        f"    return ({ctype})(nearest + {macro}_ZERO_POINT);\n}}\n"
    )


def shape(t: Tensor) -> str:
    return f"({', '.join(map(str, t.shape))})"
