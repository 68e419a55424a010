"""Whole networks of many kinds, exported from PyTorch by `export.py`: in float, and quantised."""
