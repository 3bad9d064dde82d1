"""A unit's pages: rules and countdown, the form, sending the clip, receipt and status."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from contest import lifecycle
from contest.errors import SignInNeeded
from contest.models import Submission, Unit
from contest.services.captions.captions import may
from contest.services.checking import outcomes
from contest.services.core import deadlines
from contest.services.entry import (
    checks,
    entry_requests,
    errands,
    link_fetches,
    open_uploads,
    repairs,
    submissions,
    uploads,
)
from contest.services.fanpage import board
from contest.services.filings import filings
from contest.services.questions import attachments
from contest.services.queueing import queues
from contest.services.results import standings
from contest.services.units import units
from contest.views.shared import stills
from contest.views.shared.clips import clip_seconds, coder
from contest.views.shared.entries import (
    captions,
    composing,
    handed,
    leaves,
    plain_form,
    sending,
)
from contest.views.shared.entries.entry_form import (
    EntryFields,
    category_name,
    entry_form,
    kind_names,
)
from contest.views.shared.entries.questions import answered
from contest.views.shared.privacy.authors import named
from contest.views.shared.qr import qr_svg
from contest.views.shared.support import (
    SAFE,
    allows,
    back_to,
    current,
    flash_message,
    page,
    tell_script,
)
from contest.views.unit import certificates, entry_status, posts
from contest.views.unit.entrance import EnterForm
from contest.views.unit.outcome import outcome
from contest.views.unit.repairs import repair_wait

SAVED, SAVED_S = "saved", 120  # tells the script that the draft on the phone has served
bp = Blueprint("unit", __name__)


@bp.errorhandler(SignInNeeded)
def _no_cookie(_error: SignInNeeded) -> Response:
    """Without a unit's cookie every page here shows the form for the unit's code, once; it goes on
    to the page that was asked for."""
    form = EnterForm(formdata=None)
    if request.method in SAFE:
        form.next.data = request.full_path.rstrip("?")
    return page("unit/enter.html", 401, form=form)


@bp.url_value_preprocessor
def _before_a_plain_form_is_read(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if endpoint == "unit.send_plain" and values:
        plain_form.admit(**values)


def _unit() -> Unit:
    return units.find(current.db, current.contest, current.actor.unit_id or 0)


def _submission(code: str) -> Submission:
    return submissions.find(current.db, current.contest, code, actor=current.actor)


@bp.get("/c/<slug>/unit")
@allows("entry.read", by="unit")
def home() -> Response:
    """Rules in short, the countdown, the unit's entries and what to do next."""
    unit = _unit()
    entries = submissions.of_unit(current.db, unit)
    opens = current.profile.schedule.entries_open
    closes = submissions.closes_at(current.profile, unit=unit)
    return page(
        "unit/home.html", unit=unit, entries=entries, closes=closes,
        announced=standings.newest(current.db, current.contest),
        filings=filings.of_unit(current.db, unit, at=current.now),
        is_open=opens <= current.now < closes and current.profile.previous_round is None,
        room=current.profile.quota.maximum - _counted(entries),
    )


def _counted(entries: list[Submission]) -> int:
    return sum(submission.state not in entry_status.OUT for submission in entries)


@bp.get("/c/<slug>/policy.json")
@allows("public.read")
def policy() -> Response:
    """The worker's policy, for the browser to check a clip before sending it."""
    return jsonify(sending.policy())


# ---------------------------------------------------------------------------- the form


@bp.route("/c/<slug>/unit/entries/new", methods=["GET", "POST"])
@allows("entry.edit", by="unit")
def new() -> Response:
    """The entry form, saved before the first byte of the clip."""
    submissions.require_open(current.profile, at=current.now, unit=_unit())
    form = entry_form(current.profile, _unit())
    if request.method in SAFE:
        return _form_page(form)
    with form.taken(lambda status: _form_page(form, None, status)):
        submission = submissions.create(
            current.db, _unit(), form.submission(), actor=current.actor, at=current.now
        )
    return _saved(back_to("unit.review", code=submission.code))


