"""A time-stamp server (RFC 3161) that answers over real HTTP, and the certificates that the tests sign with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as a file."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def pkcs12(self, issuer: "Holder", passphrase: str) -> bytes:
        """Key and certificates as the file that the settings name."""
        locked = serialization.BestAvailableEncryption(passphrase.encode())
        return pkcs12.serialize_key_and_certificates(b"prazo", self.key, self.certificate, [issuer.certificate], locked)


def issue(name: str, issuer: Holder | None = None, *, stamps: bool = False) -> Holder:
    """A certificate for somebody; one without an issuer is an authority's own."""
    key, subject = rsa.generate_private_key(65537, 2048), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - DAY)
        .not_valid_after(datetime.now(UTC) + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_authority=issuer is None), critical=True)
    )
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Holder(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=is_authority, crl_sign=is_authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


@dataclass
class StampServer:
    """Where it listens, what it answers next, and how often it was asked.

    `mood` is `well`, `broken`, `garbage`, or `elsewhere`: it sends the question on to itself, once.
    """

    url: str = ""
    mood: str = "well"
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def stamp_server(holder: Holder, authority: Holder) -> Iterator[StampServer]:
    """A time-stamp server until the block ends."""
    state, stamper = StampServer(), _stamper(holder, authority)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked.append(asked)
            if state.mood == "broken":
                self.send_error(503)
                return
            if state.mood == "elsewhere" and len(state.asked) == 1:
                self.send_response(307)
                self.send_header("Location", state.url)
                self.end_headers()
                return
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer if state.mood == "well" else answer[:40])

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}/"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def _stamper(holder: Holder, authority: Holder) -> DummyTimeStamper:
    der, key = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    private = holder.key.private_bytes(der, key, serialization.NoEncryption())
    chain = [asn1_x509.Certificate.load(authority.certificate.public_bytes(der))]
    return DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(holder.certificate.public_bytes(der)),
        tsa_key=keys.PrivateKeyInfo.load(private),
        certs_to_embed=chain,
    )
