"""Passes over Relax modules, one a file; `tinycompile.pipeline` says in which order they run."""