def _form_page(form: EntryFields, of: Submission | None = None, status: int = 200) -> Response:
    return page("unit/form.html", status, form=form, submission=of)


def _saved(response: Response) -> Response:
    tell_script(response, SAVED, max_age=SAVED_S)
    return response


@bp.route("/c/<slug>/unit/entries/<code>/edit", methods=["GET", "POST"])
@allows("entry.edit", by="unit")
def edit(code: str) -> Response:
    submission = _submission(code)
    submissions.require_replaceable(submission)
    files = attachments.of(current.db, submission)
    form = entry_form(current.profile, submission.unit, submission, files=files)
    if request.method in SAFE:
        return _form_page(form, submission)
    with form.taken(lambda status: _form_page(form, _submission(code), status)):
        submissions.change(
            current.db, submission, form.submission(), actor=current.actor, at=current.now
        )
    return _saved(back_to(
        "unit.review" if submission.version is None else "unit.entry", code=submission.code
    ))


@bp.get("/c/<slug>/unit/entries/<code>/review")
@allows("entry.read", by="unit")
def review(code: str) -> Response:
    """The answers, to be checked before the clip is sent."""
    submission = _submission(code)
    ticked = submissions.given(submission)
    consents = [(c.text[current.language], c.id in ticked) for c in current.profile.form.consents]
    return page(
        "unit/review.html", submission=submission, kind=kind_names()[submission.kind],
        consents=consents, category=category_name(current.profile, submission),
        answers=answered(submission, "unit"),
    )


# ---------------------------------------------------------------------------- the clip


@bp.get("/c/<slug>/unit/entries/<code>/send")
@allows("entry.upload", by="unit")
def send(code: str) -> Response:
    """Choose, preview and send the clip; an unfinished upload is resumed here."""
    submission = _submission(code)
    return _send_page(submission)


def _send_page(submission: Submission, status: int = 200, problem: str = "") -> Response:
    if current.profile.entry.is_composed:
        return composing.form_page(composing.Draft(submission), status, problem)
    submissions.require_replaceable(submission)
    on_the_way = open_uploads.of_submission(current.db, submission)
    unfinished = next((one for one in on_the_way if one.errand_id is None), None)
    if unfinished is None:
        submissions.require_open(current.profile, at=current.now, submission=submission)
    links = current.profile.upload.links
    fetches = link_fetches.of_submission(current.db, submission) if links else []
    return page(
        "unit/send.html", status, submission=submission, problem=problem,
        expired=None if unfinished else uploads.last_expired(current.db, submission),
        plain_limit=current.profile.upload.plain_form_max_bytes,
        closes=submissions.closes_at(current.profile, submission),
        deputy=len(on_the_way) > bool(unfinished), links=links,
        fetch=fetches[0] if fetches else None, host_of=link_fetches.host_of,
        **sending.of(submission, unfinished),
    )


@bp.post("/c/<slug>/unit/entries/<code>/link")
@allows("entry.upload", by="unit")
def send_link(code: str) -> Response:
    """Have the clip fetched from a link, where the rules take links."""
    submission = _submission(code)
    link_fetches.ask(
        current.db, submission, request.form.get("link", ""), actor=current.actor, at=current.now
    )
    flash_message("Máy chủ bắt đầu tải clip từ đường dẫn.",
                  "The server begins to fetch the clip from the link.")
    return back_to("unit.send", code=code)


@bp.post("/c/<slug>/unit/entries/<code>/send")
@allows("entry.upload", by="unit")
def send_plain(code: str) -> Response:
    """Send a clip without JavaScript, up to the size stated in the page."""
    submission, clip = _submission(code), request.files.get("clip")
    if current.profile.entry.is_composed:
        return composing.take(composing.Draft(submission))
    if clip is None or not clip.filename:
        return _send_page(submission, 422, _("Hãy chọn tệp clip."))
    plain_form.take(submission, clip)
    return back_to("unit.entry", code=submission.code)


# ---------------------------------------------------------------------------- after that


