"""How the faults of this package say something else than the platform would."""

from dataclasses import replace

from reference.platform.core import Platform
from reference.platform.wire import Answer, Refused, Request

__all__ = ["Misnaming", "in_html", "reworded"]

_HTML = b"<html><head><title>Error</title></head><body><center><h1>Error</h1></center><hr><center>nginx</center></body></html>"


def reworded(refused: Refused, *, status: int | None = None, code: str | None = None) -> Refused:
    """Return the same refusal with another status or code."""
    refusal = refused.refusal
    return replace(refused, refusal=replace(refusal, status=status or refusal.status, code=code or refusal.code))


def in_html(answer: Answer) -> Answer:
    """Return an error page in place of *answer*."""
    return Answer(answer.status, [("Content-Type", "text/html")], _HTML)


class Misnaming(Platform):
    """Says another code than the right one where `code_for` gives one."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        return super().refuse(request, reworded(refused, code=self.code_for(request, refused)))

    def code_for(self, request: Request, refused: Refused) -> str | None:
        """Return the code said in place of the right one, if any."""
        raise NotImplementedError
