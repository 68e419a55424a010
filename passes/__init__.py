"""Passes over Relax modules, one a file, in a folder for the phase that they first run in.

`tinycompile.pipeline` says in which order they run; `tinycompile.rewriting` is what they are written with.
"""
