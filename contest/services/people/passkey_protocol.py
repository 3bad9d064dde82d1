"""WebAuthn (W3C, level 3), as py_webauthn speaks it: what a browser is asked, what it answers.

An answer comes from outside and is anything at all; whatever is wrong with it has the same refusal.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from contest.errors import Invalid
from contest.models import Passkey, User

TIMEOUT_MS = 300_000  # as long as a challenge is good
NAME = "hoithi"  # shown by browsers beside the address
LONGEST_ID = 1023  # bytes (WebAuthn, 4)
TRANSPORTS = frozenset(t.value for t in AuthenticatorTransport)


@dataclass(frozen=True)
class Site:
    """For whom passkeys are made: ``host`` (the RP ID) and ``origin`` of our pages' address."""

    host: str
    origin: str


@dataclass(frozen=True)
class Made:
    """A new passkey as its device describes it; ids and keys in base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    synced: bool
    transports: list[str]


@dataclass(frozen=True)
class Used:
    """A right answer of a passkey: its count of uses, and whether it is kept in an account."""

    sign_count: int
    synced: bool


def creation_options(
    user: User, known: Sequence[Passkey], *, site: Site, challenge: bytes
) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked: a passkey that signs in by itself where the
    device can, and not on a device that has one of ``known``."""
    return options_to_json_dict(generate_registration_options(
        rp_id=site.host, rp_name=NAME, user_name=user.email, user_display_name=user.name,
        user_id=base64url_to_bytes(user.passkey_handle), challenge=challenge, timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_described(passkey) for passkey in known],
    ))


def request_options(
    known: Sequence[Passkey], *, site: Site, challenge: bytes, alone: bool
) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked. ``alone``: it is to sign in by itself, so the
    device must make sure who holds it; beside the password it is asked to."""
    wanted = "required" if alone else "preferred"
    return options_to_json_dict(generate_authentication_options(
        rp_id=site.host, challenge=challenge, timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement(wanted),
        allow_credentials=[_described(passkey) for passkey in known],
    ))


def made(answer: str, *, site: Site, challenge: bytes) -> Made:
    """What ``create`` answered. Raises ``Invalid`` unless it answers this challenge, at this site,
    by a key that we can check."""
    with _judged():
        found = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        if len(found.credential_id) > LONGEST_ID:
            raise ValueError("the credential's id is too long")
        key = bytes_to_base64url(found.credential_public_key)
        return Made(bytes_to_base64url(found.credential_id), key, found.sign_count,
                    found.credential_backed_up, _transports(answer))


def named(answer: str) -> tuple[str, str]:
    """Which passkey says to have answered, and for which person (its handle; empty where it does
    not say), both in base64url. Raises ``Invalid`` for what is no answer."""
    with _judged():
        found = parse_authentication_credential_json(answer)
        handle = found.response.user_handle or b""
        return bytes_to_base64url(found.raw_id), bytes_to_base64url(handle)


def used(answer: str, passkey: Passkey, *, site: Site, challenge: bytes, alone: bool) -> Used:
    """What ``get`` answered. Raises ``Invalid`` unless this passkey signed this challenge at this
    site, and, where it is to sign in ``alone``, its device made sure who holds it. Whether the
    count goes on is for the caller to judge."""
    with _judged():
        found = verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin, credential_current_sign_count=0,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            require_user_verification=alone,
        )
        return Used(found.new_sign_count, found.credential_backed_up)


def refused() -> Invalid:
    """The refusal of a passkey's answer, for the caller to raise."""
    return Invalid(
        "Khoá truy cập (passkey) chưa được chấp nhận. Hãy thử lại; vẫn không được thì dùng mã.",
        "The passkey was not accepted. Try again; if it still fails, use a code.",
    )


@contextmanager
def _judged() -> Iterator[None]:
    """Strangers' CBOR, JSON and keys fail in the library, and below it, in many ways."""
    try:
        yield
    except Exception as error:
        raise refused() from error


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(passkey.credential_id),
        transports=[AuthenticatorTransport(t) for t in passkey.transports if t in TRANSPORTS],
    )


def _transports(answer: str) -> list[str]:
    """How the browser says that the device is reached: a hint for it, kept as it is known."""
    told = json.loads(answer)["response"].get("transports")
    return sorted(TRANSPORTS.intersection(t for t in told if isinstance(t, str))) if told else []
