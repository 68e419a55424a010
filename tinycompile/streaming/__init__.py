"""What a network needs to work frame by frame: where frames are in it, and what a run keeps for the next."""
