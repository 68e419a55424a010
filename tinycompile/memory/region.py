"""A memory beside the arena, of which the caller gives another buffer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ADDRESS = 8  # bytes of an address, of 64-bit hosts as well


@dataclass(frozen=True)
class Region:
    """`offsets` are those of blocks, from its start; `slot` is where the arena has its address."""

    name: str
    slot: int
    nbytes: int
    offsets: Mapping[str, int]  # by Tensor.storage
    scratch: Mapping[str, int] = field(default_factory=dict)  # by Layer.name

    def by_names(self, home: Mapping[str, str]) -> "Region":
        """The same for all storages that are in the blocks: `home` says in which."""
        prefix = "scratch of "
        return Region(
            self.name,
            self.slot,
            self.nbytes,
            {name: self.offsets[at] for name, at in home.items() if at in self.offsets},
            {n.removeprefix(prefix): at for n, at in self.offsets.items() if n.startswith(prefix)},
        )
