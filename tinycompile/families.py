"""The families of kernels, and what the user may prefer."""

PORTABLE = "portable"  # kernels that need nothing but C
CMSIS_NN = "cmsis-nn"  # kernels that call Arm's functions
AUTO = "auto"  # the fastest of both
MODES = (AUTO, CMSIS_NN, PORTABLE)
