"""Operators on images become NHWC, and the transposes that takes cancel or go into weights."""
