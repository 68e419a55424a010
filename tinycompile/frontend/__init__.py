"""Frontends: a file of a trained network becomes a `Source`."""
