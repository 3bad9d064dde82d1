"""A house with the contests that are no plain clip contest: entries as pictures, documents and
texts; clips given out to jurors, with questions, filings, categories and posts on other platforms;
a result with prizes by every measure and the final that follows it, marked before everybody; a ward
below a city, with entries on their way from one to the other.

Each contest is what its pages need and no more, so that all of them stand within seconds.
"""

import hashlib
import io
from datetime import datetime
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contest.jobs import results as pages
from contest.models import (
    Attachment,
    Base,
    Calibration,
    CalibrationBallot,
    Contest,
    Derivative,
    EntryPart,
    EntryText,
    Errand,
    Evidence,
    Handover,
    Leaf,
    LevelLink,
    PlatformCount,
    PlatformPost,
    PlatformProof,
    Publication,
    RoleGrant,
    Submission,
    Unit,
)
from contest.services.advancing import advancing
from contest.services.awards import choosing
from contest.services.elsewhere import numbers, posts
from contest.services.entry import errands
from contest.services.filings import filings
from contest.services.filings.filings import Given
from contest.services.handover import handovers
from contest.services.jury import assigning, assignments
from contest.services.levels import handing_up, links
from contest.services.live import table
from contest.services.rules import toml_editing
from contest.states import SubmissionState
from tests.contest.elsewhere.platforms import WATCH
from tests.contest.factory import QUAN11
from tests.contest.filings.owed import owing
from tests.contest.kinds.conftest import of_kind
from tests.contest.questions.asked import asking
from tests.contest.rounds.rules import live
from tests.contest.rounds.test_promotion import round_by
from tests.contest.stage import AFTER, COUNTED, Stage
from tests.e2e.beside import stand_beside
from tests.e2e.conftest import OPEN, PUBLICITY, House
from tests.e2e.further_rules import (
    ANSWERS,
    DECIDED,
    ESSAY,
    GIVEN_OUT,
    PRIZES,
    VIDEO,
    WARD,
    WORDS,
)

FINAL = datetime.fromisoformat("2023-07-05T19:00:00+07:00")


