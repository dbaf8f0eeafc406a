"""HTTPS in another process: who is trusted, whose certificate the connection bears, and what a header says of it."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from conformance.targets.client_certificates import bearing
from conformance.targets.http_transport import HttpTransport
from conformance.targets.verdicts import ConfigurationError
from reference.identity import Credential, bundled, stranger
from reference.platform import Platform
from reference.platform.serve import ServeError, Serving, serve
from reference.platform.tls import AUTHORITY
from strategies.cases import Wire
from tests.commands.conftest import Wxconform, wxconform
from tests.platform.process import serving
from tests.platform.v2_shop import Shop, elements, shut

__all__ = ["wxconform"]

_REVERSE = "/secapi/pay/reverse"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the authority is written."""
    return tmp_path_factory.mktemp("tls") / "made"


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """A platform behind TLS in another process."""
    with serving("--tls", str(folder), "--notify", "hold") as base_url:
        yield base_url


def _asked(url: str, context: ssl.SSLContext, *headers: tuple[str, str]) -> str | None:
    """Reverse an order nobody placed, and return the error code: CERT_ERROR comes first."""
    body = shut(Shop(Platform()).signed({"out_trade_no": "nothing"}))
    with httpx.Client(base_url=url, trust_env=False, verify=context) as client:
        return elements(client.post(_REVERSE, content=body, headers=headers).content).get("err_code")


def test_the_connection_decides_whose_certificate_it_is(url: str, folder: Path) -> None:
    """The merchant's own certificate, the present one and the next, lets money out; none and another merchant's do not."""
    ca = folder / AUTHORITY
    identity = bundled()
    assert identity.other is not None
    own, following = identity.merchant.credentials

    assert url.startswith("https://")
    assert _asked(url, ssl.create_default_context(cafile=ca)) == "CERT_ERROR"
    assert _asked(url, bearing(identity.other.credential, ca)) == "CERT_ERROR"
    assert [_asked(url, bearing(each, ca)) for each in (own, following)] == ["ORDERNOTEXIST"] * 2


def test_a_header_says_nothing_of_the_connection(url: str, folder: Path) -> None:
    """A client that claims the merchant's certificate in a header bears what it bears."""
    shop = Shop(Platform())
    assert shop.certificate is not None
    other = bundled().other
    assert other is not None
    ca = folder / AUTHORITY

    for context in (ssl.create_default_context(cafile=ca), bearing(other.credential, ca)):
        assert _asked(url, context, shop.certificate) == "CERT_ERROR"
        assert _asked(url, context, (shop.certificate[0].upper(), shop.certificate[1])) == "CERT_ERROR"


def test_a_certificate_of_nobody_is_not_taken(url: str, folder: Path) -> None:
    """Whoever bears a certificate that no merchant here has does not get in, be it called like one."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, bundled().merchant.mchid)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(stranger().public_key()).serial_number(1)
    certificate = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(stranger(), SHA256())

    with pytest.raises(httpx.TransportError):
        _asked(url, bearing(Credential("01", stranger(), certificate), folder / AUTHORITY))


def test_only_whoever_trusts_the_authority_connects(url: str, tmp_path: Path) -> None:
    """Without --ca the paragraph says how to trust; a file that is none, or not there, is named."""
    with pytest.raises(ConfigurationError, match=r"(?s)vouches for.*--ca .*serve --tls DIR"):
        HttpTransport(url).send(Wire("GET", "/_control/clock", (), b""))
    (tmp_path / "no.pem").write_text("no certificate", encoding="utf-8")
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(ConfigurationError, match=rf"--ca .*{name} holds no certificate"):
            HttpTransport(url, ca=tmp_path / name)


def test_a_folder_that_cannot_be_written_to_is_said_so(tmp_path: Path) -> None:
    """Where no ca.pem can be written nothing is served."""
    (tmp_path / "file").touch()
    with pytest.raises(ServeError, match=r"--tls .*file cannot be written to"):
        serve(Serving(port=0, tls=tmp_path / "file"), print)


def test_certificates_are_judged_over_tls(wxconform: Wxconform, url: str, folder: Path, tmp_path: Path) -> None:
    """The rules of certificates hold over real connections, with --ca and with ca in wxconform.toml; a seeded fault is caught."""
    rules = ("--rule", "v2.certificate.*")
    fine = wxconform("run", url, "--ca", str(folder / AUTHORITY), *rules)
    (tmp_path / "wxconform.toml").write_text(f'[targets.tea]\nurl = "{url}"\nca = "{folder / AUTHORITY}"\n', encoding="utf-8")
    named = wxconform("run", "tea", *rules)
    with serving("--tls", str(tmp_path / "faulty"), "--fault", "refunds-by-any-certificate") as faulty:
        caught = wxconform("run", faulty, "--ca", "faulty/ca.pem", *rules)

    assert (fine.code, named.code, caught.code) == (0, 0, 1), fine.out + fine.err + named.err + caught.err
    assert "2 passed" in fine.out
    assert "v2.certificate.refuses-money-going-out-without-it" in caught.out
