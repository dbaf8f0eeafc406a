"""Base64 as WeChat Pay writes it: standard alphabet, padded, on one line."""

import base64

__all__ = ["NotBase64Error", "decode", "encode"]


class NotBase64Error(ValueError):
    """A text is not the standard base64 of any bytes."""


def encode(data: bytes) -> str:
    """Return *data* in standard base64, padded, on one line."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes *text* stands for.

    Only the text an encoder writes is taken: no line breaks, no ``-`` or ``_``, no missing padding, no stray bits at the
    end. Raises NotBase64Error.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise NotBase64Error(f"not standard base64 ({error}); expected A-Z a-z 0-9 + / on one line, padded with =") from None
    if encode(data) != text:
        raise NotBase64Error("not standard base64: the last character or the padding is not what an encoder writes")
    return data
