"""The shape of a profile: what a contest's rule file may say. Data only, no behaviour of a contest.

Every text that a person reads is given in Vietnamese and English. Section numbers in the
docstrings are those of the reference plan (Quận 11, 2023).
"""

from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AwareDatetime,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from contest.profile.entries import Entry
from contest.profile.filings import Filing
from contest.profile.judging import Jury
from contest.profile.levels import Parent
from contest.profile.papers import Documents
from contest.profile.parts import Count, Identifier, Part, Positive, Text
from contest.profile.persons import Confirming, Retention
from contest.profile.platforms import Platform
from contest.profile.publishing import Publication, Showing
from contest.profile.questions import Question
from contest.profile.rounds import NextRound, PreviousRound
from contest.profile.winning import Awards, Category, Measure, Prize

CLIPS_EACH = 10  # of one entry, replacements included
known_zones = cache(available_timezones)  # the listing walks the whole folder of zones


class ContestPart(Part):
    """Which contest it is and who organises it (plan: heading, IV)."""

    slug: Identifier
    title: Text
    theme: Text
    organiser: Text
    # The issuing body as it stands at the top left of documents: the body above it first.
    heading: list[str] = Field(default_factory=list, max_length=4)
    # Only a contest that is shown on a Page needs these two.
    page_name: str = ""
    page_url: str = Field(default="", pattern=r"^(https://.*)?$")
    # The Page's number, where its address does not hold it: nothing is posted on any other Page.
    page_id: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    contact: Text
    phone: str = Field(default="", pattern=r"^(\+?[0-9][0-9 .()-]{6,18}[0-9])?$")  # whom units call
    zalo: str = Field(default="", pattern=r"^(\+?[0-9][0-9 .]{6,18}[0-9]|https://zalo\.me/\S{1,80})?$")
    code_prefix: str = Field(default="CX", pattern=r"^[A-Z]{2,4}$")

    @model_serializer(mode="wrap")
    def _without_what_is_not_said(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A profile that does not name these keys keeps the hash it had before they were known."""
        return {k: v for k, v in whole(self).items() if v or k not in ("page_id", "phone", "zalo")}


class Schedule(Part):
    """Instants of the contest (plan II.1, VI). Given with their zone; compared in UTC."""

    time_zone: str
    entries_open: AwareDatetime
    entries_close: AwareDatetime
    grace_minutes: int = Field(default=60, ge=0, le=24 * 60)
    publicity_opens: AwareDatetime
    counts_close: AwareDatetime
    jury_closes: AwareDatetime | None = None  # default: counts_close
    awards: AwareDatetime

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in known_zones():
            raise ValueError("unknown_zone")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "Schedule":
        order = (self.entries_open, self.entries_close, self.publicity_opens, self.counts_close)
        if list(order) != sorted(order) or self.awards < self.counts_close:
            raise ValueError("schedule_order")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def ballots_close(self) -> datetime:
        """The jury's deadline."""
        return self.jury_closes or self.counts_close


class Quota(Part):
    """How many clips each unit owes, and may send (plan II.2)."""

    minimum: Count = 1
    maximum: Positive = 10


class Consent(Part):
    """One purpose of using personal data or the clip; asked unticked."""

    id: Identifier
    required: bool
    text: Text


class SubmissionForm(Part):
    """The form before the clip (plan III.2, III.3)."""

    kinds: list[Literal["individual", "team"]] = Field(min_length=1)
    max_authors: int = Field(default=20, gt=0, le=200)
    notice_version: str = Field(min_length=1, max_length=32)
    notice: Text
    consents: list[Consent] = Field(min_length=1)


class UploadLimits(Part):
    """Bounds for the bytes themselves."""

    max_bytes: int = Field(default=4 * 1024**3, gt=0, le=64 * 1024**3)
    plain_form_max_bytes: int = Field(default=200 * 1024**2, gt=0)
    expires_hours: int = Field(default=72, gt=0, le=24 * 30)
    extensions: list[str] = Field(default_factory=lambda: ["mp4", "mov", "m4v", "mkv", "webm"])
    # What one unit may send in all: clips with every replacement, and bytes that are kept at once.
    unit_clips: int | None = Field(default=None, gt=0)  # default: ten for each entry of the quota
    unit_bytes: int | None = Field(default=None, gt=0)  # default: the largest file for each entry
    links: bool = False  # may a unit give a link to its clip instead of sending it?

    @model_serializer(mode="wrap")
    def _as_before_without(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that name no allowance, and no links, keep the hash they had before there were any.
        """
        content: dict[str, Any] = write(self)
        return {key: value for key, value in content.items()
                if value is not None and (key != "links" or value)}


class Allowance(NamedTuple):
    """What one unit may send: clips in all, bytes kept at once."""

    clips: int
    bytes: int


class ChecklistItem(Part):
    """One question a reviewer answers (plan III.3)."""

    id: Identifier
    text: Text
    required: bool = True


class Reason(Part):
    """A ready-made reason that a reviewer may pick and edit."""

    id: Identifier
    outcome: Literal["changes", "reject"]
    text: Text


class Review(Part):
    """How reviewers decide (plan IV.2); how many days a unit has for requested changes.

    One approval, no quorum, no second person for a rejection: each reviewer decides alone. Anything
    more, and the reviewers are a board that votes (``services/core/appraisal.py``).
    """

    checklist: list[ChecklistItem] = Field(min_length=1)
    reasons: list[Reason] = Field(default_factory=list)
    changes_days: int = Field(default=3, gt=0, le=60)
    approvals: int = Field(default=1, gt=0, le=50)  # votes that approve a clip
    quorum: int = Field(default=0, ge=0, le=50)  # votes of any kind before anything is decided
    second_to_reject: bool = False  # a rejection needs two; always so with several approvals

    @model_serializer(mode="wrap")
    def _as_before_the_board(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that say nothing of a board keep the hash they had before there was one."""
        content: dict[str, Any] = write(self)
        usual = {"approvals": 1, "quorum": 0, "second_to_reject": False}
        return {key: value for key, value in content.items()
                if key not in usual or value != usual[key]}

    @property
    def by_board(self) -> bool:
        """Whether reviewers vote, instead of each deciding alone."""
        return self.approvals > 1 or self.quorum > 1 or self.second_to_reject

    @property
    def rejections(self) -> int:
        """Votes that reject a clip, or send it back."""
        return 2 if self.second_to_reject or self.approvals > 1 else 1


class Scoring(Part):
    """Weights and points (plan III.3, "Phương thức tính điểm")."""

    jury_weight: Count
    interaction_weight: Count
    points_per_share: Count
    points_per_reaction: Count
    shares_per_account: Positive
    shares_per_account_per: Literal["clip", "day"] = "clip"  # a day of the contest's zone
    points_cap: Positive
    unit_score: Literal["best", "sum"] = "best"

    @model_validator(mode="after")
    def _something_counts(self) -> "Scoring":
        if self.jury_weight + self.interaction_weight == 0:
            raise ValueError("no_weight")
        return self

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without a rule that says nothing new: the hash of profiles before it stays the same."""
        known, later = plain(self).items(), "shares_per_account_per"
        return {k: v for k, v in known if self.per_day or k != later}

    @property
    def per_day(self) -> bool:
        """Does an account's cap begin anew each day?"""
        return self.shares_per_account_per == "day"

    @property
    def jury_share(self) -> Fraction:
        """The jury's share of the total, 0..1."""
        return Fraction(self.jury_weight, self.jury_weight + self.interaction_weight)


class Security(Part):
    """For which roles a second factor is demanded."""

    second_factor: list[Literal["organiser", "reviewer", "juror"]] = Field(default_factory=list)


Before = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2} ?(d|h|ngày|giờ)$")]
Offsets = Annotated[list[Before], Field(max_length=6)]
HoursOfDay = Annotated[int, Field(ge=0, le=23)]


class Reminders(Part):
    """How long before each deadline people are reminded: ``"3d"``, ``"6 giờ"``. None between
    ``quiet_from`` and ``quiet_to``, the zone's hours; the same hour twice: never quiet."""

    uploads: Offsets = Field(default_factory=list)  # units below their quota
    fixing: Offsets = Field(default_factory=list)  # units with a clip to mend
    reviewing: Offsets = Field(default_factory=list)  # reviewers, before the clips are posted
    marking: Offsets = Field(default_factory=list)  # jurors who owe ballots
    counting: Offsets = Field(default_factory=list)  # organisers, before the counts close
    filings: Offsets = Field(default_factory=list)  # units that owe a filing, before it is due
    quiet_from: HoursOfDay = 21
    quiet_to: HoursOfDay = 7

    @model_serializer(mode="wrap")
    def _as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that say nothing of filings keep the hash they had before there were any."""
        content: dict[str, Any] = whole(self)
        return {key: value for key, value in content.items() if key != "filings" or value}


TieBreak = Literal["jury_mean", "top_criterion", "uncapped_points", "chair"]


class Profile(Part):
    """All the rules of one contest."""

    contest: ContestPart
    schedule: Schedule
    quota: Quota
    form: SubmissionForm
    questions: list[Question] = Field(default_factory=list, max_length=30)
    filings: list[Filing] = Field(default_factory=list, max_length=30)
    entry: Entry = Entry()
    upload: UploadLimits = UploadLimits()
    media: dict[str, Any] = Field(default_factory=dict)  # of clips, which cannot do without
    review: Review
    jury: Jury
    scoring: Scoring
    tie_breaks: list[TieBreak]
    prizes: list[Prize] = Field(min_length=1)
    awards: Awards = Awards()
    categories: list[Category] = Field(default_factory=list, max_length=20)
    measures: list[Measure] = Field(default_factory=list, max_length=20)
    platforms: list[Platform] = Field(default_factory=list, max_length=10)
    publication: Publication
    showing: Showing = Showing()
    security: Security = Security()
    documents: Documents = Documents()
    reminders: Reminders = Reminders()
    retention: Retention = Retention()
    consent: Confirming = Confirming()
    parent: Parent = Parent()
    rules_note: Text | None = None
    next_round: NextRound | None = None
    previous_round: PreviousRound | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Profile":
        for ids in (
            [c.id for c in self.form.consents], [c.id for c in self.review.checklist],
            [c.id for c in self.jury.criteria], [p.id for p in self.prizes],
            [c.id for c in self.categories], [m.id for m in self.measures],
            [q.id for q in self.questions], [f.id for f in self.filings],
            [p.id for p in self.platforms],
        ):
            if len(set(ids)) != len(ids):
                raise ValueError("duplicate_id")
        if len(set(self.tie_breaks)) != len(self.tie_breaks):
            raise ValueError("duplicate_id")
        return self

    @model_serializer(mode="wrap")
    def _as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules that say nothing of these keep the hash they had before there were any."""
        content: dict[str, Any] = whole(self)
        later = {"reminders": Reminders(), "retention": Retention(), "consent": Confirming(),
                 "awards": Awards(), "categories": [], "measures": [], "questions": [],
                 "filings": [], "entry": Entry(), "media": {}, "parent": Parent(),
                 "next_round": None, "previous_round": None, "platforms": [],
                 "showing": Showing()}
        return {key: value for key, value in content.items()
                if key not in later or getattr(self, key) != later[key]}

    @property
    def upload_allowance(self) -> Allowance:
        """What one unit may send."""
        entries, upload = self.quota.maximum, self.upload
        return Allowance(
            clips=upload.unit_clips or CLIPS_EACH * entries,
            bytes=upload.unit_bytes or upload.max_bytes * entries,
        )

    @property
    def extensions(self) -> list[str]:
        """The endings of files that are taken."""
        return self.upload.extensions if self.entry.is_clip else self.entry.extensions

    @property
    def on_page(self) -> bool:
        """Whether clips are posted on the Fanpage."""
        return "fanpage" in self.showing.where

    @property
    def counts_on_page(self) -> bool:
        """Whether reactions and shares of posts on the Page are owed: not where only posts on other
        platforms earn points."""
        scoring = self.scoring
        earns = scoring.points_per_share or scoring.points_per_reaction
        return bool(scoring.interaction_weight and (earns or not self.platforms))

    @property
    def on_site(self) -> bool:
        """Whether everybody may watch released clips on the contest's own pages."""
        return "site" in self.showing.where or self.publication.watch_here

    @property
    def release_at(self) -> datetime:
        """When approved clips are posted."""
        return self.publication.release_at or self.schedule.publicity_opens

    def scoring_rules(self) -> dict[str, object]:
        """The rules as ``scoring.compute`` takes them."""
        return {
            "criteria": [
                {"id": c.id, "max": c.max, "weight": c.weight} for c in self.jury.criteria
            ],
            "jury_weight": self.scoring.jury_weight,
            "interaction_weight": self.scoring.interaction_weight,
            "points_per_share": self.scoring.points_per_share,
            "points_per_reaction": self.scoring.points_per_reaction,
            "shares_per_account": self.scoring.shares_per_account,
            **({"shares_per_account_per": "day"} if self.scoring.per_day else {}),
            "points_cap": self.scoring.points_cap,
            "prizes": [{"id": p.id, "count": p.count}
                       | ({} if p.by == "overall" else {"by": p.by}) for p in self.prizes],
            "trim": self.jury.trim,
            "standardise": self.jury.standardise,
            "unit_score": self.scoring.unit_score,
            "tie_breaks": list(self.tie_breaks),
            **self._winning(),
        }

    def _winning(self) -> dict[str, object]:
        """What only some rules say: of categories, measures, a quorum, rounds, several prizes."""
        found: dict[str, object] = {
            "categories": [one.id for one in self.categories],
            "measures": [m.model_dump(exclude={"name"}) for m in self.measures],
            "platforms": [one.for_scoring() for one in self.platforms],
        }
        found = {key: value for key, value in found.items() if value}
        found |= {"quorum": self.jury.quorum} if self.jury.quorum else {}
        found |= {"promotion": self.next_round.promotion} if self.next_round else {}
        return found if self.awards.several else found | {"several_prizes": False}
