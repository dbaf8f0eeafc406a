"""Faults in which notify_url is taken."""

import json
from dataclasses import replace
from typing import Any

from reference.contract import Operation
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.wire import Request

__all__: list[str] = []

_GOOD = "https://merchant.example/notify"


class _Lenient(Platform):
    """Takes the notify_url that `takes` says, as if it were a good one."""

    def takes(self, operation: Operation, url: str) -> bool:
        raise NotImplementedError

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        try:
            value = json.loads(request.body)
            url = value["notify_url"]
        except (ValueError, KeyError, TypeError):
            return super().read_body(request, operation)
        if isinstance(url, str) and self.takes(operation, url):
            request = replace(request, body=json.dumps(value | {"notify_url": _GOOD}, ensure_ascii=False).encode())
        return super().read_body(request, operation)


@breaks("v3.notify.refuses-a-notify-url-with-a-query")
class TakesAQuery(_Lenient):
    """Takes a notify_url with a query."""

    def takes(self, operation: Operation, url: str) -> bool:
        return "?" in url


@breaks("v3.notify.refuses-a-notify-url-with-a-query")
class TakesAQueryOfRefunds(_Lenient):
    """Takes a notify_url with a query for a refund."""

    def takes(self, operation: Operation, url: str) -> bool:
        return "?" in url and operation.id == "refund_create"


@breaks("v3.notify.refuses-a-notify-url-with-a-query")
class TakesAQueryOfPartners(_Lenient):
    """Takes a notify_url with a query for an H5 order of a service provider."""

    def takes(self, operation: Operation, url: str) -> bool:
        return "?" in url and operation.id == "partner_h5_create"


@breaks("v3.notify.refuses-a-notify-url-with-a-query")
class TakesAQuestionMark(_Lenient):
    """Takes a notify_url that ends in a question mark."""

    def takes(self, operation: Operation, url: str) -> bool:
        return url.endswith("?")


@breaks("v3.notify.refuses-a-notify-url-with-a-query")
class TakesAQueryWithoutValues(_Lenient):
    """Takes a notify_url whose query has no value."""

    def takes(self, operation: Operation, url: str) -> bool:
        return "?" in url and "=" not in url


@breaks("v3.notify.refuses-an-unusable-notify-url")
class TakesNoUrlForAUrl(_Lenient):
    """Takes an empty notify_url."""

    def takes(self, operation: Operation, url: str) -> bool:
        return url == ""


@breaks("v3.notify.refuses-an-unusable-notify-url")
class TakesRelativeUrls(_Lenient):
    """Takes a path for a notify_url."""

    def takes(self, operation: Operation, url: str) -> bool:
        return url.startswith("/") and not url.startswith("//")


@breaks("v3.notify.refuses-an-unusable-notify-url")
class TakesAnyScheme(_Lenient):
    """Takes a notify_url of any scheme."""

    def takes(self, operation: Operation, url: str) -> bool:
        return "://" in url and not url.strip().startswith("http")


@breaks("v3.notify.refuses-an-unusable-notify-url")
class TakesUrlsWithoutHost(_Lenient):
    """Takes a notify_url without host."""

    def takes(self, operation: Operation, url: str) -> bool:
        return url.startswith("https:///")


@breaks("v3.notify.refuses-an-unusable-notify-url")
class TakesUrlsBehindASpace(_Lenient):
    """Takes a notify_url behind a space."""

    def takes(self, operation: Operation, url: str) -> bool:
        return url.startswith(" ")


@breaks("v3.notify.refuses-an-unusable-notify-url")
class TakesSlightlyLongUrls(_Lenient):
    """Takes a notify_url of up to 300 characters for an app order."""

    def takes(self, operation: Operation, url: str) -> bool:
        return 255 < len(url) <= 300 and operation.trade_type == "APP"
