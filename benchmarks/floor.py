"""The floor: the RSA an exchange cannot do without. The merchant signs, the platform verifies and signs, the merchant verifies."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from benchmarks.measuring import Work
from reference.identity import bundled

__all__ = ["exchange", "signature"]

_PADDING, _HASH = padding.PKCS1v15(), hashes.SHA256()
_MESSAGE = b"POST\n/v3/pay/transactions/jsapi\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n" + b"{}" * 150 + b"\n"


def exchange(times: int) -> Work:
    """Return two signatures and two verifications, done *times* times with the key objects a run uses, and nothing else."""
    identity = bundled()
    merchant, platform = identity.merchant.credential, identity.platform.certificates[0]
    signing = platform.private_key
    assert signing is not None  # the bundled platform can sign

    def work() -> int:
        for _ in range(times):
            merchant.public_key.verify(merchant.private_key.sign(_MESSAGE, _PADDING, _HASH), _MESSAGE, _PADDING, _HASH)
            platform.public_key.verify(signing.sign(_MESSAGE, _PADDING, _HASH), _MESSAGE, _PADDING, _HASH)
        return times

    return work


def signature(times: int) -> Work:
    """Return one signature, done *times* times."""
    key = bundled().merchant.credential.private_key

    def work() -> int:
        for _ in range(times):
            key.sign(_MESSAGE, _PADDING, _HASH)
        return times

    return work
