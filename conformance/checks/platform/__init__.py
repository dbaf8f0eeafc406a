"""What is demanded of a platform."""
