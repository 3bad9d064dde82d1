"""Who is waited for, and for how long (contest/pace)."""

from contest.pace.lines import SCARCE_S, Line, Pace


class Sender:
    """A line whose bytes the test counts."""

    def __init__(self) -> None:
        self.sent, self.ended = 0, False
        self.line = Line(lambda: self.sent, self._end)

    def _end(self) -> None:
        self.ended = True


def test_one_byte_does_not_begin_the_window_again() -> None:
    pace, sender = Pace(least_bytes_s=100, window_s=20), Sender()
    with pace.watching(sender.line):
        for second in range(60):
            sender.sent += second % 2
            pace.look(1.0)
            if sender.ended:
                break
    assert 19 <= second <= 21


def test_time_counts_only_while_a_line_is_waited_for() -> None:
    pace, sender = Pace(least_bytes_s=100, window_s=20), Sender()
    with pace.watching(sender.line):
        sender.line.waiting = False
        for _ in range(100):
            pace.look(1.0)
        assert not sender.ended
        assert pace.waiting() == 0


def test_where_threads_are_scarce_the_slowest_make_room_and_the_others_go_on() -> None:
    pace = Pace(least_bytes_s=100, window_s=90, most=8)
    slow, fast = [Sender() for _ in range(6)], [Sender() for _ in range(4)]
    holding = [pace.watching(one.line) for one in [*slow, *fast]]
    for one in holding:
        one.__enter__()
    for _ in range(int(SCARCE_S) + 1):
        for one in fast:
            one.sent += 30_000
        pace.look(1.0)
    for one in holding:
        one.__exit__(None, None, None)
    assert sum(one.ended for one in slow) == 4  # six of eight places may be waited in
    assert not any(one.ended for one in fast)


def test_where_there_is_room_nobody_has_to_hurry() -> None:
    pace, sender = Pace(least_bytes_s=100, window_s=90, most=8), Sender()
    with pace.watching(sender.line):
        for _ in range(80):
            pace.look(1.0)
    assert not sender.ended
