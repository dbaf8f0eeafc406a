"""The rule book, its loader and its mark."""
