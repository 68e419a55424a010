"""What can be done with a compiled model before it is written: --verify, --run, --profile."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycompile.errors import InvalidInput, InvalidOption
from tinycompile.report import file
from tinycompile.simulate import qemu
from tinycompile.simulate.build import find_compiler
from tinycompile.target import Target


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The options of it, by their names."""

    verify: bool
    run: bool
    inputs: Path | None
    runs: int
    seed: int
    profiled: bool
    profile_json: Path | None

    def __post_init__(self) -> None:
        if self.inputs and not (self.verify or self.run or self.profiles):
            raise InvalidOption("--inputs is for --verify, --run and --profile; say one of them")

    @property
    def profiles(self) -> bool:
        return self.profiled or self.profile_json is not None

    def check(self, chip: Target) -> None:
        """Raise what is missing for them, before any work."""
        if self.verify:
            find_compiler(Target.load("host"))
        if self.run or self.profiles:
            find_compiler(chip)
            qemu.check(chip)
        if self.inputs and not os.path.isfile(self.inputs):
            raise InvalidInput(f"{self.inputs}: not a readable .npy or .npz file: no such file")
        if self.profile_json:
            file.check(self.profile_json)

    def found(self, compiled: Any, progress: Callable[[str], None]) -> list[Any]:
        """Do what was asked for; what was found, to be printed, is in NAME.json too."""
        found: list[Any] = []
        if self.verify or self.run:
            lines = self._compared(compiled, progress)
            compiled.tell(checks=lines)
            found += lines.values()
        if self.profiles:
            found.append(self._profile(compiled, progress))
        return found

    def _compared(self, compiled: Any, progress: Callable[[str], None]) -> dict[str, str]:
        from tinycompile.simulate import inputs, verify

        arrays = verify.random_inputs(compiled, self.runs, self.seed)
        if self.inputs:
            arrays = inputs.load(self.inputs, compiled) + arrays
        lines = {}
        if self.verify:
            lines["verify"] = str(verify.verify(compiled, arrays, progress=progress))
        if self.run:
            progress(f"running on {compiled.target.machine or 'this machine'}")
            lines["run"] = verify.run_on_target(compiled, arrays)
        return lines

    def _profile(self, compiled: Any, progress: Callable[[str], None]) -> Any:
        """On the first of the given inputs, or a random one; the tables."""
        from tinycompile.simulate import inputs, profile, profile_report

        arrays = inputs.load(self.inputs, compiled)[0] if self.inputs else None
        measured = profile.profile(compiled, arrays, progress=progress)
        compiled.tell(profile=profile_report.as_json(measured))
        if self.profile_json:
            profile_report.write_json(measured, self.profile_json)
        return profile_report.render(measured)
