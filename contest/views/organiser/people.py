"""The organisers' list of people: add, roles, invitations, sign out, lock."""


from flask import Blueprint, request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from contest.errors import DomainError
from contest.models import StaffSession
from contest.permissions import can
from contest.services.core import appraisal
from contest.services.core.pagination import part
from contest.services.people import chair as chair_role
from contest.services.people import invitations, lost_phone, people, sessions
from contest.services.people.people import Person
from contest.views.organiser.tables import filters
from contest.views.organiser.tables.deciding import choices
from contest.views.organiser.units.choosing import UnitField
from contest.views.shared.browsers import browser_name
from contest.views.shared.forms import Form, refused
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("people", __name__, url_prefix="/c/<slug>/organiser/people")
ROLES = (
    ("organiser", _l("Ban Tổ chức")), ("reviewer", _l("Thẩm định")), ("juror", _l("Ban giám khảo")),
)


class SelectMultipleCheckboxField(SelectMultipleField):  # type: ignore[misc]
    """A multiple choice with checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RolesForm(Form):
    roles = SelectMultipleCheckboxField(
        _l("Vai trò"), [InputRequired(_l("Hãy chọn ít nhất một vai trò."))],
        choices=[SelectChoice(*role) for role in ROLES],
    )
    unit = UnitField(
        _l("Đơn vị của giám khảo"), nobody=_l("Không thuộc đơn vị nào"),
        description=_l("Giám khảo không chấm clip của đơn vị mình."),
    )


class AddForm(RolesForm):
    name = StringField(_l("Họ và tên"), [InputRequired(), Length(max=200)])
    email = StringField(
        _l("Email"), [InputRequired(), Length(max=254)],
        render_kw={"type": "email", "autocomplete": "off", "autocapitalize": "none"},
        description=_l("Dùng để đăng nhập; thư mời được gửi tới địa chỉ này."),
    )
    language = SelectField(
        _l("Ngôn ngữ của thư"),
        choices=[SelectChoice("vi", _l("Tiếng Việt")), SelectChoice("en", _l("Tiếng Anh"))],
    )


@bp.get("/")
@allows("people.manage")
def manage() -> Response:
    """Everybody with a role, and what is pending for each."""
    listed = people.of_contest(
        current.db, current.contest, at=current.now, actor=current.actor
    )
    named = chair_role.of(current.db, current.contest) if current.profile.review.by_board else None
    words, role = (request.args.get(key, "").strip() for key in ("q", "role"))
    found = part(filters.matching(listed, words, role), page_number())
    organises = can(current.actor, "organiser.read", current.contest)  # not every administrator
    return page("organiser/people.html", found=found, people=found.rows, role_names=dict(ROLES),
                chair_id=named and named.user_id, words=words, role=role, pages=neighbours(found),
                deeds=choices("people") if organises else {},
                kept=filters.kept("people") if organises else None)


@bp.get("/new")
@allows("people.manage")
def new() -> Response:
    """``role``: which one is ticked already."""
    role = request.args.get("role")
    ticked = [role] if role in dict(ROLES) else []
    return page("organiser/people_new.html", form=AddForm(unit=0, roles=ticked))


@bp.post("/new")
@allows("people.manage")
def add() -> Response:
    form = AddForm()
    if not form.validate():
        return page("organiser/people_new.html", 422, form=form)
    try:
        user, invitation = people.add(
            current.db, current.contest, email=form.email.data, name=form.name.data,
            roles=form.roles.data, unit_id=form.unit.data or None, language=form.language.data,
            actor=current.actor, at=current.now, key=current.platform.keys.invitations(current.db),
        )
    except DomainError as error:
        refused(form, "email", error)
        return page("organiser/people_new.html", error.status, form=form)
    if invitation:
        flash_message(
            f"Đã thêm {user.name} và gửi thư mời.", f"{user.name} is added and invited by mail."
        )
    else:
        flash_message(f"{user.name} đã có tài khoản; vai trò mới đã được báo qua email.",
             f"{user.name} has an account already and is told by mail.")
    return back_to("people.person", user_id=user.id)


def _person(user_id: int) -> Person:
    return people.one(
        current.db, current.contest, user_id, at=current.now, actor=current.actor
    )


@bp.get("/<int:user_id>")
@allows("people.manage")
def person(user_id: int) -> Response:
    found = _person(user_id)
    form = RolesForm(roles=found.roles, unit=found.unit.id if found.unit else 0)
    return _person_page(found, form)


def _person_page(found: Person, form: Form, status: int = 200) -> Response:
    """A person's page; no link stands on it, for links are the person's own."""
    in_hand = people.may_hand_over(current.db, current.actor, found.user)
    return page(
        "organiser/people_person.html", status, person=found, form=form, in_hand=in_hand,
        qr=_qr(found) if in_hand else None, role_names=dict(ROLES),
        devices=_devices(found) if in_hand else [],
        own=found.user.id == current.actor.id, chairs=_chairs(found),
        leaving=appraisal.if_left(
            current.db, current.contest, current.profile, found.user.id, at=current.now
        ),
    )


def _chairs(found: Person) -> bool | None:
    """Whether this is the board's chair; None for who cannot be."""
    if not current.profile.review.by_board or "reviewer" not in found.roles:
        return None
    named = chair_role.of(current.db, current.contest)
    return named is not None and named.user_id == found.user.id


