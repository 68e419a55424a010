"""One name a tensor, one spelling for each operator."""
