"""What only moves, bounds or compares values does so on the integers, outside dequantize ... quantize."""
