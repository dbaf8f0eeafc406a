"""Addresses nobody can be notified at, by name."""

from collections.abc import Mapping
from typing import Final

__all__ = ["UNUSABLE", "WITH_QUERY"]

_BASE: Final = "https://merchant.example/wechatpay/notify"

WITH_QUERY: Final[Mapping[str, str]] = {
    "a parameter": f"{_BASE}?shop=1",
    "two parameters": f"{_BASE}?shop=1&order=2",
    "a question mark at the end": f"{_BASE}?",
    "a name without value": f"{_BASE}?shop",
    "a query behind the host": "https://merchant.example?shop=1",
    "a query behind a slash": "https://merchant.example/?shop=1",
    "a query over http": "http://merchant.example/notify?shop=1",
    "a question mark in the query": f"{_BASE}?next=/a?b",
    "a query behind a port": "https://merchant.example:8443/notify?shop=1",
}
"""Whole and callable, but for a query. Source: "Callback handling guide", notify_url."""

UNUSABLE: Final[Mapping[str, str]] = {
    "empty": "",
    "a path": "/wechatpay/notify",
    "no scheme": "merchant.example/wechatpay/notify",
    "no scheme but slashes": "//merchant.example/wechatpay/notify",
    "no host": "https:///wechatpay/notify",
    "only a scheme": "https://",
    "one slash": "https:/merchant.example/notify",
    "ftp": "ftp://merchant.example/wechatpay/notify",
    "a script": "javascript:alert(1)",
    "mail": "mailto:shop@merchant.example",
    "a file": "file:///etc/notify",
    "a space in front": f" {_BASE}",
    "a line feed in front": f"\n{_BASE}",
    "257 characters": f"{_BASE}/".ljust(257, "x"),
    "512 characters": f"{_BASE}/".ljust(512, "x"),
    "words": "notify me",
}
"""By every reading of the documents no address a notification can be sent to."""
