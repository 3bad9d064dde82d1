"""The organiser's desk: the contest's numbers, jobs, activity, and rules."""


from functools import partial

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from contest import profile as rule_files
from contest.errors import Conflict, Invalid
from contest.models import ProfileRevision
from contest.profile import reminding
from contest.services.core import profiles
from contest.services.core.in_use.effects import CARRIED, REFUSED, TOLD
from contest.services.desk import activity, agenda, public, rule_changes, tasks
from contest.services.desk.activity import Filter
from contest.services.rules.changes import changes
from contest.services.rules.doubts import doubts
from contest.services.rules.words import SECTIONS
from contest.views.organiser import activity_words
from contest.views.organiser.overview import sentences, situation, words
from contest.views.organiser.tables import filters
from contest.views.organiser.tables.deciding import choices
from contest.views.shared.disk import disk
from contest.views.shared.forms import Form, read_file
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.support import allows, back_to, current, flash_message, own_or_404, page

bp = Blueprint("organiser", __name__, url_prefix="/c/<slug>/organiser")
KINDS = (REFUSED, CARRIED, TOLD)  # what a change of the rules does to what is there


@bp.get("/")
@allows("organiser.read")
def desk() -> Response:
    """What to do now, what runs by itself, what comes next, and the contest's numbers."""
    profile, found = current.profile, situation.gathered()
    return page(
        "organiser/desk.html", standing=found.standing, phase=found.phase, most=agenda.MOST,
        todo=situation.written(agenda.todo(found, profile, at=current.now)),
        going=agenda.going(current.db, current.contest, found, profile),
        coming=agenda.coming(profile, at=current.now),
        deadline=public.next_deadline(profile, at=current.now),
        picture=situation.drawn(found), words=words,
        reminder=reminding.next_due(profile, current.now),
        filing_of=partial(reminding.filing_of, profile),
    )


@bp.get("/jobs")
@allows("organiser.read")
def jobs() -> Response:
    state = request.args.get("state") or None
    found = tasks.listed(current.db, current.contest, state=state, number=page_number())
    return page(
        "organiser/jobs.html", found=found, state=state, pages=neighbours(found), words=words,
        deeds=choices("jobs"), kept=filters.kept("jobs"), lanes=situation.lanes(),
        disk=disk(), antivirus=situation.antivirus(), safe=situation.safe(),
    )


@bp.post("/jobs/<int:task_id>/retry")
@allows("job.retry")
def retry(task_id: int) -> Response:
    task = tasks.retry(current.db, current.contest, task_id, actor=current.actor, at=current.now)
    flash_message(
        f"Đã xếp lại công việc {task.id} vào hàng đợi.", f"Job {task.id} is queued again."
    )
    return back_to("organiser.jobs")


