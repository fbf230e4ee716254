"""A signed bundle: its sealed bytes untouched, its signer named, and whatever is added or changed afterwards found."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.checks import run_checks
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from disputes.models import Dispute
from evidence.bundling.making import Made
from evidence.bundling.signing import Signing, SigningState, run_apart, sign
from evidence.bundling.signing_keys import SigningKey, load_signer, signing_key
from evidence.bundling.verifying import verify
from evidence.models import Bundle
from evidence.services.bundles import make_bundle_now
from tests.cast import alices_store, clock_at, fact, paid, placed_order, shipped
from tests.evidence.readers import tools
from tests.servers.timestamps import Holder, StampServer, issue, stamp_server

PASSPHRASE = "correct horse"


@pytest.fixture(scope="session")
def authority() -> Holder:
    """Who vouches for the signer and for the server."""
    return issue("Prazo Test Authority")


@pytest.fixture(scope="session")
def key_file(authority: Holder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice's key."""
    path = tmp_path_factory.mktemp("keys") / "alice.p12"
    path.write_bytes(issue("Alice's lamps", authority).pkcs12(authority, PASSPHRASE))
    return path


@pytest.fixture(scope="session")
def trusted(authority: Holder, key_file: Path) -> Path:
    """The authority's certificate as a file."""
    path = key_file.with_name("authority.pem")
    path.write_bytes(authority.pem)
    return path


@pytest.fixture
def server(authority: Holder) -> Iterator[StampServer]:
    """A time-stamp server."""
    with stamp_server(issue("Prazo Test Clock", authority, stamps=True), authority) as running:
        yield running


@pytest.fixture
def copy(every_bundle: Made, tmp_path: Path) -> Path:
    """The bundle, to be signed."""
    return Path(shutil.copy(every_bundle.path, tmp_path / "bundle.pdf"))


@pytest.fixture
def signed(copy: Path, key_file: Path, server: StampServer) -> Path:
    """The bundle, signed and stamped."""
    assert sign(copy, SigningKey(key_file, PASSPHRASE, server.url)).state is SigningState.STAMPED
    return copy


def test_a_signature_leaves_the_sealed_bytes_as_they_are(signed: Path, every_bundle: Made) -> None:
    sealed = every_bundle.path.read_bytes()
    assert signed.read_bytes()[: len(sealed)] == sealed
    assert signed.stat().st_size - len(sealed) < 50_000


def test_a_signed_bundle_holds_and_says_who_signed_it(signed: Path, trusted: Path) -> None:
    found = verify(signed, [trusted])
    (signature,) = found.signatures
    assert found.problems == ()
    assert signature.signer == "Common Name: Alice's lamps"
    assert signature.stamped_by == "Common Name: Prazo Test Clock"
    assert signature.stamped_at is not None
    assert signature.is_trusted is True


def test_without_a_certificate_to_trust_the_name_is_only_a_claim(signed: Path) -> None:
    found = verify(signed)
    assert found.problems == ()
    assert found.signatures[0].is_trusted is None


