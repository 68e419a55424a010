"""Generated C built for the host or a simulated microcontroller, run there, and measured."""
