"""Cost tables, one a core, named as gcc names it: package data for tinycompile.simulate.cycles."""
