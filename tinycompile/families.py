"""The families of kernels that the compiler knows by name; all of them: tinycompile.kernels."""

PORTABLE = "portable"  # kernels that need nothing but C
GENERATED = "generated"  # functions made for one model, of operators without a kernel
DSP = "dsp"  # kernels for cores with the DSP extension
MVE = "mve"  # kernels of our own for Helium
CMSIS_NN = "cmsis-nn"  # kernels that call Arm's functions
AUTO = "auto"  # the fastest of all
