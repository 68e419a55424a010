"""Memories beside the arena: how firmware gives them, and how the layers find them."""

from tinycompile.codegen.c import identifier
from tinycompile.codegen.names import Names
from tinycompile.memory import MemoryPlan
from tinycompile.memory.region import Region


def word(region: Region) -> str:
    """Its name in C."""
    return identifier(region.name).lower()


def base(plan: MemoryPlan, name: str) -> str:
    """What offsets of the storage or of the layer's scratch of that name count from."""
    region = plan.region_of(name)
    return f"in_{word(region)}(arena)" if region else "arena"


def size(region: Region, names: Names) -> str:
    return names.macro(f"{word(region).upper()}_BYTES")


def call(plan: MemoryPlan, names: Names) -> str:
    """That which comes before the first run; of buffers called as the memories are."""
    buffers = "".join(f", {word(region)}" for region in plan.regions)
    return f"{names.prefix}_regions(arena{buffers});"


def signature(plan: MemoryPlan, names: Names) -> str:
    buffers = "".join(f", void *{word(region)}" for region in plan.regions)
    return f"void {names.prefix}_regions(void *arena{buffers})"


def declared(plan: MemoryPlan, names: Names) -> list[str]:
    """The header's part."""
    if not plan.regions:
        return []
    sizes = "".join(
        f"#define {size(region, names)} {region.nbytes} /**< RAM in {region.name}. */\n"
        for region in plan.regions
    )
    kept = plan.state_offset
    return [
        f"{sizes}/** Gives the run its other memories, aligned as the arena, which keeps their\n"
        f" * addresses in its first {kept} bytes. Call it before the first run, and whenever the\n"
        f" * arena was used for anything else. */\n"
        f"{signature(plan, names)};\n"
    ]


def defined(plan: MemoryPlan, names: Names) -> list[str]:
    """The source's part: where each memory is, and the function that is told so."""
    if not plan.regions:
        return []
    parts = [
        f"/* Where {region.name} is: the arena has its address. */\n"
        f"static int8_t *in_{word(region)}(const int8_t *arena)\n{{\n"
        f"    int8_t *at;\n    memcpy(&at, arena + {region.slot}, sizeof at);\n    return at;\n}}\n"
        for region in plan.regions
    ]
    lines = "".join(
        f"    memcpy((int8_t *)arena + {region.slot}, &{word(region)}, sizeof {word(region)});\n"
        for region in plan.regions
    )
    return [*parts, f"{signature(plan, names)}\n{{\n{lines}}}\n"]
