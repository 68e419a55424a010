"""Where code and data lie: macros that the firmware may define, for sections of its linker script."""


def default(macro: str) -> str:
    """Nothing, unless the firmware says -DTC_ARENA='__attribute__((section(".dtcm")))' or the like."""
    return f"#ifndef {macro}\n#define {macro}\n#endif\n"
