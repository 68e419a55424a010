"""Portable kernels whose output is int16."""
