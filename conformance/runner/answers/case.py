"""A vector as its operation sees it: inputs and keys of the right types, and the answer it gives."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from reference.oracles import keys as key_files
from vectors import BUNDLED, Key, Keys, Vector

__all__ = ["Answer", "Case", "Operation", "Unavailable", "Unsupported"]

_T = TypeVar("_T")


class Unsupported(Exception):  # noqa: N818  # it names the outcome it leads to
    """No oracle can answer the vector as it stands; the message says what is missing or malformed."""


class Unavailable(Exception):  # noqa: N818  # it names the outcome it leads to
    """The vector cannot be judged here; the message says what has to be added."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the oracles say.

    *members* are compared with those of ``expected``. *holds* is None where the oracles only compute, else their verdict;
    *in_doubt* marks a verdict on which sources disagree. *reason* is a sentence, empty where there is nothing to explain.
    """

    members: Mapping[str, object]
    holds: bool | None = None
    reason: str = ""
    in_doubt: bool = False

    @classmethod
    def computed(cls, **members: object) -> "Answer":
        """Return an answer that is a value."""
        return cls(members)

    @classmethod
    def verdict(cls, *, holds: bool, reason: str = "", name: str = "verified", **members: object) -> "Answer":
        """Return an answer that is yes or no, under *name*."""
        return cls({name: holds, **members}, holds=holds, reason=reason)

    @classmethod
    def refused(cls, reason: str) -> "Answer":
        """Return the answer to inputs that must be refused."""
        return cls({"error": True, "verified": False, "match": False}, holds=False, reason=reason)


@dataclass(frozen=True, slots=True)
class Case:
    """A vector and the keys its file refers to."""

    vector: Vector
    keys: Keys

    def has(self, name: str) -> bool:
        """Tell whether the input *name* is there and not null."""
        return self.vector.inputs.get(name) is not None

    def text(self, name: str) -> str:
        """Return the input *name*, a text."""
        return _text(f"inputs.{name}", self.vector.inputs.get(name))

    def text_or_none(self, name: str) -> str | None:
        """Return the input *name*, a text, or None where it is absent or null."""
        return self.text(name) if self.has(name) else None

    def number(self, name: str) -> int:
        """Return the input *name*, an integer."""
        value = self.vector.inputs.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unsupported(f"inputs.{name} is {value!r}; expected an integer.")
        return value

    def octets(self, name: str) -> bytes:
        """Return the input *name*, a text, as the UTF-8 bytes it stands for."""
        return self.text(name).encode()

    def body(self) -> bytes:
        """Return the body in UTF-8; an absent one is empty."""
        return (self.text_or_none("body") or "").encode()

    def hex(self, name: str) -> bytes:
        """Return the bytes the input *name* is the hexadecimal of."""
        return _decoded(f"inputs.{name}", self.text(name), bytes.fromhex)

    def base64(self, name: str) -> bytes:
        """Return the bytes the input *name* is the base64 of."""
        return _decoded(f"inputs.{name}", self.text(name), lambda text: base64.b64decode(text, validate=True))

    def texts(self, name: str) -> list[str]:
        """Return the input *name*, a list of texts."""
        value = self.vector.inputs.get(name)
        if not isinstance(value, list):
            raise Unsupported(f"inputs.{name} is {value!r}; expected a list.")
        return [_text(f"inputs.{name}[{index}]", each) for index, each in enumerate(value)]

    def headers(self, name: str) -> dict[str, str]:
        """Return the input *name*, texts by name."""
        return {key: value for key, value in self.params(name).items() if value is not None}

    def params(self, name: str) -> dict[str, str | None]:
        """Return the input *name*, texts or null by name."""
        value = self.vector.inputs.get(name)
        if not isinstance(value, dict):
            raise Unsupported(f"inputs.{name} is {value!r}; expected an object.")
        return {_text("a name", key): None if each is None else _text(f"inputs.{name}.{key}", each) for key, each in value.items()}

    def material(self, name: str) -> Any:
        """Return a member of ``key_material``, or None."""
        return (self.vector.key_material or {}).get(name)

    def material_text(self, name: str) -> str:
        """Return a member of ``key_material``, a text."""
        return _text(f"key_material.{name}", self.material(name))

    def material_hex(self, name: str) -> bytes:
        """Return the bytes a member of ``key_material`` is the hexadecimal of."""
        return _decoded(f"key_material.{name}", self.material_text(name), bytes.fromhex)

    def secret(self, *names: str) -> str:
        """Return the symmetric key: that of ``ref``, or the first of *names* in place."""
        if self.material("ref") is not None:
            key = self._named(self.material("ref"))
            if key.secret is None:
                raise Unsupported(f"The key {key.name} is in PEM; this operation takes a secret.")
            return key.secret
        for name in names:
            if self.material(name) is not None:
                return self.material_text(name)
        raise Unsupported(f"key_material has neither ref nor {' nor '.join(names)}.")

    def pem(self) -> str:
        """Return the PEM of ``ref``, or the one in place."""
        if self.material("ref") is not None:
            return self._pem(self.material("ref"))
        return self.material_text("pem")

    def private_key(self) -> RSAPrivateKey:
        """Return the RSA private key."""
        return _loaded(_private_key, self.pem())

    def public_key(self) -> RSAPublicKey:
        """Return the RSA public key, also that of a private key or of a certificate."""
        return _loaded(_public_key, self.pem())

    def trusted(self) -> dict[str, RSAPublicKey]:
        """Return the keys a verifier trusts, by serial number or key id."""
        trusted = self.material("trusted")
        if not isinstance(trusted, dict):
            raise Unsupported("key_material.trusted is missing; expected the trusted keys by serial number or key id.")
        return {serial: _loaded(_public_key, self._pem(key)) for serial, key in trusted.items()}

    def certificate(self) -> str:
        """Return the certificate in PEM, in place or from its file."""
        if self.material("certificate_pem") is not None:
            return self.material_text("certificate_pem")
        return self.file(self.material_text("certificate_file")).decode("utf-8", "replace")

    def file(self, path: str) -> bytes:
        """Return the bytes of the file at *path*, beside the vector's own file or among the bundled ones."""
        for folder in (self.vector.folder, BUNDLED):
            try:
                if _is_inside(folder, path):
                    return (folder / path).read_bytes()
            except OSError:
                continue
        raise Unavailable(f"The file {path} is not here; put it at {self.vector.folder / path}.")

    def _pem(self, key: object) -> str:
        if isinstance(key, dict):
            return _text("key_material.trusted", key.get("pem"))
        found = self._named(key)
        if found.pem is None:
            raise Unsupported(f"The key {found.name} is a secret; this operation takes a key in PEM.")
        return found.pem

    def _named(self, name: object) -> Key:
        if not isinstance(name, str) or name not in self.keys:
            raise Unsupported(f"There is no key {name!r} in {self.keys.path}.")
        return self.keys[name]


