"""What is demanded."""
