"""What a diagnosis is made of: sentences in both languages, the proof, and how keys are called."""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference.identity import Identity
from reference.oracles.keys import same_serial
from reports.model import Comparison, Text

__all__ = ["Explained", "Keys", "compared", "together"]

_COVERED = Text("What the signature must cover, and what it does cover", "签名应覆盖的串与实际覆盖的串")


@dataclass(frozen=True, slots=True)
class Explained:
    """Why something is as it is, and the two strings that prove it where there are two."""

    text: Text
    compared: Comparison | None = None


class Keys:
    """Every public key of an identity by its serial number or id, those of the platform and those of its merchants."""

    def __init__(self, identity: Identity) -> None:
        self._keys: dict[str, RSAPublicKey] = {}
        self._names: dict[str, Text] = {}
        for key in identity.platform:
            kind = ("public key", "微信支付公钥") if key.certificate is None else ("certificate", "平台证书")
            self._add(key.key_id, key.public_key, Text(f"the platform's {kind[0]} {key.key_id}", f"{kind[1]} {key.key_id}"))
        for merchant in identity.merchants:
            for credential in merchant.credentials:
                serial = credential.serial_no
                name = Text(f"the certificate {serial} of merchant {merchant.mchid}", f"商户 {merchant.mchid} 的证书 {serial}")
                self._add(serial, credential.public_key, name)

    def _add(self, serial: str, key: RSAPublicKey, name: Text) -> None:
        self._keys[serial] = key
        self._names[serial] = name

    def first(self, serial: str) -> dict[str, RSAPublicKey]:
        """Return all keys, the one that *serial* names first, for it is the one expected."""
        return dict(sorted(self._keys.items(), key=lambda item: not same_serial(item[0], serial)))

    def called(self, serial: str) -> Text | None:
        """Return how the key that *serial* names is called; None when nobody has it."""
        return next((name for known, name in self._names.items() if same_serial(known, serial)), None)


def compared(expected: bytes, got: bytes) -> Comparison | None:
    """Return the string a signature must cover beside the one it covers; None where they are one."""
    return None if expected == got else Comparison(about=_COVERED, expected=expected, got=got)


def together(texts: Iterable[Text]) -> Text:
    """Return several sentences as one text."""
    every = tuple(texts)
    return Text(" ".join(text.en for text in every), "".join(text.zh for text in every))
