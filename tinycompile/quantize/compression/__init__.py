"""Fewer weights than the model has: channels left out (`pruning`), few different values (`clustering`)."""
