"""The contract room against the facts it states and the questions it answers."""
