"""What is right, as pure functions: no I/O, no clock, no state."""
