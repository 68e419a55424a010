"""The float model as the quantiser sees it: its graph, its tensors on the samples, what int8 does to them."""
