"""Tests of what is tried: valid cases and single faults."""