Operation: TypeAlias = Callable[[Case], Answer]

_KEY_LABELS: Final = ("PRIVATE KEY-----", "TESTING KEY-----")


@cache
def _private_key(pem: str) -> RSAPrivateKey:
    return key_files.load_private_key(pem, trusted=True)


@cache
def _public_key(pem: str) -> RSAPublicKey:
    first = pem.partition("\n")[0]
    if first.rstrip().endswith(_KEY_LABELS):
        return _private_key(pem).public_key()
    if "CERTIFICATE" in first:
        return key_files.VerificationKey.from_certificate(key_files.load_certificate(pem)).key
    return key_files.load_public_key(pem)


def _loaded(load: Callable[[str], _T], pem: str) -> _T:
    try:
        return load(pem)
    except key_files.KeyFileError as error:
        raise Unsupported(str(error)) from None


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise Unsupported(f"{place} is {value!r}; expected a text.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unsupported(f"{place} holds half a character (a lone surrogate); expected text that has a UTF-8 form.") from None
    return value


def _decoded(place: str, text: str, decode: Callable[[str], bytes]) -> bytes:
    try:
        return decode(text)
    except (ValueError, binascii.Error):
        raise Unsupported(f"{place} is {text[:20]!r}, which cannot be decoded.") from None


def _is_inside(folder: Path, path: str) -> bool:
    return (folder / path).resolve().is_relative_to(folder.resolve())
