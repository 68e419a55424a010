"""`python -m tinycompile.new`: the files of something new, for those who extend TinyCompile itself."""
