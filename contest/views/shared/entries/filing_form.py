"""The form of a filing: what the rules ask, filled in by a unit or by an organiser for it."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import Field, TextAreaField
from wtforms.validators import InputRequired, Length

from contest.models import Attachment
from contest.profile.filings import Filing as Rule
from contest.profile.questions import Question
from contest.services.filings.filings import MOST_WORDS, Given, Standing
from contest.services.questions import answers, attachments
from contest.views.shared.entries import questions
from contest.views.shared.forms import Form
from contest.views.shared.support import current


class FilingFields(Form):
    """The fields of every filing; ``filing_form`` adds what the rules ask."""

    questions: Sequence[Question] = ()

    @property
    def question_fields(self) -> list[tuple[Field, bool]]:
        """What is asked, each with whether it may stay empty."""
        return questions.shown(self, self.questions)

    def given(self) -> Given:
        """What was filled in, for the service. Raises as ``questions.received``."""
        return Given(
            questions.given(self, self.questions), questions.received(self, self.questions),
            questions.dropped(self, self.questions),
        )


class DeputyFields(FilingFields):
    """An organiser files it for the unit, and says why."""

    reason = TextAreaField(
        _l("Lý do nộp thay"), [InputRequired(_l("Hãy ghi lý do nộp thay đơn vị.")),
                               Length(max=MOST_WORDS)],
        description=_l("Đơn vị đọc được. Ví dụ: đơn vị gửi báo cáo qua Zalo."),
        render_kw={"rows": 2},
    )


def filing_form(one: Standing, *, fields: type[FilingFields] = FilingFields) -> FilingFields:
    """The form of one filing, with what was filed before."""
    asks = one.rule.asks
    made: type[FilingFields] = type("FilingForm", (fields,), {
        "questions": asks, **questions.fields_of(asks, files_of(one)),
    })
    return made(data=questions.known(asks, one.row.answers) if one.row else None)


def files_of(one: Standing) -> Sequence[Attachment]:
    """The files that came with it."""
    return attachments.of(current.db, one.row) if one.row else []


def filed(one: Standing) -> list[answers.Said]:
    """What was filed, in words."""
    given = one.row.answers if one.row else {}
    return answers.said(one.rule.asks, given, files_of(one), reader="unit",
                        language=current.language)


def has_files(rule: Rule) -> bool:
    """Whether its form sends files."""
    return any(one.kind == "file" for one in rule.asks)
