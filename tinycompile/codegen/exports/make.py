"""The Makefile: the library as an archive for its target."""

from tinycompile.codegen.library import Library


def makefile(library: Library) -> str:
    """Builds libNAME.a for the target; `make CC=... CFLAGS=...` builds it for anything else."""
    compiler = "cc" if library.target.is_host else "arm-none-eabi-gcc"
    objects = " ".join(s.removesuffix(".c") + ".o" for s in library.sources)
    built = "$(OBJECTS) $(OBJECTS:.o=.d)"
    return (
        f"CC = {compiler}\nAR = {compiler.removesuffix('gcc') if compiler.endswith('gcc') else ''}ar\n"
        f"CFLAGS = -std=c99 -O2 -ffunction-sections -fdata-sections {' '.join(library.target.cflags)}\n"
        f"{preprocessor(library)}\n"
        f"OBJECTS = {objects}\n\n"
        f"lib{library.name}.a: $(OBJECTS)\n\t$(AR) rcs $@ $^\n\n"
        f"%.o: %.c\n\t$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -c -o $@ $<\n\n"
        f"clean:\n\trm -f lib{library.name}.a {built}\n\n.PHONY: clean\n\n-include $(OBJECTS:.o=.d)\n"
    )


def preprocessor(library: Library) -> str:
    """The lines on headers that are elsewhere."""
    if library.external and library.cmsis_nn:
        return "# Where CMSIS-NN is.\nCMSIS_NN = ../CMSIS-NN\nCPPFLAGS = -I$(CMSIS_NN)/Include\n"
    return f"CPPFLAGS = {' '.join(library.defines)}".rstrip() + "\n"
