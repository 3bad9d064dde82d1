"""What tests of passkeys do with a browser and a device."""

from sqlalchemy import select

from contest.models import AuditRow, Mail, Passkey, User
from tests.contest.people.authenticator import b64, cose

NEW, BEGIN = "/account/passkeys/new", "/account/passkeys/begin"
ALONE, SECOND = "/account/sign-in/passkey", "/account/sign-in/code/passkey"
JSON = {"Accept": "application/json"}


def ask(client, address, **data):
    """What the browser is to ask the device for."""
    answer = client.post(address, data=data, headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.json


def enrol(client, device, name="Điện thoại của tôi", **proof):
    """Add a passkey as a browser does; ``proof``: ``old`` or ``code``."""
    options = ask(client, BEGIN, name=name, **proof)
    return client.post(NEW, data={"name": name, "credential": device.create(options)})


def answer(browser, device, address=ALONE, **wrong):
    """Sign in by the device, alone or (``SECOND``) after the password."""
    options = ask(browser, f"{address}/begin")
    return browser.post(address, data={"credential": device.get(options, **wrong)})


def give(make, user, device, name="Khoá"):
    """A passkey that the person has had for a while."""
    device.handle = device.handle or b64(f"handle of {user.id}".encode().ljust(32))
    passkey = Passkey(user_id=user.id, name=name, credential_id=b64(device.id),
                    public_key=b64(cose(device.key)), sign_count=device.count, created_at=make.at)
    with make.platform.db.write() as session:
        person = session.get_one(User, user.id)
        person.passkey_handle, person.has_passkey = device.handle, True
        session.add(passkey)
    return passkey


def rows(platform, table):
    with platform.db.read() as session:
        return session.scalars(select(table).order_by(table.id)).all()


def mails(platform):
    """What people were told of their second factor."""
    return [m.params["what"] for m in rows(platform, Mail) if m.template == "second_factor"]


def actions(platform):
    return [r.action for r in rows(platform, AuditRow) if r.action.startswith("person.")]
