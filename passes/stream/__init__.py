"""Networks over sequences that work frame by frame: what they need of the past are states."""
