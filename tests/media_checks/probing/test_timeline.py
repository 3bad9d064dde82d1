"""Packets laid on the clip's clock; written by hand, a line of ffprobe each."""

from __future__ import annotations

import pytest

from media_checks.probing.allowed import MOST_PACKETS
from media_checks.probing.packets import PacketReader
from media_checks.probing.timeline import lay_out
from media_checks.sandbox import TooMuchOutput


def laid(video, audio=()):
    """Both layers, of packet times and lengths in seconds."""
    reader = PacketReader()
    for stream, packets in enumerate((video, audio)):
        for at, seconds in packets:
            reader.line(f"{stream},{at},{at},{seconds},100,0,K_")
    return lay_out(reader.tracks[0], reader.tracks[1])


def steady(start, end, step=0.1):
    return [(round(start + i * step, 3), step) for i in range(round((end - start) / step))]


def test_picture_and_sound_begin_and_end_where_their_packets_do():
    seen, heard = laid(steady(1, 5), steady(0, 7))
    assert (seen.start, seen.end, seen.length) == pytest.approx((1, 5, 4))
    assert (heard.start, heard.end, heard.length) == pytest.approx((0, 7, 7))


def test_a_gap_in_the_sound_is_told_by_one_long_packet_and_covers_nothing():
    _, heard = laid(steady(0, 4), [*steady(0, 1), (1, 3)])
    assert heard.end == pytest.approx(1.1)


def test_a_screen_on_which_nothing_moves_for_long_is_no_jump():
    still = [*steady(0, 2), *steady(17, 19)]
    seen, _ = laid(still, steady(0, 19))
    assert (seen.jumps, seen.length) == ([], pytest.approx(19))
    assert seen.held == [pytest.approx((1.9, 17))]


def test_nothing_at_all_for_long_is_a_jump():
    seen, _ = laid([*steady(0, 2), *steady(17, 19)], [*steady(0, 2), *steady(17, 19)])
    assert (len(seen.jumps), seen.length) == (1, pytest.approx(4))


@pytest.mark.parametrize("wrong", [0.9, -3.0, 240.0])
def test_one_wrong_time_is_no_jump(wrong):
    packets = steady(0, 4)
    packets[20] = (wrong, 0.1)
    seen, _ = laid(packets, steady(0, 4))
    assert (seen.jumps, seen.length) == ([], pytest.approx(4, abs=0.01))


def test_a_clock_that_begins_again_is_a_jump_and_both_pieces_count():
    seen, _ = laid([*steady(0, 2), *steady(0, 2)])
    assert (seen.jumps, seen.length) == ([pytest.approx(2)], pytest.approx(4))


def test_a_last_frame_counts_as_long_as_sound_goes_on_under_it():
    assert laid([*steady(0, 2), (2, 60)], steady(0, 62))[0].length == pytest.approx(62)
    assert laid([*steady(0, 2), (2, 60)], steady(0, 3))[0].length == pytest.approx(2.1)


def test_packets_are_bounded():
    reader = PacketReader()
    reader.seen = MOST_PACKETS
    with pytest.raises(TooMuchOutput):
        reader.line("0,1.0,1.0,0.1,100,0,K_")
    assert reader.full
