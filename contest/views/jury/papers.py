"""A ballot as a page shows it: its form, its total in words, the files of its clip."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.languages import write_number, write_time
from contest.models import Ballot, ClipVersion, Submission
from contest.profile import Profile
from contest.services.entry import checks, media
from contest.services.jury import ballots
from contest.services.jury.own_marks import Total
from contest.views.shared.clips import address
from contest.views.shared.entries import leaves
from contest.views.shared.entries.leaves import Leaves
from contest.views.shared.forms import Form
from contest.views.shared.support import current

MARK = "mark-"


class MarksForm(Form):
    """A ballot, perhaps incomplete; ``marks_form`` adds the fields of the rubric."""

    version = HiddenField(default="0")
    comment = TextAreaField(
        _l("Ghi chú của riêng bạn"), [Optional(), Length(max=4000)], render_kw={"rows": 3}
    )

    def marks(self, profile: Profile) -> dict[str, int | None]:
        return {c.id: self[MARK + c.id].data for c in profile.jury.criteria}


class ReasonForm(Form):
    reason = TextAreaField(
        _l("Lý do"), [InputRequired(_l("Hãy ghi lý do không chấm clip này.")), Length(max=1000)],
        render_kw={"rows": 2},
    )


def marks_form(profile: Profile, data: dict[str, object] | None = None) -> MarksForm:
    """The rubric of the profile as a form: a number field for each criterion."""
    fields: dict[str, object] = {}
    for criterion in profile.jury.criteria:
        fields[MARK + criterion.id] = IntegerField(
            criterion.name[current.language],
            [Optional(), NumberRange(0, criterion.max)],
            render_kw={"min": 0, "max": criterion.max, "inputmode": "numeric", "data-mark": "",
                       "enterkeyhint": "next", "data-weight": criterion.weight},
        )
    kind = type("RubricForm", (MarksForm,), fields)
    form: MarksForm = kind(formdata=MultiDict() if data is not None else request.form, data=data)
    return form


def stored(profile: Profile, ballot: Ballot | None) -> MarksForm:
    """The form with what the ballot holds."""
    marks = ballots.marks_of(ballot)
    data: dict[str, object] = {MARK + c.id: marks.get(c.id) for c in profile.jury.criteria}
    data["version"] = str(ballot.version if ballot else 0)
    data["comment"] = ballot.comment if ballot else ""
    return marks_form(profile, data)


def total_texts() -> dict[str, str]:
    """The sentences about a total; the script says the same while marks are being typed."""
    return {
        "whole": _("Tổng {points} / {possible} điểm"),
        "part": _("Tạm tính {points} / {possible} điểm, còn {missing} tiêu chí"),
    }


def told(total: Total) -> str:
    """“Tổng 87 / 100 điểm”, and what is missing."""
    numbers = {"points": total.points, "possible": total.possible, "missing": total.missing}
    said = {name: write_number(number, current.language) for name, number in numbers.items()}
    return total_texts()["part" if total.missing else "whole"].format(**said)


def files(submission: Submission) -> dict[str, Leaves | str | None]:
    """The addresses of what the player shows: the clip and its still frame, as far as they exist;
    of an entry that is no clip its leaves and the file to fetch.

    Not the original where the jury is blind, as it may name people.
    """
    version = submission.version
    if version is None:
        return {"clip_address": None, "poster": None}
    if (shown := leaves.of_version(submission, version)) is not None:
        return {"leaves": shown} | _original(submission, version)
    made = {*checks.derivatives(current.db, version), media.ORIGINAL}

    def first(*kinds: str) -> str | None:
        kind = next((kind for kind in kinds if kind in made), None)
        return kind and url_for(
            "media.file", slug=current.contest.slug, code=submission.code, number=version.number,
            kind=kind,
        )

    playable = ("rendition",) if current.profile.jury.blind else ("rendition", media.ORIGINAL)
    return {"clip_address": first(*playable), "poster": first("poster")}


def _original(submission: Submission, version: ClipVersion) -> dict[str, str | None]:
    blind = current.profile.jury.blind
    return {"original": None if blind else address(submission, version, media.ORIGINAL)}


def closed() -> str:
    """Why marking has ended; empty while it is possible."""
    contest, schedule = current.contest, current.profile.schedule
    if contest.jury_locked_at is not None:
        return str(_("Ban Tổ chức đã khoá vòng chấm."))
    if current.now >= schedule.ballots_close:
        when = write_time(schedule.ballots_close, schedule.zone, current.language)
        return str(_("Đã hết thời gian chấm điểm lúc %(time)s.", time=when))
    return ""