def _devices(found: Person) -> list[tuple[StaffSession, str]]:
    """Where the person is signed in, with the browser's name; no address, which nobody needs."""
    live = sessions.live(current.db, found.user, at=current.now, idle=people.IDLE)
    return [(row, browser_name(row.agent)) for row in live if not people.owes_second_factor(row)]


def _qr(found: Person) -> Markup | None:
    """For a juror beside the screen, who has the code for it in their mail."""
    if found.invitation is None or found.invitation.purpose != "sign_in":
        return None
    key = current.platform.keys.invitations(current.db)
    token = invitations.screen_token_of(found.invitation, key=key)
    address = f"{current.platform.settings.base_url}{url_for('one_use.here')}#{token}"
    return qr_svg(address, str(_l("Mã QR đăng nhập tại chỗ")))


@bp.post("/<int:user_id>/roles")
@allows("people.manage")
def roles(user_id: int) -> Response:
    found, form = _person(user_id), RolesForm()
    if not form.validate():
        return _person_page(found, form, 422)
    people.change_roles(
        current.db, current.contest, found.user, roles=form.roles.data,
        unit_id=form.unit.data or None,
        actor=current.actor, at=current.now,
    )
    flash_message("Đã lưu vai trò.", "The roles are saved.")
    return back_to("people.person", user_id=user_id)


@bp.post("/<int:user_id>/chair")
@allows("people.manage")
def chair(user_id: int) -> Response:
    """Name the chair of the board that appraises clips, or take that back."""
    found, wanted = _person(user_id), request.form.get("chair") == "1"
    chair_role.name(
        current.db, current.contest, found.user, chair=wanted, actor=current.actor, at=current.now
    )
    if wanted:
        flash_message(f"{found.user.name} là Chủ tịch Tổ thẩm định.",
                      f"{found.user.name} chairs the board.")
    else:
        flash_message(f"{found.user.name} không còn là Chủ tịch Tổ thẩm định.",
                      f"{found.user.name} no longer chairs the board.")
    return back_to("people.person", user_id=user_id)


@bp.post("/<int:user_id>/retire")
@allows("people.manage")
def retire(user_id: int) -> Response:
    """Remove all roles; what the person has done stays."""
    found = _person(user_id)
    people.change_roles(
        current.db, current.contest, found.user, roles=(), unit_id=None,
        actor=current.actor, at=current.now,
    )
    flash_message(f"{found.user.name} không còn vai trò trong hội thi này.",
         f"{found.user.name} has no role in this contest any longer.")
    return back_to("people.manage")


@bp.post("/<int:user_id>/invite")
@allows("people.manage")
def invite(user_id: int) -> Response:
    found = _person(user_id)
    purpose = "sign_in" if request.form.get("purpose") == "sign_in" else "password"
    people.invite(
        current.db, current.contest, found.user, purpose=purpose, actor=current.actor,
        at=current.now, key=current.platform.keys.invitations(current.db),
    )
    flash_message(f"Đã gửi liên kết mới tới {found.user.email}; liên kết cũ không còn dùng được.",
         f"A new link is sent to {found.user.email}; the old one no longer works.")
    return back_to("people.person", user_id=user_id)


@bp.post("/<int:user_id>/sign-out")
@allows("people.manage")
def sign_out(user_id: int) -> Response:
    found = _person(user_id)
    people.sign_out_everywhere(
        current.db, current.contest, found.user, actor=current.actor, at=current.now
    )
    flash_message(f"{found.user.name} đã bị đăng xuất khỏi mọi thiết bị.",
         f"{found.user.name} is signed out of every device.")
    return back_to("people.person", user_id=user_id)


@bp.post("/<int:user_id>/sessions/<int:session_id>/end")
@allows("people.manage")
def end_session(user_id: int, session_id: int) -> Response:
    """Sign one device of a person out."""
    found = _person(user_id)
    if lost_phone.end_session(current.db, current.contest, found.user, session_id,
                              actor=current.actor, at=current.now):
        flash_message("Đã đăng xuất thiết bị đó.", "That device is signed out.")
    return back_to("people.person", user_id=user_id)


@bp.post("/<int:user_id>/lost-phone")
@allows("people.manage")
def lose_phone(user_id: int) -> Response:
    """Switch the second factor off and sign out everywhere."""
    found = _person(user_id)
    lost_phone.reset(
        current.db, current.contest, found.user, actor=current.actor, at=current.now
    )
    flash_message(f"Đã tắt mã thứ hai của {found.user.name} và đăng xuất khỏi mọi thiết bị.",
                  f"{found.user.name}'s second factor is off and every device is signed out.")
    return back_to("people.person", user_id=user_id)


@bp.post("/<int:user_id>/active")
@allows("people.manage")
def active(user_id: int) -> Response:
    """Lock or unlock the account."""
    found, wanted = _person(user_id), request.form.get("active") == "1"
    people.set_active(
        current.db, current.contest, found.user, wanted, actor=current.actor, at=current.now
    )
    if wanted:
        flash_message("Đã mở lại tài khoản.", "The account is open again.")
    else:
        flash_message("Đã khoá tài khoản.", "The account is locked.")
    return back_to("people.person", user_id=user_id)
