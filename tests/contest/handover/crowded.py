"""Entries that another installation hands over, as many as a list should have."""

from contest.models import Contest, Handover
from tests.contest.conftest import WHILE_OPEN


def handed(contest: Contest, count: int, state: str = "offered") -> list[Handover]:
    """``count`` of them, numbered from 0 in code, title and units; ``offered`` or declined."""
    decided = state != "offered"
    return [
        Handover(
            contest_id=contest.id, state=state, reason="level", origin=f"ward/phuong/{state}-{n}",
            sha256="1" * 64, size=9, filename="clip.mp4", unit_name=f"Đoàn phường {n}",
            packet={"code": f"XA-{n:04}", "title": f"Đường hoa số {n}", "unit": f"Chi đoàn {n}",
                    "contest": {"vi": "Hội thi phường", "en": "A ward's contest"}},
            offered_by="", offered_at=WHILE_OPEN, state_reason="Sai chủ đề" if decided else "",
            decided_by="user:1" if decided else None, decided_at=WHILE_OPEN if decided else None,
        ) for n in range(count)
    ]