@bp.get("/activity")
@allows("audit.read")
def log() -> Response:
    """The audit trail, filtered by action, actor and subject."""
    wanted = Filter(*(request.args.get(key, "").strip() for key in ("action", "actor", "subject")))
    found = activity.rows(current.db, current.contest, wanted, number=page_number())
    subjects = {row.subject for row in found.rows}
    kinds = activity.actions(current.db, current.contest)
    actions = {code: activity_words.action(code) for code in kinds}
    return page(
        "organiser/activity.html",
        found=found,
        wanted=wanted,
        words=activity_words,
        actions=dict(sorted(actions.items(), key=lambda pair: pair[1])),
        actors=activity.actors(current.db, current.contest),
        names=activity.names(current.db, set().union(*map(sentences.references, found.rows))),
        told_as=sentences,
        clips=activity.clips(current.db, subjects),
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
    """Confirms a diff: the same text again, and the reason."""

    source = HiddenField()
    reason = StringField(_l("Lý do thay đổi"), [Length(max=500)])
    agreed = BooleanField(_l(
        "Tôi đã xem và đồng ý với những thay đổi trên phiếu chấm, phiếu thẩm định nêu trên"))


@bp.get("/rules")
@allows("profile.change")
def profile() -> Response:
    """The rules in force, their earlier revisions, and the form to change them."""
    revision = _in_force()
    return _profile_page(ProfileForm(source=revision.source))


@bp.post("/rules/preview")
@allows("profile.change")
def preview() -> Response:
    """Check the new text and show the diff; nothing is stored yet. ``edit``: back to the text."""
    form = ProfileForm()
    if "edit" in request.form:
        return _profile_page(form)
    source = _checked(form) if form.validate_on_submit() else None
    if source is None:
        return _profile_page(form, 422)
    return _diff_page(source, SaveForm(formdata=None, source=source))


@bp.post("/rules")
@allows("profile.change")
def save() -> Response:
    """Store the new revision; after the opening it needs a reason (design, "Rules are data")."""
    form = SaveForm()
    form.validate_on_submit()
    source = (form.source.data or "").replace("\r\n", "\n")
    try:
        _stay(source)
        _contest, fresh = rule_changes.adopt(
            current.db, source, actor=current.actor, at=current.now,
            reason=form.reason.data or "", agreed=form.agreed.data,
        )
    except Invalid as error:
        form.reason.errors = [*form.reason.errors, error.message(current.language)]
        return _diff_page(source, form, 422)
    except Conflict as error:
        if "effects" not in error.data:
            raise
        form.agreed.errors = [_("Hãy xem các thay đổi dưới đây trước khi lưu.")]
        return _diff_page(source, form, error.status)
    if fresh:
        flash_message("Đã lưu bản thể lệ mới.", "The new revision of the rules is saved.")
    else:
        flash_message("Nội dung không có gì thay đổi.", "Nothing has changed.", "message")
    return back_to("organiser.profile")


def _checked(form: ProfileForm) -> str | None:
    """The new text if it is a valid profile of this contest; else None, with errors on the form."""
    try:
        source = form.text()
        rule_files.load(source)
        _stay(source)
    except ValidationError as error:
        form.file.errors = [str(error)]
    except Invalid as error:
        faults = error.data.get("faults", [])
        lines = [f"{fault['key']}: {fault[current.language]}" for fault in faults]
        form.source.errors = lines or [error.message(current.language)]
    else:
        return source
    return None


def _stay(source: str) -> None:
    """Raises ``Invalid`` for another contest's profile."""
    slug = rule_files.load(source).profile.contest.slug
    if slug != current.contest.slug:
        raise Invalid(
            f"Tệp này thuộc hội thi “{slug}”, không phải “{current.contest.slug}”. "
            "Hãy giữ nguyên contest.slug, hoặc tạo hội thi mới.",
            f'This file is of the contest "{slug}", not "{current.contest.slug}". '
            "Keep contest.slug as it is, or create a new contest.",
        )


def _in_force() -> ProfileRevision:
    return own_or_404(current.contest.revision)


def _profile_page(form: ProfileForm, status: int = 200) -> Response:
    saved = profiles.revisions(current.db, current.contest)
    return page(
        "organiser/profile.html", status, form=form, revisions=saved, words=activity_words,
        sections={key: label.en if current.language == "en" else label.vi
                  for key, label in SECTIONS.items()
                  if key != "media" or current.profile.entry.is_clip},
        names=activity.names(current.db, {revision.created_by for revision in saved}),
    )


def _diff_page(source: str, form: SaveForm, status: int = 200) -> Response:
    lines = profiles.diff(_in_force(), source)
    new = rule_files.load(source).profile
    effects = profiles.effects_of(current.db, current.contest, new, at=current.now)
    known = doubts(current.profile)
    kinds = {kind: [one for one in effects if one.kind == kind] for kind in KINDS}
    opened = current.now >= current.profile.schedule.entries_open
    return page(
        "organiser/profile_diff.html", status, lines=lines[2:], form=form, reason_needed=opened,
        changes=changes(current.profile, new), **kinds,
        doubts=[one[current.language] for one in doubts(new) if one not in known],
    )


def show_change(source: str) -> Response:
    """What putting this rule file in force would change, with the form that saves it."""
    return _diff_page(source, SaveForm(formdata=None, source=source))
