"""Days as a request for a bill writes them, and as it must not."""

from collections.abc import Mapping
from datetime import date

__all__ = ["malformed", "malformed_digits"]


def malformed(day: date) -> Mapping[str, str | None]:
    """Return *day* in forms a bill_date must not have, and days of no calendar near it, by name; None is left out.

    Source: "Apply for a trade bill", bill_date.
    """
    text = day.isoformat()
    forms: dict[str, str | None] = {
        "left out": None,
        "empty": "",
        "as APIv2 writes it": f"{day:%Y%m%d}",
        "without leading zeros": f"{day.year}-{day.month}-{day.day}",
        "with slashes": f"{day:%Y/%m/%d}",
        "with dots": f"{day:%Y.%m.%d}",
        "day first": f"{day:%d-%m-%Y}",
        "month first": f"{day:%m-%d-%Y}",
        "with a short year": f"{day:%y-%m-%d}",
        "only the month": f"{day:%Y-%m}",
        "day of the year": f"{day:%Y-%j}",
        "with a time": f"{text}T00:00:00+08:00",
        "with a time and a space": f"{text} 00:00:00",
        "in Chinese": f"{day.year}年{day.month}月{day.day}日",
        "full-width": text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "in words": "yesterday",
        "two days": f"{text},{text}",
        "day 0": f"{day:%Y-%m}-00",
        "day 32": f"{day:%Y-%m}-32",
        "month 0": f"{day:%Y}-00-{day:%d}",
        "month 13": f"{day:%Y}-13-{day:%d}",
        "February 30": f"{day:%Y}-02-30",
    }
    return {name: form for name, form in forms.items() if form != text}


def malformed_digits(day: date) -> Mapping[str, str | None]:
    """Return *day* in forms a bill_date of APIv2 must not have, which wants eight digits, and days of no calendar near it, by name.

    Source: "downloadbill", bill_date.
    """
    digits = f"{day:%Y%m%d}"
    forms = {
        **malformed(day),
        "with hyphens": day.isoformat(),
        "without the century": f"{day:%y%m%d}",
        "with an hour": f"{digits}00",
        "full-width": digits.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "two days": f"{digits},{digits}",
        "day 0": f"{day:%Y%m}00",
        "day 32": f"{day:%Y%m}32",
        "month 0": f"{day:%Y}00{day:%d}",
        "month 13": f"{day:%Y}13{day:%d}",
        "February 30": f"{day:%Y}0230",
    }
    return {name: form for name, form in forms.items() if form != digits}
