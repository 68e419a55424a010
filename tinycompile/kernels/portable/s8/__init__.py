"""Portable kernels whose output is int8."""
