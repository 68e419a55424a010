"""Padding, reshapes and biases join the convolution, pool or matrix product that they belong to."""
