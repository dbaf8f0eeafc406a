"""What is tried on APIv2: calls, and single faults on their signature and their XML."""
