"""What build systems and package managers want to read beside a library's C, one file a kind."""
