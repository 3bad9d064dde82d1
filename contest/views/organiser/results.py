"""The organisers' pages of results: blockers, compute, prospects, freeze, publish.

No mark is shown before the jury round is locked.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from contest import ready_pages
from contest.models import Result
from contest.services.advancing import advancing
from contest.services.awards import choosing, reel, releasing, workbook
from contest.services.entry.media import File
from contest.services.results import (
    bundles,
    closing,
    exports,
    moved_since,
    prospects,
    ranking_rows,
    replacement,
    results,
    standings,
)
from contest.services.results.bundles import BundleStore
from contest.services.results.ranking_rows import Picked
from contest.services.results.steps import under_way, workbooks
from contest.views.organiser.awards.refusals import Refused, beside
from contest.views.shared.forms import Form
from contest.views.shared.media import send
from contest.views.shared.numbers import wholes
from contest.views.shared.support import (
    FILE_TYPES,
    allows,
    attached_file,
    attachment,
    back_to,
    current,
    flash_message,
    own_or_404,
    page,
)

bp = Blueprint("results", __name__, url_prefix="/c/<slug>/organiser/results")
MOST_LINES = 100  # of a ranking on the page; the files have all of them


class ComputeForm(Form):
    reason = TextAreaField(
        _l("Lý do"), [Optional(), Length(max=1000)],
        description=_l("Cần có khi còn mục thiếu, hoặc khi thay một kết quả đã chốt. Lý do được "
                       "công khai cùng kết quả."),
        render_kw={"rows": 2},
    )


class HourForm(Form):
    """When the result becomes public, in the contest's own time."""

    hour = DateTimeLocalField(
        _l("Giờ công bố"), [InputRequired(_l("Hãy ghi ngày giờ."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def moment(self) -> datetime:
        """The instant meant."""
        typed: datetime = self.hour.data
        return typed.replace(tzinfo=current.profile.schedule.zone)


class DecisionForm(Form):
    reason = StringField(
        _l("Biên bản số, hoặc lý do"),
        [InputRequired(_l("Hãy ghi số biên bản hoặc lý do.")), Length(max=1000)],
        description=_l("Được công khai trong gói minh chứng của kết quả."),
    )


@bp.get("/")
@allows("organiser.read")
def overview() -> Response:
    return shown()


@bp.post("/compute")
@allows("result.close")
def compute() -> Response:
    """Compute the result from current data; may be repeated until it is frozen."""
    form = ComputeForm()
    with form.taken(lambda status: shown(status, compute=form), "reason"), \
            _step("compute", compute=form):
        if _handed_over("compute", reason=form.reason.data or ""):
            return back_to("results.overview")
        result = results.compute(
            current.db, current.contest, keys=current.platform.keys,
            actor=current.actor,
            at=current.now, reason=form.reason.data or "",
        )
    flash_message(f"Đã tính bản {result.number}; hai cách tính khớp nhau.",
         f"Revision {result.number} is computed; both tallies agree.")
    return back_to("results.overview")


@bp.post("/replace")
@allows("result.close")
def replace() -> Response:
    """A new revision in one step, after a clip left or came back."""
    form = ComputeForm()
    with form.taken(lambda status: shown(status, compute=form), "reason"), \
            _step("replace", compute=form):
        if _handed_over("replace", reason=form.reason.data or ""):
            return back_to("results.overview")
        made = replacement.replace(
            current.db, current.contest, vault=_vault(), actor=current.actor, at=current.now,
            reason=form.reason.data or "",
        )
    if made.state == "frozen":
        flash_message(f"Đã lập và chốt bản {made.number}; hãy công bố bản này.",
                      f"Revision {made.number} is computed and frozen; now publish it.")
    else:
        flash_message(f"Đã tính bản {made.number}; còn mục thiếu nên một người khác chốt.",
                      f"Revision {made.number} is computed; something is missing, so another "
                      "organiser freezes it.")
    return back_to("results.overview")


@bp.post("/<int:number>/freeze")
@allows("result.close")
def freeze(number: int) -> Response:
    """Freeze a revision and store its evidence bundle."""
    with _step("freeze"):
        if _handed_over("freeze", result=_result(number)):
            return back_to("results.overview")
        results.freeze(
            current.db, _result(number), vault=_vault(), actor=current.actor, at=current.now
        )
    flash_message("Đã chốt kết quả và lưu gói minh chứng.", "Frozen; the evidence bundle is kept.")
    return back_to("results.overview")


@bp.post("/<int:number>/publish")
@allows("result.publish")
def publish(number: int) -> Response:
    with _step("publish"):
        if _handed_over("publish", result=_result(number)):
            return back_to("results.overview")
        results.publish(current.db, _result(number), actor=current.actor, at=current.now)
    slug = current.contest.slug
    current.db.commit()  # the page can be rendered only after this, and is there before the message
    ready_pages.refresh(current_app, current.platform.settings.data_dir, slug)
    flash_message("Đã công bố kết quả.", "The result is published.")
    return back_to("results.overview")


@bp.post("/decide")
@allows("result.close")
def decide() -> Response:
    """Record the chair's order of tied units; the result is then to be computed again."""
    form, places = DecisionForm(), _places()
    with form.taken(lambda status: shown(status, decision=form)), \
            _step("decide", decision=form):
        results.decide(
            current.db, current.contest, places, reason=form.reason.data or "", actor=current.actor,
            at=current.now,
        )
    flash_message("Đã ghi quyết định của Trưởng ban. Hãy tính lại kết quả.",
         "The chair's decision is recorded. Please compute again.")
    return back_to("results.overview")


def _places() -> list[str]:
    """Codes in the order entered, from fields ``place-CODE`` = 1, 2, …; empty if inconsistent."""
    typed = {key.removeprefix("place-"): value.strip() for key, value in request.form.items()
             if key.startswith("place-")}
    numbers = wholes(typed.values())
    if len(numbers) != len(typed) or len(set(numbers)) != len(numbers):
        return []
    return [code for _number, code in sorted(zip(numbers, typed, strict=True))]


@bp.get("/<int:number>.<any(json, xlsx, csv, zip):kind>")
@allows("export.read")
def export(number: int, kind: str) -> Response:
    """A revision as a file; ``zip`` is the evidence bundle."""
    result = exports.pick(current.db, current.contest, number, actor=current.actor)
    content: bytes | Iterator[bytes]
    if kind == "json":
        content = _json(result.id)
    elif kind == "xlsx" and under_way.large(current.db, current.contest):
        made = workbooks.ready(current.db, result, current.language)
        name = f"{current.contest.slug}-{result.number}.xlsx"
        return send(File(made.sha256, FILE_TYPES["xlsx"], name), keep=False)
    elif kind == "xlsx":
        book = workbook.of_result(current.db, result, current.language)
        return attached_file(book, str(result.number), kind)
    elif kind == "csv":
        content = exports.as_csv(result, current.language)
    else:
        content = exports.bundle(result, current.platform.blobs)
    return attachment(content, str(result.number), kind)


def _json(result_id: int) -> Iterator[bytes]:
    """In a session of its own: the request's ends before its answer is sent."""
    reading = current.platform.db.read_one_moment

    def parts() -> Iterator[bytes]:
        with reading() as session:
            result = session.get_one(Result, result_id, options=standings.LIGHT)
            yield from exports.json_parts(session, result)

    return parts()


@bp.post("/<int:number>/workbook")
@allows("export.read")
def make_workbook(number: int) -> Response:
    """Have a large result's workbook made, in the reader's language."""
    workbooks.ask(current.db, _result(number), current.language, actor=current.actor,
                  at=current.now)
    return back_to("results.overview", _anchor="workbook")


def _handed_over(what: str, *, reason: str = "", result: Result | None = None) -> bool:
    """Whether the contest is so large that a step is left to the worker, which has it now."""
    if not under_way.large(current.db, current.contest):
        return False
    under_way.ask(current.db, current.contest, what, reason=reason, result=result,
                  actor=current.actor, at=current.now)
    flash_message("Máy chủ đang làm bước này; tiến độ hiện ngay trên trang.",
                  "The server is at it; this page shows how far it is.")
    return True


@bp.post("/step/cancel")
@allows("result.close")
def cancel_step() -> Response:
    """Stop the step that the worker is at."""
    with _step("step"):
        under_way.cancel(current.db, current.contest, actor=current.actor, at=current.now)
    flash_message("Đã dừng; chưa có gì thay đổi.", "Stopped; nothing has changed.")
    return back_to("results.overview")


def _vault() -> BundleStore:
    platform = current.platform
    return BundleStore(platform.keys, platform.blobs, platform.settings.data_dir / "bundles")


def _result(number: int) -> Result:
    return own_or_404(results.numbered(current.db, current.contest, number))


def _step(step: str, **forms: Form) -> AbstractContextManager[None]:
    """A step whose refusal is shown beside it; ``forms``: what was typed."""
    return beside(step, lambda status, said: shown(status, refused=said, **forms))


def shown(status: int = 200, refused: Refused | None = None, **forms: Form) -> Response:
    """The page; ``forms``: those that were refused."""
    contest, words = current.contest, request.args.get("q", "").strip()
    found = results.all_of(current.db, contest)
    latest = found[0] if found else None
    computing = latest is None or latest.state != "frozen"
    gaps = closing.blockers(current.db, contest, at=current.now) if computing else []
    missing = closing.missing(gaps)
    compute = {"compute": forms.get("compute") or ComputeForm(formdata=None)}
    return page(
        "organiser/results.html", status, found=found, latest=latest, computing=computing,
        gaps=missing, remarks=[gap for gap in gaps if gap not in missing], words=words,
        tied=results.tied(current.db, latest) if latest and latest.state == "computed" else [],
        decision=forms.get("decision") or DecisionForm(formdata=None), refused=refused,
        **_hour(forms), **_under_way(),
        what_if=what_if_titles(), choices=choosing.choices(current.db, current.contest),
        fingerprint=bundles.Signer(current.platform.keys.signature(current.db)).fingerprint,
        behind=advancing.behind(current.db, contest) if current.profile.previous_round else None,
        **(_ranking(latest, words) if latest else {}), **(compute | _moved(latest, forms)),
    )


def _under_way() -> dict[str, Any]:
    """The step that the worker was asked for last, and how long it will take (s)."""
    row = under_way.newest(current.db, current.contest)
    left = under_way.seconds_left(row, at=current.now) if row else None
    return {"step": row, "step_left": left, "step_runs": row and row.state in under_way.UNDER_WAY,
            "steps": {"compute": _("Tính kết quả"), "replace": _("Lập bản mới"),
                      "freeze": _("Chốt kết quả"), "publish": _("Công bố kết quả")}}


def _hour(forms: dict[str, Form]) -> dict[str, Any]:
    """The hour of publication: the one that is planned, the one that was missed, and the form,
    which begins with the awards of the rules."""
    contest, schedule = current.contest, current.profile.schedule
    planned = releasing.waiting(current.db, contest)
    begin = planned.due_at if planned else max(schedule.awards, current.now)
    local = begin.astimezone(schedule.zone).replace(tzinfo=None, second=0, microsecond=0)
    return {
        "planned": planned, "missed": releasing.refused(current.db, contest),
        **_reel(),
        "hour": forms.get("hour") or HourForm(formdata=None, hour=local),
    }


def _reel() -> dict[str, Any]:
    """The award reel that was asked for last, and how long it will take (s)."""
    row = reel.newest(current.db, current.contest)
    return {"reel": row, "left": reel.seconds_left(row, at=current.now) if row else None}


def _moved(latest: Result | None, forms: dict[str, Form]) -> dict[str, Any]:
    """What became of clips after this revision was frozen, and what the new ranking is."""
    found = moved_since.moved(current.db, latest) if latest else []
    if latest is None or not found:
        return {"moved": []}
    said = replacement.reason_for(current.db, latest)
    places = replacement.preview(
        current.db, current.contest, latest, keys=current.platform.keys, language=current.language
    )
    return {
        "moved": found, "new_places": places,
        "became": {code: moved_since.WORDS[what][current.language == "en"]
                   for code, what in moved_since.happened(current.db, latest, found).items()},
        "compute": forms.get("compute") or ComputeForm(formdata=None, reason=said),
    }


def _ranking(latest: Result, words: str) -> dict[str, Any]:
    """The first lines, or those searched for, and the prizes' prospects."""
    large = under_way.large(current.db, current.contest)
    book = workbooks.newest(current.db, latest, current.language)
    folder = prospects.folder_in(current.platform.settings.data_dir)
    length = ranking_rows.length(current.db, latest)
    return {
        "lines": results.some_lines(latest, current.language, Picked(words=words, most=MOST_LINES)),
        "winners": standings.by_measure(
            current.db, latest, results.profile_of(latest), current.language),
        "large": large, "book": book, "book_ready": workbooks.is_ready(book),
        "book_runs": book and book.state in under_way.UNDER_WAY,
        "length": length,
        "prospects": prospects.of(
            latest, folder, length=length, shelf=current.platform.shelf),
    }


def what_if_titles() -> dict[str, str]:
    return {
        "without_juror": _("Bỏ phiếu của %(juror)s"),
        "without_cap": _("Bỏ mức trần điểm tương tác"),
        "without_share_cap": _("Bỏ giới hạn chia sẻ của một tài khoản"),
    }
