"""What stands beside the common way of a clip, with rows: for pages to which no link leads in a
full house, because somebody must have asked, found, promised or withdrawn something first.
"""

from typing import Any, Protocol

from contest.actors import SYSTEM
from contest.models import (
    Base,
    Captions,
    ClipVersion,
    Contest,
    Derivative,
    Errand,
    Passkey,
    PrivacyRequest,
    Repair,
    RetentionHold,
    SimilarPair,
    Submission,
    Unit,
    UnitSheet,
)
from contest.services.privacy import authors
from contest.services.rules import toml_editing
from tests.contest import stored_rows
from tests.contest.factory import QUAN11, Factory, report
from tests.e2e.conftest import House

ERRAND = "e" * 32
RULES: dict[str, Any] = {
    "publication.watch_here": True, "consent.authors": "asked", "review.approvals": 2,
    "review.quorum": 2,
}


class Builder(Protocol):
    """What `Further` lends."""

    house: House
    make: Factory

    def contest(self, slug: str, source: str) -> Contest: ...
    def unit(self, name: str, contest: Contest, called: str, **values: Any) -> Unit: ...
    def entry(self, name: str, unit: Unit, state: str, **values: Any) -> Submission: ...
    def do(self, act: Any, row: Base, *args: Any, by: str = "organiser", **values: Any) -> Any: ...
    def picture(self, seed: str) -> tuple[str, int]: ...


def stand_beside(to: Builder) -> None:
    """One contest with a row of each of these kinds."""
    contest = to.contest("viec", toml_editing.edited(QUAN11.read_text(), RULES))
    unit = to.unit("viec", contest, "Đoàn Phường 4")
    other = to.make.unit(contest, "Đoàn Phường 6")
    entry = to.entry("viec", unit, "in_review", title="Mật khẩu của mẹ")
    again = to.entry("viec_again", other, "in_review", title="Mật khẩu của má")
    for name in entry.authors:
        to.do(authors.ask, entry, name)
    _copied(to, entry, again)
    _mended(to, unit)
    _asked(to, contest, unit)
    stored_rows.plant(to.make, again, paper=to.picture("phiếu")[0], picture=to.picture("ảnh")[0])


def _copied(to: Builder, entry: Submission, again: Submission) -> None:
    for one in (entry, again):
        sha256, size = to.picture(one.code)
        to.make.add(Derivative(version_id=one.version_id, kind="poster", sha256=sha256, size=size,
                               media_type="image/jpeg", data={}, created_at=to.make.at))
    assert entry.version_id and again.version_id
    to.house.numbers["pair"] = to.make.add(SimilarPair(
        version_id=again.version_id, other_id=entry.version_id, kind="both", score=0.93,
        data={"picture": [{"start": 0, "other": 12, "seconds": 3}],
              "sound": [{"start": 10, "other": 42, "seconds": 8}]}, created_at=to.make.at,
    )).id
    to.make.add(Captions(
        version_id=entry.version_id, language="vi", created_by="unit:1", created_at=to.make.at,
        data={"cues": [[0, 2400, "Mẹ ơi, mật khẩu là gì?"]]},
    ))


def _mended(to: Builder, unit: Unit) -> None:
    """A clip that is too long, and the mended one, which waits for the unit's word."""
    entry = to.entry("viec_mended", unit, "needs_fix", title="Con hẻm số của bà Sáu")
    sha256, size = to.picture("sửa giúp")
    with to.make.platform.db.read() as session:
        assert session.get_one(ClipVersion, entry.version_id).size
    to.make.add(Repair(
        version_id=entry.version_id, state="ready", wish={}, sha256=sha256, size=size,
        report=report("pass"), created_at=to.make.at,
    ))


def _asked(to: Builder, contest: Contest, unit: Unit) -> None:
    """By persons, by organisers, of a machine."""
    gone = to.entry("viec_gone", unit, "withdrawn", title="Em và thế giới phẳng")
    to.make.asked(gone)
    organiser, at = to.house.people["organiser"], to.make.at
    to.make.add(Errand(
        public_id=ERRAND, submission_id=to.house.entries["viec_mended"].id, created_at=at,
        user_id=organiser.id, kind="upload", reason="Đơn vị gửi tệp qua Zalo",
    ))
    to.house.numbers["privacy"] = to.make.add(PrivacyRequest(
        contest_id=contest.id, code="YC-7K2M", state="answered", kind="erase", role="author",
        person_name="Nguyễn Văn An", created_by=SYSTEM.label, created_at=at, unit_id=unit.id,
    )).id
    to.make.add(RetentionHold(contest_id=contest.id, subject="kind:ledgers", created_at=at,
                              reason="đang có khiếu nại", created_by=f"user:{organiser.id}"))
    to.make.add(UnitSheet(contest_id=contest.id, unit_ids=[unit.id], rotate=False, created_at=at,
                          created_by=f"user:{organiser.id}"))
    to.house.numbers["passkey"] = to.make.add(Passkey(
        user_id=organiser.id, name="Điện thoại của chị Hương", credential_id="abc",
        public_key="abc", created_at=at,
    )).id
