"""The connection goes to a checked address, and TLS still proves the name that was asked for."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.enrichment import Unknown
from gateways.enrichment.fetching import FetchRefused, SiteFetcher
from tests.gateways.enrichment.sites import Site, serving


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side with a certificate for `host`, and a client's side that trusts it and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "site.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def fetch(site: Site, host: str, trusted: ssl.SSLContext) -> str:
    fetcher = SiteFetcher(
        resolver=lambda host, port: ("127.0.0.1",), allows=lambda address, port: port == site.port, tls=trusted
    )
    return fetcher.page(f"https://{host}:{site.port}/").body.decode()


def test_the_name_is_proven_although_the_address_was_chosen_by_us(tmp_path: Path) -> None:
    server, trusted = certificate(tmp_path, "acme.example")
    with serving(server) as site:
        site.page("/", "hello")
        assert fetch(site, "acme.example", trusted) == "hello"
        with pytest.raises(FetchRefused) as refused:
            fetch(site, "other.example", trusted)
        assert refused.value.unknown is Unknown.DOWN


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, "acme.example")
    with serving(server) as site:
        site.page("/", "hello")
        with pytest.raises(FetchRefused):
            fetch(site, "acme.example", ssl.create_default_context())
        assert site.asked == []


def test_a_secure_site_does_not_lead_to_an_insecure_one(tmp_path: Path) -> None:
    server, trusted = certificate(tmp_path, "acme.example")
    with serving(server) as site:
        site.redirect("/", "http://acme.example/")
        with pytest.raises(FetchRefused) as refused:
            fetch(site, "acme.example", trusted)
        assert refused.value.unknown is Unknown.NOT_ALLOWED
