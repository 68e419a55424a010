"""The command line: its options, checks before any work, tables, what is done with what was made."""
