"""The organiser's desk: where the contest stands, jobs, activity, and its rules."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from contest import profile as rule_files
from contest.errors import Invalid
from contest.models import ProfileRevision
from contest.services.core import profiles
from contest.services.desk import activity, public, tasks
from contest.services.desk import desk as desks
from contest.services.desk.activity import Filter
from contest.views.organiser import activity_words
from contest.views.shared.forms import Form, read_file
from contest.views.shared.support import (
    actor,
    allows,
    back_to,
    current_contest,
    current_profile,
    db,
    language,
    now,
    own_or_404,
    page,
    told,
)

bp = Blueprint("organiser", __name__, url_prefix="/c/<slug>/organiser")


@bp.get("/")
@allows("organiser.read")
def desk() -> Response:
    """Where the contest stands, in one screen; each number leads to the work."""
    contest, profile = current_contest(), current_profile()
    return page(
        "organiser/desk.html",
        standing=desks.standing(db(), contest, profile, at=now()),
        phase=public.phase_of(profile, at=now()),
        deadline=public.next_deadline(profile, at=now()),
    )


@bp.get("/jobs")
@allows("organiser.read")
def jobs() -> Response:
    state = request.args.get("state") or None
    found = tasks.listed(db(), current_contest(), state=state, number=page_number())
    return page(
        "organiser/jobs.html", found=found, state=state, pages=neighbours(found)
    )


@bp.post("/jobs/<int:task_id>/retry")
@allows("job.retry")
def retry(task_id: int) -> Response:
    task = tasks.retry(db(), current_contest(), task_id, actor=actor(), at=now())
    told(f"Đã xếp lại công việc {task.id} vào hàng đợi.", f"Job {task.id} is queued again.")
    return back_to("organiser.jobs")


@bp.get("/activity")
@allows("audit.read")
def log() -> Response:
    """Who did what, filtered by action, actor and subject."""
    wanted = Filter(*(request.args.get(key, "").strip() for key in ("action", "actor", "subject")))
    found = activity.rows(db(), current_contest(), wanted, number=page_number())
    subjects = {row.subject for row in found.rows}
    kinds = activity.actions(db(), current_contest())
    actions = {code: activity_words.action(code) for code in kinds}
    return page(
        "organiser/activity.html",
        found=found,
        wanted=wanted,
        words=activity_words,
        actions=dict(sorted(actions.items(), key=lambda pair: pair[1])),
        actors=activity.actors(db(), current_contest()),
        names=activity.names(db(), subjects | {row.actor for row in found.rows}),
        clips=activity.clips(db(), subjects),
        pages=neighbours(found),
    )


class ProfileForm(Form):
    """A new revision: a file or the text itself, shown as a diff before it is saved."""

    file = FileField(_l("Tệp thể lệ (TOML)"))
    source = TextAreaField(_l("Hoặc sửa ngay tại đây"), [Optional(), Length(max=500_000)])

    def text(self) -> str:
        """The file where one was chosen, else the text."""
        return read_file(self.file) or (self.source.data or "").replace("\r\n", "\n")


class SaveForm(Form):
    """The answer to the diff: the same text again, and why."""

    source = HiddenField()
    reason = StringField(_l("Lý do thay đổi"), [Length(max=500)])


@bp.get("/rules")
@allows("profile.change")
def profile() -> Response:
    """The rules in force, their earlier revisions, and the way to change them."""
    revision = _in_force()
    return _profile_page(ProfileForm(source=revision.source))


@bp.post("/rules/preview")
@allows("profile.change")
def preview() -> Response:
    """Check the new text, and show what would change; nothing is stored yet."""
    form = ProfileForm()
    source = _checked(form) if form.validate_on_submit() else None
    if source is None:
        return _profile_page(form, 422)
    return _diff_page(source, SaveForm(formdata=None, source=source))


@bp.post("/rules")
@allows("profile.change")
def save() -> Response:
    """Store the new revision. After the opening a reason is asked (design, "Rules are data")."""
    form = SaveForm()
    form.validate_on_submit()
    source = (form.source.data or "").replace("\r\n", "\n")
    try:
        _stay(source)
        _contest, fresh = profiles.import_profile(
            db(), source, actor=actor(), at=now(), reason=form.reason.data or ""
        )
    except Invalid as error:
        form.reason.errors = [*form.reason.errors, error.message(language())]
        return _diff_page(source, form, 422)
    if fresh:
        told("Đã lưu bản thể lệ mới.", "The new revision of the rules is saved.")
    else:
        told("Nội dung không có gì thay đổi.", "Nothing has changed.", "message")
    return back_to("organiser.profile")


def _checked(form: ProfileForm) -> str | None:
    """The new text, if it is a valid profile of this very contest; else the form says why not."""
    try:
        source = form.text()
        rule_files.load(source)
        _stay(source)
    except ValidationError as error:
        form.file.errors = [str(error)]
    except Invalid as error:
        faults = error.data.get("faults", [])
        lines = [f"{fault['key']}: {fault[language()]}" for fault in faults]
        form.source.errors = lines or [error.message(language())]
    else:
        return source
    return None


def _stay(source: str) -> None:
    """A profile of another contest must not become this one's."""
    slug = rule_files.load(source).profile.contest.slug
    if slug != current_contest().slug:
        raise Invalid(
            f"Tệp này thuộc hội thi “{slug}”, không phải “{current_contest().slug}”. "
            "Hãy giữ nguyên contest.slug, hoặc tạo hội thi mới.",
            f'This file is of the contest "{slug}", not "{current_contest().slug}". '
            "Keep contest.slug as it is, or create a new contest.",
        )


def _in_force() -> ProfileRevision:
    revision: ProfileRevision = own_or_404(current_contest().revision)
    return revision


def _profile_page(form: ProfileForm, status: int = 200) -> Response:
    saved = profiles.revisions(db(), current_contest())
    return page(
        "organiser/profile.html", status, form=form, revisions=saved, words=activity_words,
        names=activity.names(db(), {revision.created_by for revision in saved}),
    )


def _diff_page(source: str, form: SaveForm, status: int = 200) -> Response:
    lines = profiles.diff(_in_force(), source)
    opened = now() >= current_profile().schedule.entries_open
    return page(
        "organiser/profile_diff.html", status, lines=lines[2:], form=form, reason_needed=opened
    )


def page_number() -> int:
    """The page of a long list that the address asks for."""
    value = request.args.get("page", "1")
    return int(value) if value.isdigit() else 1


def neighbours(found: Any, endpoint: str = "") -> dict[str, object]:
    """A page's neighbours, with the filter that is in force. ``endpoint``: of the list, where
    another shows it, too (a form that came back with errors)."""

    def address(number: int) -> str | None:
        if not 1 <= number <= found.count:
            return None
        here = {"slug": current_contest().slug} if endpoint else request.view_args or {}
        values: dict[str, Any] = {**request.args, **here, "page": number}
        return url_for(endpoint or str(request.endpoint), **values)

    return {
        "number": found.number, "count": found.count, "total": found.total,
        "previous": address(found.number - 1), "next": address(found.number + 1),
    }
