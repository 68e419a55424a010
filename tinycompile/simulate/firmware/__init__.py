"""What a harness needs around it to run on a bare machine: start-up, memory maps, semihosting.

One memory map `MACHINE.ld` for each QEMU machine that TinyCompile can link for.
"""
