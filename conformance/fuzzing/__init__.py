"""Fuzzing by the contract: schemathesis draws requests to every operation, our own rules judge the answers.

schemathesis runs in a process of its own (`worker`), since its pytest plugin blanks the counter-examples of other properties.
Only `lane`, `stateful` and `worker` import it; what it sends goes through our own target (`carrying`), signed over its exact bytes.
"""
