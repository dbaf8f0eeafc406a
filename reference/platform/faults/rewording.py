"""How the faults of this package say something else than the platform would."""

from dataclasses import replace

from reference.platform.wire import Answer, Refused

__all__ = ["in_html", "reworded"]

_HTML = b"<html><head><title>Error</title></head><body><center><h1>Error</h1></center><hr><center>nginx</center></body></html>"


def reworded(refused: Refused, *, status: int | None = None, code: str | None = None) -> Refused:
    """Return the same refusal with another status or code."""
    refusal = refused.refusal
    return replace(refused, refusal=replace(refusal, status=status or refusal.status, code=code or refusal.code))


def in_html(answer: Answer) -> Answer:
    """Return an error page in place of *answer*."""
    return Answer(answer.status, [("Content-Type", "text/html")], _HTML)