class Further:
    """Builds the contests into a house; their entries and units are known by name."""

    def __init__(self, house: House) -> None:
        self.house, self.make, self.platform = house, house.make, house.platform
        self.of_kind("pictures", least=2, most=6, min_long_side=600)
        self.of_kind("document")
        self.of_kind("text", least_words=10, most_words=500)
        self.at(OPEN)
        stand_beside(self)
        self.marking()
        self.levels()
        self.round()

    def at(self, moment: datetime) -> None:
        self.platform.__dict__["clock"].moment = moment

    def contest(self, slug: str, source: str) -> Contest:
        """A contest of these rules, in which the house's people have their roles."""
        named = toml_editing.edited(source, {"contest.slug": slug})
        made = self.make.contest(slug, lambda _: named)
        for role in ("organiser", "reviewer", "juror"):
            self.make.add(RoleGrant(user_id=self.house.people[role].id, contest_id=made.id,
                                    role=role, created_at=self.make.at))
        return made

    def unit(self, name: str, contest: Contest, called: str, **values: Any) -> Unit:
        self.house.guests[name] = unit = self.make.unit(contest, called, **values)
        return unit

    def entry(self, name: str, unit: Unit, state: str, **values: Any) -> Submission:
        self.house.entries[name] = made = self.make.submission(unit, state, **values)
        return made

    def do(self, act: Any, row: Base, *args: Any, by: str = "organiser", **values: Any) -> Any:
        """A service's act on a row, by one of the house's people, now."""
        with self.platform.db.write() as session:
            return act(session, session.get_one(type(row), row.id), *args,
                       actor=self.make.actor(self.house.people[by]), at=self.make.at, **values)

    # ------------------------------------------------------------------ entries that are no clip

    def of_kind(self, kind: str, **rules: object) -> None:
        """A contest in which one unit is putting an entry together, has one to mend, one in review
        and one that everybody sees; another unit's is on show, too."""
        self.at(OPEN)
        contest = self.contest(kind, of_kind(kind, **rules))
        unit = self.unit(kind, contest, "Chi đoàn Khu phố 3")
        other = self.make.unit(contest, "Đoàn Trường THPT Trần Quang Khải, đơn vị có tên dài")
        for state in ("uploading", "needs_fix", "in_review", "published"):
            entry = self.entry(f"{kind}_{state}", unit, state, title=f"Con kênh nhà mình ({state})")
            self.shown(kind, entry)
        begun: Errand = self.do(errands.begin, self.house.entries[f"{kind}_uploading"], "upload",
                                reason="Đơn vị gửi qua Zalo")
        self.house.numbers[f"{kind}_errand"] = begun.public_id
        beside = self.entry(f"{kind}_other", other, "published", title="Góc học tập sau tan ca")
        self.shown(kind, beside)
        self.make.ballot(beside, self.house.people["juror"], {"novelty": 24})
        self.on_our_pages(contest)

    def on_our_pages(self, contest: Contest) -> None:
        """What is posted nowhere has no address on the Page."""
        of_contest = select(Submission.id).where(Submission.contest_id == contest.id)
        with self.platform.db.write() as session:
            session.execute(update(Publication).where(
                Publication.submission_id.in_(of_contest)).values(permalink="", post_id=None))

    def shown(self, kind: str, entry: Submission) -> None:
        """What its form holds while it is put together, and what is seen of it afterwards."""
        if kind == "text":
            body = EntryText(submission_id=entry.id, body=ESSAY, saved_at=self.make.at)
            self.make.add(body)
        drawn = [self.picture(f"{entry.id} {n}") for n in (1, 2, 3)] if kind != "text" else []
        if kind == "pictures":
            self.parts(entry, drawn)
        if entry.version_id is not None:
            self.leaves(kind, entry, drawn)

    def parts(self, entry: Submission, drawn: list[tuple[str, int]]) -> None:
        self.make.add(*(
            EntryPart(submission_id=entry.id, number=number, sha256=sha256, size=size,
                      filename=f"IMG_2023_{number:04}.jpg", created_at=self.make.at,
                      caption="Buổi ra quân đầu tiên" if number == 1 else "")
            for number, (sha256, size) in enumerate(drawn, 1)
        ))

    def leaves(self, kind: str, entry: Submission, drawn: list[tuple[str, int]]) -> None:
        """Pages or pictures, words, and the poster, as the checks of such an entry leave them."""
        of = {"version_id": entry.version_id, "created_at": self.make.at}
        rows: list[Base] = [
            Leaf(**of, kind="page", number=number, sha256=sha256, size=size,
                 media_type="image/jpeg", data={"width": 900, "height": 600})
            for number, (sha256, size) in enumerate(drawn, 1)
        ]
        if kind != "pictures":
            sha256, size = self.stored(WORDS.encode())
            rows.append(Leaf(**of, kind="text", number=1, sha256=sha256, size=size,
                             media_type="text/plain"))
        for sha256, size in drawn[:1]:
            rows.append(Derivative(**of, kind="poster", sha256=sha256, size=size, data={},
                                   media_type="image/jpeg"))
        self.make.add(*rows)

    def picture(self, seed: str) -> tuple[str, int]:
        """A drawn picture of its own for each seed, in the store: its hash and size."""
        tint = hashlib.sha256(seed.encode()).digest()
        image = Image.new("RGB", (900, 600), (tint[0], tint[1], tint[2]))
        draw = ImageDraw.Draw(image)
        for one, other in pairwise(tint[3:20]):
            draw.line((one * 3.5, 0, other * 3.5, 600), fill=(255, 255, 255), width=1 + other % 9)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=70)
        return self.stored(out.getvalue())

    def stored(self, content: bytes) -> tuple[str, int]:
        digest = hashlib.sha256(content).hexdigest()
        incoming = self.platform.settings.data_dir / f"incoming-{digest}"
        incoming.write_bytes(content)
        self.platform.blobs.put(incoming, digest)
        return digest, len(content)

    # ------------------------------------------------------------------ clips that are given out

    def marking(self) -> None:
        """Clips with posts elsewhere in a jury of four that shares them out; filings in each state;
        an entry whose answers and file everybody concerned reads."""
        self.at(OPEN)
        source = toml_editing.edited(QUAN11.read_text(), GIVEN_OUT)
        contest = self.contest("cham", asking(owing(source)) + PRIZES)
        school = self.unit("cham", contest, "Đoàn trường Nguyễn Du", group="Trường học")
        self.filed(contest, school)
        wards = [self.make.unit(contest, f"Đoàn Phường {number}") for number in (2, 10)]
        values = {"answers": ANSWERS, "category": "learning"}
        self.answered(contest, self.entry("cham_in_review", school, "in_review", **values))
        self.entry("cham_uploading", school, "uploading", **values)
        clips = [self.entry(f"cham_{n}", unit, "published", **values)
                 for n, unit in enumerate([school, *wards])]
        for _ in range(3):
            self.make.user("juror", contest=contest)
        self.at(PUBLICITY)
        self.posted(contest, clips)
        self.do(assigning.share_out, contest, seed="buổi bốc thăm", sha256=None)
        self.tried(contest, clips[0], closed=True)
        self.tried(contest, clips[1], closed=False)
        with self.platform.db.read() as session:
            given = assignments.by_clip(session, session.get_one(Contest, contest.id))
        juror = self.house.people["juror"]
        mine = next(clip for clip in clips if juror.id in given[clip.id])
        self.house.entries["cham_given"] = mine
        self.make.ballot(mine, juror, {"content": 30}, state="open")

    def filed(self, contest: Contest, unit: Unit) -> None:
        """One filed, one given back, one still owed."""
        plain = Given({"people": "12", "leader": "Lê Thị Cúc"})
        other = self.make.unit(contest, "Đoàn Phường 7")
        for one in (unit, other):
            self.do(filings.file, one, "registration", plain, reason="Đơn vị gửi bản giấy")
        self.do(filings.give_back, other, "registration", "Ghi lại đúng số người tham gia.")
        longer = datetime.fromisoformat("2023-06-28T11:00:00+07:00")
        self.do(filings.give_time, unit, "report", longer, "Đơn vị đang chờ xác nhận của trường")

    def answered(self, contest: Contest, entry: Submission) -> None:
        sha256, size = self.picture("kế hoạch")
        self.make.add(Attachment(
            contest_id=contest.id, submission_id=entry.id, question="plan", kind="picture",
            sha256=sha256, size=size, filename="so-do.jpg", created_by="unit:1",
            created_at=self.make.at,
        ))

    def posted(self, contest: Contest, clips: list[Submission]) -> None:
        """Posts with counts: one with its picture, one that waits for a second person, one late."""
        watched = self.do(posts.enter, clips[0], WATCH.format(1))
        first = self.told(watched, likes=340, views=12_450)
        self.told(self.do(posts.enter, clips[0], VIDEO), likes=75, shares=12)
        self.told(self.do(posts.enter, clips[1], WATCH.format(2)), likes=8, views=310)
        self.do(posts.enter, clips[2], "https://zalo.me/s/1234567890")
        by = self.make.actor(self.house.people["organiser"]).label
        sha256, size = self.picture("màn hình")
        proof = self.make.add(Evidence(
            contest_id=contest.id, sha256=sha256, filename="man-hinh.png", size=size,
            kind="counts", created_by=by, created_at=self.make.at,
        ))
        self.make.add(PlatformProof(count_id=first.id, evidence_id=proof.id,
                                    created_by=by, created_at=self.make.at))

    def told(self, post: PlatformPost, **values: int) -> PlatformCount:
        made: PlatformCount = self.do(numbers.tell, post, values, client_id=f"{post.id}",
                                      taken_at=self.make.at)
        return made

    def tried(self, contest: Contest, clip: Submission, *, closed: bool) -> None:
        """A trial clip that two jurors have marked, or the house's own one alone."""
        trial = self.make.add(Calibration(
            contest_id=contest.id, submission_id=clip.id, opened_at=self.make.at,
            closed_at=self.make.at if closed else None,
        ))
        with self.platform.db.read() as session:
            jury = assigning.jurors.sitting(session, session.get_one(Contest, contest.id))
        for lack, seat in enumerate(jury[:2] if closed else ()):
            self.make.add(CalibrationBallot(
                calibration_id=trial.id, juror_id=seat.user.id, updated_at=self.make.at,
                marks={"content": 36 - 4 * lack, "creativity": 20, "craft": 16, "influence": 8},
            ))

    # ------------------------------------------------------------------ levels

    def levels(self) -> None:
        """A city, a ward that hands entries up (one accepted, one waiting, one declined), another
        one that asks to stand below it."""
        self.at(OPEN)
        source = QUAN11.read_text()
        self.contest("thanh-pho", owing(source))
        ward, second = (
            self.contest(slug, toml_editing.edited(source, WARD | {"parent.unit": name}))
            for slug, name in (("phuong-5", "Phường 5"), ("phuong-9", "Phường 9"))
        )
        link: LevelLink = self.do(links.ask, ward, note="Phường 5 xin tham gia.")
        self.house.guests["thanh-pho"] = self.do(links.confirm, link)
        self.do(links.ask, second, note="Phường 9 xin tham gia.")
        unit = self.unit("phuong-5", ward, "Chi đoàn Khu phố 1")
        found = [self.entry(f"phuong-5_{n}", unit, "approved", title=f"Một ngày ở phường ({n})")
                 for n in range(4)]
        sent: list[Handover] = self.do(handing_up.hand_up, ward, [one.code for one in found[:3]],
                                       note="Ba bài nhất của phường")
        made: Submission = self.do(handovers.accept, sent[0])
        self.house.entries["thanh-pho"] = made
        self.do(handovers.decline, sent[1], why="Clip trùng với một clip đã gửi năm trước")
        self.do(filings.file, self.house.guests["thanh-pho"], "registration",
                Given({"people": "40"}), reason="Bản giấy")

    # ------------------------------------------------------------------ a result and the final

    def round(self) -> None:
        """A published result of the first round, papers for everybody who took part, and the final,
        in which the first of two clips has been marked at the table; a contest whose next round has
        not begun."""
        self.at(OPEN)
        self.contest("so-khao", live(QUAN11.read_text()))
        source = toml_editing.edited(QUAN11.read_text(), DECIDED)
        following = round_by('by = "best"\ncount = 2\nties = "all"')
        contest = self.contest("vong-loai", toml_editing.edited(
            source + PRIZES + following, {"next_round.rules.categories": []}))
        self.at(COUNTED)
        stage = Stage(self.platform, self.make, contest)
        for clip in stage.clips:
            self.make.ballot(clip, self.house.people["juror"], stage.marks(6))
            self.posters(clip)
        self.house.guests["vong-loai"], self.house.entries["vong-loai"] = (
            stage.units[0], stage.clips[0])
        self.at(AFTER)
        with self.platform.db.write() as session:
            self.categorised(session, stage)
            choosing.choose(session, session.get_one(Contest, contest.id), "chosen",
                            [stage.clips[1].code], reason="BB 02", actor=stage.organiser, at=AFTER)
        stage.publish(stage.freeze(stage.compute()))
        pages.render(self.platform, contest.id, lambda: None)
        self.final(self.do(advancing.begin, contest, same_jury=True))

    def categorised(self, session: Session, stage: Stage) -> None:
        for clip, category in zip(stage.clips, ("learning", "living", "learning"), strict=True):
            session.get_one(Submission, clip.id).category = category

    def posters(self, clip: Submission) -> None:
        sha256, size = self.picture(clip.code)
        self.make.add(Derivative(
            version_id=clip.version_id, kind="poster", sha256=sha256, size=size, data={},
            media_type="image/jpeg", created_at=self.make.at,
        ))

    def final(self, contest: Contest) -> None:
        """Both clips on show; all jurors but the last have marked the first, none the second."""
        self.at(FINAL)
        with self.platform.db.write() as session:
            clips = session.query(Submission).filter_by(contest_id=contest.id).all()
            for clip in clips:
                clip.state = SubmissionState.APPROVED
            seats = table.places(session, session.get_one(Contest, contest.id), clips[0])
            for seat in seats[:-1]:
                table.type_in(
                    session, clips[0], seat.seat.user.id, {"content": 30, "creativity": 20,
                    "craft": 12, "influence": 9}, version=0,
                    actor=self.make.actor(self.house.people["organiser"]), at=FINAL,
                )
        self.house.entries["chung-ket"] = clips[0]


def further(house: House) -> datetime:
    """For ``STATES``: the house in which all of them stand."""
    Further(house)
    return OPEN
