"""Tests of the contract fuzzer."""
