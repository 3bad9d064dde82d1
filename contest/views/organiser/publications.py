"""The organiser's publications board: the queue, its pause, and what needs a person."""


from flask import Blueprint, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from contest import lifecycle
from contest.models import Publication
from contest.services.entry import checks, submission_lists
from contest.services.fanpage import board, page_checks, page_pause, publications
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.organiser.tables import filters
from contest.views.organiser.tables.deciding import choices
from contest.views.shared.forms import Form
from contest.views.shared.paging import neighbours, page_number
from contest.views.shared.site import wording
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("publications", __name__, url_prefix="/c/<slug>/organiser/publications")


class LinkForm(Form):
    link = StringField(
        _l("Liên kết bài viết"),
        [InputRequired(_l("Hãy dán liên kết của bài viết.")), Length(max=500)],
        description=_l(
            "Mở bài trên Facebook, bấm vào giờ đăng rồi chép địa chỉ. Liên kết chia sẻ từ điện "
            "thoại cũng được."
        ),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )


class AgainForm(Form):
    looked = BooleanField(
        _l("Tôi đã mở Trang và không thấy bài của clip này"),
        [InputRequired(_l("Hãy mở Trang kiểm tra trước, rồi đánh dấu ô này."))],
    )


class PauseForm(Form):
    reason = StringField(_l("Lý do"), [InputRequired(_l("Hãy ghi lý do.")), Length(max=300)])


@bp.get("", endpoint="list")
@allows("organiser.read")
def listed() -> Response:
    return _page()


@bp.post("/pause")
@allows("publication.manage")
def pause() -> Response:
    form = PauseForm()
    if not form.validate_on_submit():
        return _page(422, pause_form=form)
    page_pause.pause_by_hand(
        current.db, current.contest, actor=current.actor, at=current.now,
        reason=form.reason.data or "",
    )
    flash_message("Đã tạm dừng việc đăng.", "Posting is paused.")
    return back_to("publications.list")


@bp.post("/resume")
@allows("publication.manage")
def resume() -> Response:
    with beside("resume", _stopped):
        page_pause.resume(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Việc đăng được chạy tiếp.", "Posting goes on.")
    return back_to("publications.list")


@bp.post("/<int:publication_id>/link")
@allows("publication.manage")
def link(publication_id: int) -> Response:
    """Record the link of a clip that was posted by hand."""
    form = LinkForm()
    with form.taken(lambda status: _page(status, link_form=form, at_row=publication_id), "link"):
        publications.record_link(
            current.db, _row(publication_id), form.link.data or "", actor=current.actor,
            at=current.now,
        )
    flash_message("Đã ghi liên kết; clip được tính là đã đăng.",
         "The link is recorded; the clip counts as posted.")
    return back_to("publications.list")


@bp.post("/<int:publication_id>/look")
@allows("publication.manage")
def look(publication_id: int) -> Response:
    row = _row(publication_id)
    with beside("look", _stopped):
        publications.look_again(current.db, row, actor=current.actor, at=current.now)
    flash_message("Đang dò lại trên Trang.", "Looking on the Page again.")
    return back_to("publications.list")


@bp.post("/<int:publication_id>/again")
@allows("publication.manage")
def again(publication_id: int) -> Response:
    """Post again after a person found no post."""
    form = AgainForm()
    if not form.validate_on_submit():
        return _page(422, again_form=form, at_row=publication_id)
    row = _row(publication_id)
    with beside("again", _stopped):
        publications.post_again(
            current.db, row, actor=current.actor, at=current.now, reason="a person found no post",
        )
    flash_message("Đã xếp clip vào hàng đăng lại.", "The clip is queued to be posted again.")
    return back_to("publications.list")


def _stopped(status: int, refused: Refused) -> Response:
    return _page(status, refused=refused)


def _row(publication_id: int) -> Publication:
    return publications.get(current.db, current.contest, publication_id)


def _page(status: int = 200, *, at_row: int = 0, **values: object) -> Response:
    """The board. ``at_row``: id of the publication whose form has errors."""
    contest, pause = current.contest, page_pause.pause_of(current.db, current.contest.id)
    words, state = (request.args.get(key, "").strip() for key in ("q", "state"))
    number = board.page_of(current.db, contest, at_row) if at_row else page_number()
    counts = board.counts(current.db, contest)
    found = board.listed(
        current.db, contest, words=words, state=state, number=number, known=counts)
    forms = {
        "link_form": LinkForm(formdata=None), "again_form": AgainForm(formdata=None),
        "pause_form": PauseForm(formdata=None),
    }
    return page(
        "organiser/publications.html", status, rows=[_prepared(one) for one in found.rows],
        found=found, words=words, state=state, counts=counts,
        pages=neighbours(found, "publications.list"), at_row=at_row, paused=pause,
        remedy=page_pause.REMEDIES[pause.kind][current.language == "en"] if pause else "",
        reason=page_pause.reason_of(pause, current.language) if pause else "",
        pictures=submission_lists.pictures(current.db, [one.submission for one in found.rows]),
        deeds=choices("publications"), kept=filters.kept("publications"),
        inspected=page_checks.last(current.db, contest), **(forms | values),
    )


def _prepared(publication: Publication) -> dict[str, object]:
    """One publication's values for the board."""
    submission, size = publication.submission, publication.version.size
    done = publication.session_id is not None and publication.offset >= size
    return {
        "id": publication.id,
        "submission_id": submission.id,
        "code": submission.code,
        "title": submission.title,
        "unit": submission.unit.name,
        "submission_state": submission.state,
        "state": publication.state,
        "mode": publication.mode,
        "position": publication.position,
        "release_at": publication.release_at,
        "permalink": publication.permalink,
        "published_at": publication.published_at,
        "caption": publication.caption,
        "version": publication.version.number,
        "message": publication.error_data.get(current.language) or publication.error,
        "percent": 100 if done else publication.offset * 100 // size,
        "may_link": _may_link(publication),
        "failed": publication.state == "failed",
        "sent": publication.video_id is not None,
        "waits_for": _waits_for(publication),
    }


def _may_link(publication: Publication) -> bool:
    if publication.state == "published":
        return publications.may_mend(publication)
    released = publication.release_at <= current.now
    return released and lifecycle.may("publication", publication.state, "record_link")


def _waits_for(publication: Publication) -> str:
    """Why the deep check does not let the clip be posted; empty when it does."""
    if publication.state not in (*publications.BEFORE_ARMED, "cancelled"):
        return ""
    deep = checks.deep_pass(publication.version)
    return wording.said(deep.why_en if current.language == "en" else deep.why_vi, current.language)
