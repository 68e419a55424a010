"""A float module is prepared, and becomes int8 as `tinycompile.quantize` found best."""
