"""What plug-ins have added: an object of one compilation, which no other sees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.errors import InvalidPlugin
from tinycompile.plugins.failure import PluginFailed
from tinycompile.target import Target

if TYPE_CHECKING:  # TVM takes two seconds, and most compilations have no plug-in
    from tinycompile.frontend.custom import Operator
    from tinycompile.kernel import Kernel

# Where a pass can run: last in a phase of the pipeline; of "select", last before kernels are.
OURS = "TinyCompile"
PHASES = ("canonicalize", "layout", "integers", "windows", "select")


@dataclass(frozen=True)
class Plugins:
    """Filled by a `Registry` while plug-ins are loaded; nobody changes it after that.

    `names` has their versions where they are known, `owners` who has added what, by its kind and name.
    """

    names: dict[str, str] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)  # what each is, in words
    kernels: "list[Kernel]" = field(default_factory=list)
    passes: dict[str, list[Any]] = field(default_factory=lambda: {phase: [] for phase in PHASES})
    targets: dict[str, Traversable] = field(default_factory=dict)
    failures: list[PluginFailed] = field(default_factory=list)
    operators: "dict[str, Operator]" = field(default_factory=dict)

    def refuse_taken(self, kind: str, names: Iterable[str]) -> None:
        """Raise if one of `names`, which TinyCompile has, was added again."""
        for name in names:
            if (kind, name) in self.owners:
                raise taken(self.owners[kind, name], kind, name, OURS)

    def kernels_for(self, chip: Target, copy: CmsisNN | None) -> "list[Kernel]":
        """The kernels that run on `chip`, with the `copy` of CMSIS-NN that is at hand."""
        there = copy.functions if copy else frozenset()
        return [k for k in self.kernels if k.isa <= chip.isa and there.issuperset(k.functions)]

    def report(self) -> list[dict[str, Any]]:
        """Each plug-in, and what it added, by kind; ready for JSON."""
        return [
            {"name": plugin, "version": version, "adds": self._of(plugin)}
            for plugin, version in self.names.items()
        ]

    def _of(self, plugin: str) -> Mapping[str, list[str]]:
        kinds: dict[str, list[str]] = {}
        for (kind, name), owner in self.owners.items():
            if owner == plugin:
                kinds.setdefault(kind, []).append(name)
        return kinds


NONE = Plugins()


def taken(plugin: str, kind: str, name: str, owner: str) -> InvalidPlugin:
    return InvalidPlugin(
        f"plug-in {plugin}: it adds {name!r} to the {kind}, where {owner} has one of this name"
    )
