"""The bundled vectors and keys, as the tests of the oracles want them."""

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from reference.oracles import keys
from reference.oracles.signature import request_message
from vectors import BUNDLED, Vector, VectorFile, load_file

__all__ = ["each", "private", "public", "request_of", "secret"]


def each(name: str, *ops: str) -> pytest.MarkDecorator:
    """Parametrise a test over the vectors of one file with one of *ops*, as ``vector``."""
    chosen = [vector for vector in _file(name).vectors if vector.op in ops]
    assert chosen, f"{name} has no vector of {ops}"
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in chosen])


@cache
def private(name: str) -> RSAPrivateKey:
    """Return a private test key."""
    return keys.load_private_key(_pem(name), trusted=True)


@cache
def public(name: str) -> RSAPublicKey:
    """Return a public test key, or the public half of a private one."""
    pem = _pem(name)
    return keys.load_public_key(pem) if "PUBLIC KEY" in pem else private(name).public_key()


def request_of(vector: Vector) -> bytes:
    """Return the right message of the request in the inputs of *vector*."""
    inputs = vector.inputs
    return request_message(inputs["method"], inputs["url"], inputs["timestamp"], inputs["nonce_str"], inputs["body"].encode())


def secret(name: str) -> bytes:
    """Return a symmetric test key."""
    value = _file("v3_request_sign").keys[name].secret
    assert value is not None
    return value.encode()


def _pem(name: str) -> str:
    value = _file("v3_request_sign").keys[name].pem
    assert value is not None
    return value


@cache
def _file(name: str) -> VectorFile:
    return load_file(BUNDLED / f"{name}.json")
