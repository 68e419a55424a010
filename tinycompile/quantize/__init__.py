"""Post-training quantisation: a float module and samples become an int8 module and a report.

A float graph is calibrated on samples (`interpreter`, `statistics`), every tensor gets the range that costs
the least at the network's outputs (`ranges`, `search`), weights are rounded (`weights`, `rounding`), and the
pass `InsertQdq` writes the outcome into the module. From there on it is the path of any int8 model.
"""
