"""A small contest, whole: three clips from the code to the result, by the demo's own acts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from contest.actors import SYSTEM
from contest.demo import acts, judging, script
from contest.demo.acts import Stage
from contest.demo.play import local
from contest.services.core import profiles
from contest.services.people import people, sign_in
from social.simulator.process import SimulatorProcess
from tests.clip_cache import cached
from tests.demo import films
from tests.faults.matrix.house import House

PASSWORD = "bude-kotu-saxi-vemo"
BASE_URL = "http://localhost"
SEND, RELEASE, COUNT = "2023-06-10 14:00", "2023-06-12 08:00", "2023-06-12 14:00"
COUNTED = "2023-06-12 13:00"  # earlier than any clock that goes wrong says it is
MARK, AWARDS, OPENING = "2023-06-20 09:00", "2023-06-26 09:00", "2023-05-26 08:00"
PARTS = tuple(script.PARTS[number] for number in (0, 1, 5))
# By hand: 40 × jury + 60 × min(2 × shares + reactions, 300) / 300.
EXPECTED = [
    ("Đoàn Phường 2", "90.00"),  # 30.00 (the mean of 80 and 70) + 60 (350 points, capped at 300)
    ("Đoàn Phường 1", "86.67"),  # 34.67 + 52.00
    ("Đoàn Trường THPT Nguyễn Hiền", "85.33"),  # 33.33 + 52.00
]
LINES, SECONDS = 144, 6
RULES = {films.RULES["min_width = 1440"]: f"min_width = {LINES * 4 // 3}",
         films.RULES["min_height = 1080"]: f"min_height = {LINES}",
         films.RULES["min_s = 180"]: "min_s = 5",
         "counts_close = 2023-06-19": "counts_close = 2023-06-12"}  # not a week of readings


def rules() -> str:
    """The reference contest, but for the size and length of the films that it asks for."""
    text = films.SMALL.source
    for rule, smaller in RULES.items():
        assert text.count(rule) == 1, rule
        text = text.replace(rule, smaller)
    return text


def bring_films(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, part in enumerate(PARTS, start=1):
        sample = replace(acts.sample(number, part, 0), lines=LINES, seconds=SECONDS + number)
        path = folder / acts.film_name(number, 0)
        path.symlink_to(cached("faults/film.mp4", films.film, sample))


def set_up(house: House) -> None:
    """The rules and the staff, as on a new installation."""
    at = local(OPENING)
    house.at(at)
    with house.onlookers.write() as session:
        contest, _ = profiles.import_profile(session, rules(), actor=SYSTEM, at=at)
        for email, name in script.NAMES.items():
            user = people.create(session, email=email, name=name, actor=SYSTEM, at=at)
            sign_in.set_password(session, user, PASSWORD, actor=SYSTEM, at=at)
            people.change_roles(session, contest, user, roles=[script.ROLES[email]],
                                unit_id=None, actor=SYSTEM, at=at)


Act = Callable[[], None]


class Contest:
    """Its acts, in their order: name -> (when, what people do)."""

    def __init__(self, house: House, page: SimulatorProcess) -> None:
        self.house, self.page = house, page
        self.stage = Stage(BASE_URL, PASSWORD, house.folder / "films", lambda _: None, PARTS)
        self.acts: dict[str, tuple[str, Act]] = {
            "units": (OPENING, self._units), "send": (SEND, self._send),
            "review": (SEND, self._review), "publish": (RELEASE, self._publish),
            "count": (COUNT, self._count), "mark": (MARK, partial(judging.mark, self.stage)),
            "close": (AWARDS, partial(acts.close, self.stage)),
        }

    def _units(self) -> None:
        acts.import_units(self.stage)

    def _send(self) -> None:
        acts.send_clips(self.stage)

    def _review(self) -> None:
        acts.review(self.stage)

    def _publish(self) -> None:
        acts.await_publication(self.stage, self.page.posts, self._a_minute_later)

    def _a_minute_later(self) -> None:
        self.house.turn()

    def _count(self) -> None:
        """The Page has the counts of the list that is imported before it is read."""
        self.page.answers(shares="told")
        for part in PARTS:
            self.page.set_counts(code=self.stage.codes[part.title], reactions=part.reactions,
                                 shares=part.shares)
        for _ in range(3):
            self.house.turn()
        acts.import_counts(self.stage, local(COUNTED))
