"""Named single faults, by what they break."""
