"""One arena for models that run one after the other: the states of each lie apart, the rest is shared."""

from collections.abc import Sequence
from dataclasses import replace

from tinycompile.memory import MemoryPlan
from tinycompile.memory.lifetimes import aligned


def shared(plans: Sequence[MemoryPlan]) -> list[MemoryPlan]:
    """The same plans, moved: first the states, one behind the other, then what any run may write over."""
    to = max(plan.alignment for plan in plans)
    sizes = [aligned(plan.state_bytes, to) for plan in plans]
    return [
        moved(plan, sum(sizes[:i]), sum(sizes) - plan.state_bytes) for i, plan in enumerate(plans)
    ]


def moved(plan: MemoryPlan, states: int, others: int) -> MemoryPlan:
    """`plan` with its states `states` bytes further on, all else `others` bytes."""
    return replace(
        plan,
        offsets={
            name: at + (states if at < plan.state_bytes else others)
            for name, at in plan.offsets.items()
        },
        scratch={name: at + others for name, at in plan.scratch.items()},
        arena_bytes=plan.arena_bytes + others,
        least_bytes=plan.least_bytes + others,
        together=tuple(group.moved(others) for group in plan.together),
        state_offset=states,
    )