@bp.get("/c/<slug>/unit/entries/<code>")
@allows("entry.read", by="unit")
def entry(code: str) -> Response:
    """Receipt and status: code, QR, timeline, findings, versions, possible actions."""
    found = submissions.find(
        current.db, current.contest, code, actor=current.actor, with_checks=True
    )
    address = current.platform.settings.base_url + url_for(
        "unit.entry", slug=current.contest.slug, code=code
    )
    close = submissions.closes_at(current.profile, found)
    phase = deadlines.phase_of(current.db, found, at=current.now)
    may_send = lifecycle.may("submission", found.state, "send", phase)
    came_to = outcome(found)
    return page(
        "unit/entry.html", submission=found, qr=qr_svg(address, _("Mã QR của trang này")),
        steps=entry_status.steps(found, current.profile, came_to.announced_at),
        outcome=came_to, named=named(found),
        certificates=certificates.offered(code) if came_to.line else None,
        participates=bool(came_to.announced_at) and certificates.participates(code),
        posts_elsewhere=posts.offered(found),
        todo=entry_status.todo(
            found, may_send=may_send,
            counting=current.now < current.profile.schedule.counts_close,
            announced=came_to.announced_at is not None, ranked=came_to.line is not None,
        ),
        **_clip(found, may_send=may_send),
        unfinished=next(iter(open_uploads.of_submission(current.db, found)), None),
        can_replace=may_send, closes=close,
        can_withdraw=lifecycle.may("submission", found.state, "withdraw", phase),
        on_the_way=board.on_the_way(current.db, found),
        asked=entry_requests.last_of(current.db, found),
        can_ask=lifecycle.may("submission", found.state, "ask_withdrawal", phase),
        kind=kind_names()[found.kind], answers=answered(found, "unit"),
        done_for=errands.of_submission(current.db, found),
        handed=handed.ways(found, whole=False),
    )


def _clip(found: Submission, *, may_send: bool) -> dict[str, Any]:
    """The clip that was sent: to watch, what was found in it, what mends that."""
    made = checks.derivatives(current.db, found.version) if found.version else {}
    check, watch = entry_status.latest_check(found), entry_status.to_watch(found, made)
    read = leaves.of_version(found, found.version)
    watch = watch if read is None else None
    deep = checks.latest(found.version, outcomes.DEEP) if found.version else None
    repair, offered = repairs.latest(current.db, found), repairs.offered(found) if may_send else []
    shown = stills.beside(found, entry_status.findings(found), made)
    return {
        "watch": watch, "leaves": read,
        "subtitles": captions.addresses(found),
        "may_caption": may(found, current.actor),
        "coded": coder(watch["src"] if watch else "", clip_seconds(check)),
        "versions": entry_status.versions(found),
        "findings": entry_status.with_help(shown, offered),
        "check": check, "check_left": checks.seconds_left(check, at=current.now),
        "place": queues.place(current.db, check, at=current.now) if check else None,
        "deep": deep, "deep_left": checks.seconds_left(deep, at=current.now),
        "deep_says": checks.revision(deep, current.language),
        "mending": bool(offered), "repair": repair, "repair_wait": repair_wait(repair),
        "mended": repairs.made_by_us(current.db, found),
    }


@bp.post("/c/<slug>/unit/entries/<code>/ask-withdrawal")
@allows("entry.edit", by="unit")
def ask_withdrawal(code: str) -> Response:
    """After publication: ask the organisers to take the entry out."""
    reason = request.form.get("reason", "")[:500]
    entry_requests.ask_withdrawal(
        current.db, _submission(code), reason=reason, actor=current.actor, at=current.now
    )
    flash_message("Đã gửi yêu cầu rút bài tới Ban Tổ chức.",
                  "The organisers have been asked to take the entry out.")
    return back_to("unit.entry", code=code)


@bp.post("/c/<slug>/unit/entries/<code>/withdraw")
@allows("entry.edit", by="unit")
def withdraw(code: str) -> Response:
    found = _submission(code)
    reason = request.form.get("reason", "")[:500]
    submissions.withdraw(current.db, found, actor=current.actor, at=current.now, reason=reason)
    flash_message("Đã rút bài dự thi.", "The entry was withdrawn.")
    return back_to("unit.home")
