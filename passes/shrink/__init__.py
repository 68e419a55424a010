"""What a network computes for nothing is left out: every result stays what it was, bit for bit."""
