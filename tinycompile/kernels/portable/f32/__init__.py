"""Portable kernels whose output is float32."""
