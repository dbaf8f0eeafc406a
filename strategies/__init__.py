"""What is tried: valid orders, refunds and notifications, and named single faults."""
