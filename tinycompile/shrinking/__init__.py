"""What is known of a quantised module without running it: what of it computes for nothing."""
