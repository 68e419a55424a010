"""Operators become kernels, after what that needs: copies, and a dequantize for every operator."""
