"""What tests of accounts share: a password, and what a person and an auditor see."""

from functools import cache

from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.models import AuditRow, RecoveryCode
from contest.services.people import passwords, second_factor
from contest.tokens import new_code
from tests.compiled_once import QUICK_HASHER

PASSWORD = "con mèo trèo cây cau"
HASH = QUICK_HASHER.hash(PASSWORD)
NEW = "kỳ lân nhảy dây bảy lần"


@cache
def _recovery_codes():
    """Ten codes -> their hashes. That they are renewed is tested where a person asks for it."""
    codes = (new_code(second_factor.RECOVERY_LENGTH) for _ in range(second_factor.RECOVERY_CODES))
    return {code: passwords.hash_password(code) for code in codes}


def give_recovery_codes(session, user, *, at):
    """Store ten recovery codes of a person who has none; the codes as they are handed out."""
    session.add_all(
        RecoveryCode(user_id=user.id, code_hash=hashed, created_at=at)
        for hashed in _recovery_codes().values()
    )
    session.flush()
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in _recovery_codes()]


def sign_in(client, email="an@example.vn", password=PASSWORD):
    return client.post("/account/sign-in", data={"email": email, "password": password})


def errors(response):
    page = BeautifulSoup(response.text, "html.parser")
    return [item.get_text(strip=True) for item in page.select(".errors li")]


def is_in(client):
    return client.get("/account/").status_code == 200


def recorded(platform):
    """Actions about persons with how they came about: ``signed_in:password``."""
    with platform.db.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    return [r.action.removeprefix("person.") + (f":{r.after['how']}" if "how" in r.after else "")
            for r in rows if r.action.startswith("person.")]
