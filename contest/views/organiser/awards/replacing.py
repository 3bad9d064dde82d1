"""A winner is disqualified after the result is final: who moves up, and one step to the new
revision."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from contest import lifecycle
from contest.models import Result, Submission
from contest.services.entry import submissions
from contest.services.results import moved_since, replacement, results
from contest.services.results.bundles import BundleStore
from contest.services.results.results import FINAL
from contest.services.results.steps import under_way
from contest.views.shared.forms import Form
from contest.views.shared.support import allows, back_to, current, flash_message, page

bp = Blueprint("replacing", __name__, url_prefix="/c/<slug>/organiser/entries/<code>/replace")


class OutForm(Form):
    reason = TextAreaField(
        _l("Lý do"), [InputRequired(_l("Hãy ghi lý do loại clip.")), Length(max=1000)],
        description=_l("Đơn vị đọc được lý do này; lý do được công bố cùng bản kết quả mới."),
        render_kw={"rows": 2},
    )


@bp.get("")
@allows("entry.disqualify")
def show(code: str) -> Response:
    """The reason, and the ranking without this clip; where nothing is final, the entry's page."""
    found, result = _found(code)
    if result is None:
        return back_to("entries.entry", code=code)
    return _page(found, result, OutForm(formdata=None))


@bp.post("")
@allows("entry.disqualify")
def replace(code: str) -> Response:
    """Disqualify the clip, compute the new revision and freeze it where nothing is missing."""
    found, result = _found(code)
    if result is None:
        return back_to("entries.entry", code=code)
    form, said = OutForm(), found.code
    with form.taken(lambda status: _again(code, form, status), "reason"):
        reason = form.reason.data or ""
        submissions.disqualify(
            current.db, found, actor=current.actor, at=current.now, reason=reason
        )
        current.db.flush()
        why = f"{replacement.reason_for(current.db, result)}: {reason}"[:1000]
        if under_way.large(current.db, current.contest):
            under_way.ask(current.db, current.contest, "replace", reason=why, actor=current.actor,
                          at=current.now)
            flash_message(f"Đã loại clip {said}. Máy chủ đang lập bản kết quả mới; tiến độ hiện "
                          "ngay trên trang.",
                          f"Entry {said} is out. The server is making the new revision; this page "
                          "shows how far it is.")
            return back_to("results.overview")
        made = replacement.replace(
            current.db, current.contest, vault=_vault(), actor=current.actor, at=current.now,
            reason=why,
        )
    _say(said, made)
    return back_to("results.overview")


def _say(said: str, made: Result) -> None:
    if made.state == "frozen":
        flash_message(f"Đã loại clip {said}. Bản {made.number} đã chốt; hãy công bố bản này.",
                      f"Entry {said} is out. Revision {made.number} is frozen; now publish it.")
    else:
        flash_message(f"Đã loại clip {said}. Bản {made.number} còn mục thiếu: một người khác chốt.",
                      f"Entry {said} is out. Something is missing in revision {made.number}, so "
                      "another organiser freezes it.")


def _found(code: str) -> tuple[Submission, Result | None]:
    """The entry, and the final result that counts it; None where there is nothing to replace."""
    found = submissions.find(current.db, current.contest, code, actor=current.actor)
    result = results.current(current.db, current.contest)
    if result is None or result.state not in FINAL:
        return found, None
    if not lifecycle.may("submission", found.state, "disqualify") or found.state != "published":
        return found, None
    return found, None if moved_since.moved(current.db, result) else result


def _again(code: str, form: OutForm, status: int) -> Response:
    found, result = _found(code)
    if result is None:
        return back_to("entries.entry", code=code)
    return _page(found, result, form, status)


def _page(found: Submission, result: Result, form: OutForm, status: int = 200) -> Response:
    places = replacement.preview(
        current.db, current.contest, result, keys=current.platform.keys,
        language=current.language, without=found.code,
    )
    up = replacement.moving_up(current.db, result, places, current.language) if places else []
    return page(
        "organiser/replace.html", status, submission=found, result=result, form=form,
        places=places, up=up,
    )


def _vault() -> BundleStore:
    platform = current.platform
    return BundleStore(platform.keys, platform.blobs, platform.settings.data_dir / "bundles")
