"""Plug-ins: kernels, passes, targets and operators that come from outside, for one compilation at a time."""
