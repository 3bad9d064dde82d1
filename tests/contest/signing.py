"""What tests of accounts share: a password, and what a person and an auditor see."""

from bs4 import BeautifulSoup
from sqlalchemy import select

from contest.models import AuditRow
from contest.services.people import passwords

PASSWORD = "con mèo trèo cây cau"
HASH = passwords.hash_password(PASSWORD)
NEW = "kỳ lân nhảy dây bảy lần"


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
