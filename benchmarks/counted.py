"""A run as `wxconform run` makes it, that also says how much RSA it did: ``python -m benchmarks.counted --profile certify``.

The last line of its output is JSON. With several workers only what this process did itself is counted.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from conformance import cli
from reference.identity import bundled
from reference.oracles import oaep, signature

__all__ = ["main"]

_MESSAGE = b"x" * 400


class _Counter:
    """Counts the calls of a function."""

    def __init__(self, counted: Callable[..., Any]) -> None:
        self._counted = counted
        self.calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self._counted(*args, **kwargs)


def main(words: list[str]) -> int:
    """Run the mock, and print the RSA it took and the CPU it took in all."""
    key = bundled().merchant.credential.private_key
    public = bundled().merchant.credential.public_key
    made = signature.sign(key, _MESSAGE)
    signing, verifying = (lambda: signature.sign(key, _MESSAGE)), (lambda: signature.verifies(public, _MESSAGE, made))
    before = _each(signing), _each(verifying)
    sign, verifies, decrypt = _Counter(signature.sign), _Counter(signature.verifies), _Counter(oaep.decrypt)
    signature.sign, signature.verifies, oaep.decrypt = sign, verifies, decrypt
    started = time.process_time()
    code = cli.main(["run", "mock", *words])
    spent = time.process_time() - started
    after = _each(signing), _each(verifying)
    one_signature, one_verification = ((early + late) / 2 for early, late in zip(before, after, strict=True))
    # Decryption is the same operation as signing.
    signatures = sign.calls + decrypt.calls
    floor = signatures * one_signature + verifies.calls * one_verification
    print(json.dumps({"signatures": signatures, "verifications": verifies.calls, "floor": floor, "cpu": spent}))
    return code


def _each(act: Callable[[], object]) -> float:
    """Return the median seconds of CPU *act* takes."""
    samples = []
    for _ in range(15):
        started = time.process_time()
        for _ in range(20):
            act()
        samples.append((time.process_time() - started) / 20)
    return median(samples)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
