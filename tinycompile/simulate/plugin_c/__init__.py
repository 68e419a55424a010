"""The profiler that QEMU loads, in C: package data for tinycompile.simulate.plugin, which builds it."""
