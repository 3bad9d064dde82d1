"""The field by which a person shows once more who they are, before a second factor changes."""


from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from contest.clock import SystemClock
from contest.errors import Invalid
from contest.services.people import confirming, sessions
from contest.views.account.account import me, this_session
from contest.views.shared.forms import Form, refused
from contest.views.shared.support import current


class ProofForm(Form):
    """Has the one field that is asked of the person, or none."""

    old = PasswordField(_l("Mật khẩu hiện tại"), render_kw={"autocomplete": "current-password"})
    code = StringField(
        _l("Mã xác thực"),
        description=_l("Mã hiện tại trong ứng dụng xác thực, hoặc một mã khôi phục."),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none"},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.asked = confirming.asked_of(me())
        for name in {"old", "code"} - {self.asked}:
            del self[name]

    @property
    def given(self) -> str:
        return (self[self.asked].data or "") if self.asked else ""


def proven(form: ProofForm) -> bool:
    """Whether the form is good and shows that it is the person; what is wrong stands at its
    fields."""
    try:
        prove(form)
    except Invalid as error:
        if form.asked and not form.errors:
            refused(form, form.asked, error)
        return False
    return True


def prove(form: ProofForm) -> None:
    """Raises ``Invalid`` for what ``proven`` refuses, with the first fault's sentence; ``Conflict``
    where nothing can be asked and the device signed in long ago."""
    if not form.validate():
        faults = [str(fault) for faults in form.errors.values() for fault in faults]
        raise Invalid(faults[0], faults[0])
    if not form.asked:
        sessions.require_recent(this_session(), at=current.now)
    confirming.confirm(
        current.db, me(), form.given, at=current.now, wall=SystemClock().now(),
        keys=current.platform.keys,
    )
