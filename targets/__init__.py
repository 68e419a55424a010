"""Targets: one TOML a chip or core; `tinycompile.target` has the schema."""
