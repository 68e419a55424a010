"""Fuzzers: random models and how they fare. `python -m tests.fuzz --help` tells more."""
