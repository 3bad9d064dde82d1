"""Requests about personal data: by urgency, one request, each step, what erasure changes."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from contest.models import Evidence, PrivacyRequest
from contest.services.desk import activity
from contest.services.privacy import account, deeds, erasing, requests, workdays
from contest.services.privacy.person import Finder
from contest.services.privacy.places import person_behind
from contest.services.privacy.withdrawn import duties, removals
from contest.views.organiser import activity_words
from contest.views.shared.forms import Form
from contest.views.shared.privacy.forms import AskForm
from contest.views.shared.privacy.proofs import keep_proof, proof_field, send_proof
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("privacy_requests", __name__, url_prefix="/c/<slug>/organiser/privacy")
Act = Callable[..., PrivacyRequest]
ACTS: dict[str, tuple[Act, str]] = {  # act -> the service's verb, the name of what was typed
    "vouch": (requests.vouch, "how"), "answer": (requests.answer, "said"),
    "refuse": (requests.refuse, "reason"), "extend": (requests.extend, "reason"),
    "finish": (requests.finish, "said"), "reopen": (requests.reopen, "reason"),
    "take_back": (requests.take_back, "reason"),
}


class TextForm(Form):
    """What is said at a step: an answer, a reason, how somebody is known."""

    text = TextAreaField(_l("Nội dung"), [Length(max=2000)])


class ThroughForm(AskForm):
    """A request that came by telephone or letter, and how the organiser knows who asks."""

    how = TextAreaField(
        _l("Bạn biết người này bằng cách nào?"), [InputRequired(), Length(max=1000)]
    )


class EraseForm(Form):
    """What is left out, because it names somebody else; files that show the person; the post."""

    spared = SelectMultipleField(_l("Giữ lại"), choices=[], validate_choice=False)
    also = SelectMultipleField(_l("Xoá cả tệp"), choices=[], validate_choice=False)
    post_gone = TextAreaField(_l("Bài đăng trên Fanpage đã gỡ"), [Length(max=1000)])
    proof = proof_field()


class DoneForm(Form):
    """What was done about a withdrawn consent, and the proof that a post is gone."""

    how = TextAreaField(_l("Đã làm gì"), [Length(max=1000)], render_kw={"rows": 2})
    proof = proof_field()


@bp.get("")
@allows("privacy.manage")
def listed() -> Response:
    """What waits, the most urgent first, with the days left; and what has ended."""
    return _list()


def _list(status: int = 200, wrong: DoneForm | None = None, wrong_id: int = 0) -> Response:
    waiting = requests.waiting(current.db, current.contest)
    withdrawn = duties.waiting(current.db, current.contest)
    forms = {one.id: DoneForm(formdata=None, prefix=f"w{one.id}-") for one in withdrawn}
    if wrong is not None:
        forms[wrong_id] = wrong
    return page(
        "organiser/privacy_requests.html", status, waiting=waiting, left=_left(waiting),
        ended=requests.ended(current.db, current.contest), withdrawn=withdrawn, forms=forms,
        wrong=wrong, words={p.id: p.text for p in current.profile.form.consents},
        posts=duties.posts(current.db, withdrawn),
    )


@bp.post("/withdrawn/<int:withdrawal_id>")
@allows("privacy.manage")
def acted(withdrawal_id: int) -> Response:
    """Say what was done about a withdrawn consent."""
    form = DoneForm(prefix=f"w{withdrawal_id}-")
    with form.taken(lambda status: _list(status, form, withdrawal_id), "how"):
        found = duties.finish(
            current.db, current.contest, withdrawal_id, how=form.how.data or "",
            actor=current.actor, at=current.now,
        )
        keep_proof(form.proof.data, found.submission)
    flash_message("Đã ghi việc đã làm.", "What was done is recorded.")
    return back_to("privacy_requests.listed")


@bp.get("/proofs/<sha256>")
@allows("privacy.manage")
def proof(sha256: str) -> Response:
    """The picture or PDF that proves that a post left the Page."""
    return send_proof(sha256)


@bp.get("/new")
@allows("privacy.manage")
def new() -> Response:
    return page("organiser/privacy_new.html", form=ThroughForm(formdata=None))


@bp.post("/new")
@allows("privacy.manage")
def take() -> Response:
    """Record a request that came through an organiser, who vouches for the person."""
    form = ThroughForm()
    with form.taken(lambda status: page("organiser/privacy_new.html", status, form=form)):
        made = requests.ask(
            current.db, current.contest, form.asked(), actor=current.actor, at=current.now,
            vouched_how=form.how.data or "",
        )
    flash_message("Đã ghi yêu cầu; đồng hồ bắt đầu chạy.",
                  "The request is recorded; its clock runs.")
    return back_to("privacy_requests.show", privacy_id=made.id)


@bp.get("/<int:privacy_id>")
@allows("privacy.manage")
def show(privacy_id: int) -> Response:
    return _page(privacy_id, TextForm(formdata=None))


@bp.post("/<int:privacy_id>/<act>")
@allows("privacy.manage")
def step(privacy_id: int, act: str) -> Response:
    """One step of a request: vouch, answer, refuse, extend, finish, reopen, take back."""
    if act not in ACTS:
        abort(404)
    form, (verb, name) = TextForm(), ACTS[act]
    with form.taken(lambda status: _page(privacy_id, form, status), "text"):
        values: dict[str, Any] = {name: form.text.data or ""}
        verb(current.db, current.contest, privacy_id, **values, actor=current.actor,
             at=current.now)
    flash_message("Đã ghi; người yêu cầu được báo bằng thư.",
                  "Recorded; the person is told by mail.")
    return back_to("privacy_requests.show", privacy_id=privacy_id)


@bp.get("/<int:privacy_id>/erase")
@allows("privacy.manage")
def places(privacy_id: int) -> Response:
    """Everything that an erasure would change, to be looked at first."""
    return _erase_page(privacy_id, EraseForm(formdata=None))


@bp.post("/<int:privacy_id>/erase")
@allows("privacy.manage")
def erase(privacy_id: int) -> Response:
    """Decide on the erasure; after the result is final a second organiser decides as well."""
    form = EraseForm()
    with form.taken(lambda status: _erase_page(privacy_id, form, status), "post_gone"):
        found = deeds.erase(
            current.db, current.contest, privacy_id, spared=frozenset(form.spared.data or ()),
            also=frozenset(form.also.data or ()), post_gone=form.post_gone.data or "",
            actor=current.actor, at=current.now,
        )
        if (gone := deeds.steps(current.db, found)).submission is not None:
            keep_proof(form.proof.data, gone.submission)
    if found.second_by or not deeds.steps(current.db, found).two:
        flash_message("Đã quyết định: dữ liệu được xoá ngay sau khi báo cho người yêu cầu.",
                      "Decided: the data go as soon as the person has been told.")
    else:
        flash_message("Đã đề nghị; cần một người khác trong Ban Tổ chức cùng quyết định.",
                      "Proposed; another organiser decides as well.")
    return back_to("privacy_requests.show", privacy_id=privacy_id)


def _left(found: Any) -> dict[int, int]:
    zone = current.profile.schedule.zone
    return {
        one.id: workdays.days_left(due, current.now, zone)
        for one in found if (due := requests.urgent_at(one)) is not None
    }


def _page(privacy_id: int, form: FlaskForm, status: int = 200) -> Response:
    found = requests.find(current.db, current.contest, privacy_id)
    return page(
        "organiser/privacy_request.html", status, one=found, form=form,
        left=_left([found]).get(found.id), todo=deeds.steps(current.db, found),
        decided=requests.is_decided(current.db, found), names=activity.names(current.db, {
            label for label in (found.vouched_by, found.decided_by, found.second_by,
                                found.created_by) if label
        }), words=activity_words,
    )


def _erase_page(privacy_id: int, form: EraseForm, status: int = 200) -> Response:
    found = requests.find(current.db, current.contest, privacy_id)
    finder, files = Finder(person_behind(current.db, found)), current.platform.blobs
    where, evidence = erasing.preview(
        current.db, current.contest, finder, files, current.platform.pdfs
    )
    telling = removals.telling(
        current.db, current.contest, finder, files, current.platform.pdfs, named=()
    )
    known = {one.id for one in telling}
    return page(
        "organiser/privacy_erase.html", status, one=found, form=form, places=where,
        evidence=evidence, pictures=_pictures(evidence), todo=deeds.steps(current.db, found),
        telling=telling, proofs=[one for one in removals.of_contest(current.db, current.contest)
                                 if one.id not in known],
        account=account.of_mail(current.db, current.contest, found.person_email),
    )


def _pictures(shown: list[Evidence]) -> list[Evidence]:
    """Evidence that nothing can be read in: a person looks."""
    known = {one.id for one in shown}
    return [one for one in erasing.pictures(current.db, current.contest) if one.id not in known]
