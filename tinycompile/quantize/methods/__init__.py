"""What makes int8 lose less: better ranges, biases and rounding; at last more precision for some tensors."""
