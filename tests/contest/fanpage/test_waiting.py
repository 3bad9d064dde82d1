"""Until when a clip waits because the Page wants it to, in each language's own way."""

from datetime import datetime

from contest.models import Publication
from contest.services.fanpage import waiting
from tests.contest.posting import Bench

UNTIL = datetime.fromisoformat("2023-06-12T09:05:00+07:00")


def test_the_board_says_until_when_as_each_language_writes_it(bench: Bench) -> None:
    submission = bench.make.submission(bench.make.unit(bench.contest), "published")
    number = bench.publication(submission).id
    with bench.platform.db.write() as session:
        session.get_one(Publication, number).state = "waiting"
    with bench.platform.db.write() as session:
        waiting.throttled(session, number, UNTIL, "(#32) too many calls")
    said = bench.publication(submission).error_data
    assert said["vi"] == "Facebook yêu cầu chờ đến 09g05 ngày 12/6/2023 rồi mới gửi tiếp."
    assert said["en"] == "Facebook asks to wait until 09:05 on 12 June 2023 before going on."