def test_a_signature_of_somebody_else_is_not_trusted(signed: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(issue("Mallory").pem)
    assert "nobody whom the given certificates vouch for" in verify(signed, [stranger]).problems[0]


def test_an_unsigned_bundle_is_not_what_a_certificate_vouches_for(every_bundle: Made, trusted: Path) -> None:
    assert verify(every_bundle.path).signatures == ()
    assert "it is not signed" in verify(every_bundle.path, [trusted]).problems[0]


# --- other people's readers -------------------------------------------------------------------------------------------
def test_pyhanko_finds_the_signature_whole_and_trusted(signed: Path, authority: Holder, trusted: Path) -> None:
    context = ValidationContext(trust_roots=[load_root(trusted)], allow_fetching=False)
    with signed.open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        status = run_apart(lambda: validate_pdf_signature(signature, context, context))
        assert "INTACT:TRUSTED" in status.summary()
        assert status.bottom_line
        assert signature.docmdp_level == fields.MDPPerm.NO_CHANGES


def load_root(path: Path) -> Any:
    return load_cert_from_pemder(str(path))


def test_poppler_and_qpdf_take_the_signature(signed: Path) -> None:
    said = tools.run("pdfsig", "-nocert", signed).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert tools.complaint(signed) == ""


def test_the_documents_own_dates_stay_those_of_the_case(signed: Path, every_bundle: Made) -> None:
    with pikepdf.open(signed) as after, pikepdf.open(every_bundle.path) as before:
        assert dict(after.docinfo.items()) == dict(before.docinfo.items())


# --- what goes wrong --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mood", ["broken", "garbage"])
def test_a_server_that_gives_no_stamp_costs_the_stamp_only(
    mood: str, copy: Path, key_file: Path, server: StampServer
) -> None:
    server.mood = mood
    signing = sign(copy, SigningKey(key_file, PASSPHRASE, server.url))
    assert signing.state is SigningState.SIGNED
    assert f"signed without a time stamp: {server.url} gave none" in signing.note
    assert verify(copy).problems == ()
    assert verify(copy).signatures[0].stamped_at is None


def test_a_server_that_sends_us_elsewhere_is_not_followed(copy: Path, key_file: Path, server: StampServer) -> None:
    """Elsewhere may be a private network (SSRF)."""
    server.mood = "elsewhere"
    assert "HTTP 307" in sign(copy, SigningKey(key_file, PASSPHRASE, server.url)).note
    assert len(server.asked) == 1


def test_a_server_that_is_down_costs_the_stamp_only(copy: Path, key_file: Path, server: StampServer) -> None:
    address = server.url.replace("127.0.0.1", "127.0.0.2")  # where nobody listens
    assert sign(copy, SigningKey(key_file, PASSPHRASE, address)).state is SigningState.SIGNED
    assert verify(copy).problems == ()


@pytest.mark.parametrize(
    ("name", "passphrase"), [("alice.p12", "wrong"), ("none.p12", PASSPHRASE), ("authority.pem", "")]
)
@pytest.mark.usefixtures("trusted")
def test_a_key_that_cannot_be_used_leaves_the_bundle_as_it_was(
    name: str, passphrase: str, copy: Path, key_file: Path, every_bundle: Made
) -> None:
    signing = sign(copy, SigningKey(key_file.with_name(name), passphrase))
    assert signing.state is SigningState.UNSIGNED
    assert name in signing.note
    assert "BUNDLE_SIGNING" in signing.note
    assert copy.read_bytes() == every_bundle.path.read_bytes()


def test_what_is_no_bundle_is_left_as_it_was(tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 nothing")
    assert "it could not be signed" in sign(path, SigningKey(key_file, PASSPHRASE)).note
    assert path.read_bytes() == b"%PDF-1.7 nothing"


def test_without_a_key_nothing_is_signed_and_nothing_is_said(copy: Path) -> None:
    assert signing_key() is None
    assert sign(copy, signing_key()) == Signing(SigningState.UNSIGNED)


def test_a_key_that_cannot_be_used_is_said_at_the_start(key_file: Path, settings: Any) -> None:
    settings.BUNDLE_SIGNING_KEY, settings.BUNDLE_SIGNING_PASSPHRASE = str(key_file), "wrong"
    assert "evidence.W004" in [message.id for message in run_checks()]
    settings.BUNDLE_SIGNING_PASSPHRASE = PASSPHRASE
    assert "evidence.W004" not in [message.id for message in run_checks()]


# --- what is done to it afterwards ------------------------------------------------------------------------------------
def annotate(path: Path) -> None:
    """Somebody turns a page, the way programs change signed files: by an addition."""
    with path.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Rotate"] = NumberObject(90)
        writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
        writer.write_in_place()


def flip(path: Path) -> None:
    """One bit, in the middle of what is signed."""
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


def add_bytes(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n% more\n")


def save_anew(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path)


@pytest.mark.parametrize("what", [annotate, flip, add_bytes, save_anew])
def test_what_is_done_to_a_signed_bundle_is_found(what: Callable[[Path], None], signed: Path) -> None:
    what(signed)
    assert verify(signed).problems


def rewrite(path: Path) -> None:
    """What a page draws is exchanged for as many other bytes."""
    with path.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file)
        contents = writer.root["/Pages"]["/Kids"][0]["/Contents"]
        contents[1]._encoded_data = bytes(len(contents[1].encoded_data))
        writer.mark_update(contents.raw_get(1))
        writer.write_in_place()


@pytest.mark.parametrize("what", [annotate, rewrite])
def test_what_is_changed_before_somebody_else_signs_is_found(
    what: Callable[[Path], None], copy: Path, key_file: Path
) -> None:
    what(copy)
    assert sign(copy, SigningKey(key_file, PASSPHRASE)).state is SigningState.SIGNED
    assert verify(copy).problems == ("more than a signature was added to the sealed file",)


def test_a_signature_that_is_drawn_over_a_page_is_found(copy: Path, key_file: Path) -> None:
    signer = load_signer(SigningKey(key_file, PASSPHRASE))
    place = fields.SigFieldSpec("Other", on_page=0, box=(100, 100, 400, 400))
    with copy.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file)
        meta = signers.PdfSignatureMetadata(field_name="Other")
        visible = signers.PdfSigner(meta, signer, new_field_spec=place)
        run_apart(lambda: visible.sign_pdf(writer, in_place=True))
    assert "more than a signature was added to the sealed file" in verify(copy).problems


def test_a_change_added_to_an_unsigned_bundle_is_found(copy: Path) -> None:
    annotate(copy)
    assert "something was added to the file after the export" in verify(copy).problems


# --- through the commands ---------------------------------------------------------------------------------------------
@pytest.fixture
def dispute(key_file: Path, server: StampServer, settings: Any, tmp_path: Path) -> Dispute:
    """Maria's dispute, in a shop whose bundles are signed."""
    settings.MEDIA_ROOT, settings.BUNDLE_TIMESTAMP_URL = tmp_path / "media", server.url
    settings.BUNDLE_SIGNING_KEY, settings.BUNDLE_SIGNING_PASSPHRASE = str(key_file), PASSPHRASE
    placed_order(
        alices_store(), paid(), shipped(), fact("04-10 12:00", "dispute_opened", reason="in_transit", amount="24.00")
    )
    return Dispute.objects.get()


def make_version(dispute: Dispute) -> Bundle:
    return make_bundle_now(dispute.pk, recipient="archive", clock=clock_at("04-18 10:00"), actor="user:1")


@pytest.mark.slow
@pytest.mark.django_db
def test_an_unchanged_case_keeps_its_signature(dispute: Dispute, server: StampServer, trusted: Path) -> None:
    first, second = make_version(dispute), make_version(dispute)
    assert first.sha256 == second.sha256
    assert len(server.asked) == 1
    assert first.report["signing"] == {"state": "stamped", "signer": "Alice's lamps", "note": ""}
    assert verify(first.path, [trusted]).problems == ()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_stamp_that_was_missing_is_asked_for_again(dispute: Dispute, server: StampServer) -> None:
    server.mood = "broken"
    first = make_version(dispute)
    server.mood = "well"
    second = make_version(dispute)
    assert "signed without a time stamp" in first.report["signing"]["note"]
    assert second.report["signing"]["state"] == "stamped"
    assert PASSPHRASE not in str(Bundle.objects.values())
