"""Portable kernels for elements of any type."""
