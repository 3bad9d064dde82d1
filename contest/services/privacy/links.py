"""Links of a request: signed, for one purpose and a limited time. Like invitations they stand
behind ``#``, which no server and no log sees, and are exchanged by a form."""

from itsdangerous import BadSignature

from contest.errors import Invalid
from contest.models import Contest, Mail
from contest.services.core.sealing import Keyring
from contest.services.privacy.requests import CONFIRM, LIFE, TOLD

PURPOSES = ("confirm", "archive")
AUTHOR, AUTHOR_MAIL = "author word", "author_confirm"


def token(keys: Keyring, purpose: str, request_id: int) -> str:
    """The secret part of a link."""
    return str(keys.serializer(f"privacy {purpose}").dumps(request_id))


def request_of(keys: Keyring, purpose: str, text: str) -> int:
    """Whose link it is. Raises ``Invalid`` where it is too old or not ours."""
    life = int(LIFE.total_seconds())
    try:
        return int(keys.serializer(f"privacy {purpose}").loads(text.strip(), max_age=life))
    except (BadSignature, TypeError, ValueError):
        raise Invalid(
            "Liên kết này không đúng hoặc đã hết hạn. Hãy gửi lại yêu cầu.",
            "This link is wrong or has expired. Please ask again.",
        ) from None


def author_token(keys: Keyring, word_id: int, number: int, *, guardian: bool = False) -> str:
    """The secret part of an author's or guardian's link."""
    return str(keys.serializer(AUTHOR).dumps([word_id, number, int(guardian)]))


def of_mail(keys: Keyring, contest: Contest | None, mail: Mail) -> dict[str, str]:
    """Where the button of a mail leads: made when it goes out, so that no row holds a token."""
    if contest is not None and mail.template == AUTHOR_MAIL:
        made = author_token(keys, mail.params["author_word_id"], mail.params["number"],
                            guardian=bool(mail.params.get("guardian")))
        return {"path": f"/c/{contest.slug}/author#{made}"}
    if contest is None or "privacy_request_id" not in mail.params:
        return {}
    number, base = mail.params["privacy_request_id"], f"/c/{contest.slug}/privacy"
    if mail.template == CONFIRM:
        return {"path": f"{base}/confirm#{token(keys, 'confirm', number)}"}
    if mail.template == TOLD and mail.params.get("said_state") == "archive":
        return {"path": f"{base}/archive#{token(keys, 'archive', number)}"}
    return {"path": base}
