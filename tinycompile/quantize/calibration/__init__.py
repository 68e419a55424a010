"""Samples of what the network will see, from wherever the user has them."""
