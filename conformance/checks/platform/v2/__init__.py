"""What is demanded of a platform's APIv2."""
