"""What the compiler tells: `summary` as data, which becomes NAME.json, and the tables of it for people."""
