"""The transport over HTTP. It stands apart because importing httpx takes longer than everything else a run in one process needs."""

from pathlib import Path

import httpx

from conformance.targets.client_certificates import bearing, trusting
from conformance.targets.transport import Reply
from conformance.targets.verdicts import ConfigurationError, Inconclusive, Unreachable
from strategies.cases import Wire

__all__ = ["HttpTransport"]


class HttpTransport:
    """Sends over HTTP, the request line and the body exactly as signed. *headers* lead every request to its place, like Host.

    *ca* is the authority that vouches for the platform, in PEM form, where it is none this machine trusts.
    """

    concurrent = True
    shows_certificates: bool

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 10.0,
        headers: tuple[tuple[str, str], ...] = (),
        ca: Path | None = None,
        carrier: httpx.BaseTransport | None = None,
    ) -> None:
        try:
            self._base = httpx.URL(base_url)
        except httpx.InvalidURL as error:
            raise ConfigurationError(f"{base_url} is not a URL: {error}. A platform's URL looks like http://127.0.0.1:8080.") from error
        self._headers = headers
        self._ca = ca
        secure = self._base.scheme == "https"
        # Only TLS carries a certificate, and one that comes with a connection holds for all its requests.
        self.shows_certificates = secure and carrier is None
        self._timeout = timeout
        # Loading the trusted certificates takes 30 ms, and every check has a transport of its own.
        verify = secure if ca is None else trusting(ca)
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, verify=verify, transport=carrier)
        self._bearing: dict[str, httpx.Client] = {}

    def send(self, wire: Wire) -> Reply:
        """Send *wire*; headers httpx would add by itself are left out, the path is not re-quoted."""
        # White space around a header's value is no part of it (RFC 9110, 5.5), and h11 refuses to send it.
        sent = [(_bytes(name), _bytes(value.strip(" \t"))) for name, value in (*wire.headers, *self._headers)]
        # The extension is the request line's target as it is; a URL would be normalised.
        target = {"target": wire.target.encode("ascii")}
        request = httpx.Request(wire.method, self._base, headers=sent, content=wire.body, extensions=target)
        try:
            response = self._client_for(wire).send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise ConfigurationError(
                    f"{self._base} shows a certificate that nobody trusted here vouches for: {error}.\n"
                    "If it is yours, name the file of its authority by --ca (`wxconform serve --tls DIR` writes DIR/ca.pem)."
                ) from error
            raise Unreachable(
                f"{self._base} does not answer ({str(error) or 'no connection in time'}).\n"
                "Is the platform running there? `wxconform serve` starts one on http://127.0.0.1:8080; otherwise correct the URL."
            ) from error
        except httpx.HTTPError as error:
            raise Inconclusive(f"the answer of {self._base} was lost: {type(error).__name__} {error}") from error
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        return Reply(response.status_code, headers, response.content)

    def close(self) -> None:
        """Close the connections."""
        for client in (self._client, *self._bearing.values()):
            client.close()

    def _client_for(self, wire: Wire) -> httpx.Client:
        """The client whose connections bear the certificate of *wire*."""
        if wire.certificate is None or not self.shows_certificates:
            return self._client
        serial_no = wire.certificate.serial_no
        if serial_no not in self._bearing:
            secure = bearing(wire.certificate, self._ca)
            self._bearing[serial_no] = httpx.Client(timeout=self._timeout, follow_redirects=False, trust_env=False, verify=secure)
        return self._bearing[serial_no]


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
