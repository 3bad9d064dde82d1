"""Papers of the ceremony besides the result's own: who receives what and signs for it, and the
letters that invite. Their templates are the shipped ones. Vietnamese only, as every official paper.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from contest.docx.filling import fill
from contest.languages import amount_in_words, write_amount, write_day, write_hour, write_number
from contest.models import Contest, ProfileRevision, Result
from contest.services.core import profiles
from contest.services.results import standings
from contest.services.results.document_values import DRAFT, SAMPLES, heading, with_certificate
from contest.services.units import units

FOLDER = Path(__file__).parents[3] / "templates/documents"

_HEAD = {key: SAMPLES["minutes"][key] for key in (
    "superior", "issuer", "place", "date", "year", "symbol", "authority", "on_behalf", "signer",
    "bases", "recipients", "title", "theme", "organiser", "draft",
)}
SAMPLE: dict[str, dict[str, object]] = {  # every placeholder with an example
    "recipients": _HEAD | {
        "rows": [{"number": "1", "unit": "Đoàn Phường 5", "prize": "Giải nhất", "certificate": "x",
                  "amount": "500.000", "sign": ""}],
        "total": "500.000 đồng", "total_words": "Năm trăm nghìn đồng", "open": "1",
    },
    "invitation": _HEAD | {
        "guests": ["Đoàn Phường 5"], "awards_at": "16g00, ngày 25 tháng 6 năm 2023",
        "contact": "Văn phòng Quận Đoàn",
    },
}


def recipients(session: Session, result: Result) -> bytes:
    """The list of those who receive something, to be signed: certificates and cash, with the sum
    in words. A draft until the result is published."""
    return fill((FOLDER / "recipients.docx").read_bytes(), receiving(session, result))


def receiving(session: Session, result: Result) -> dict[str, object]:
    """What the list is filled with. Where a prize is shared, or has no amount in the rules, the
    organisers decide: the place stays empty and counts for nothing."""
    revision = session.get_one(ProfileRevision, result.profile_revision_id)
    profile = profiles.profile_at(revision)
    prizes, certified = {one.id: one for one in profile.prizes}, with_certificate(profile)
    rows, total, left = [], 0, False
    for number, (key, line) in enumerate(standings.winners_of(result, profile, "vi"), start=1):
        prize = prizes[key]
        amount = None if line.shared else prize.amount
        total, left = total + (amount or 0), left or (prize.cash and not amount)
        shared = " (đồng giải)" if line.shared else ""
        rows.append({
            "number": str(number), "unit": line.unit, "prize": f"{prize.name.vi}{shared}",
            "certificate": "x" if key in certified else "",
            "amount": write_number(amount, "vi") if amount else "", "sign": "",
        })
    return {
        **heading(profile, result.frozen_at or result.created_at),
        "draft": "" if result.state == "published" else DRAFT, "rows": rows,
        "total": write_amount(total) if total else "",
        "total_words": amount_in_words(total) if total else "", "open": "1" if left else "",
    }


def invitations(session: Session, contest: Contest, *, at: datetime) -> bytes:
    """One letter for every unit that takes part, so that none tells who has won."""
    return fill((FOLDER / "invitation.docx").read_bytes(), inviting(session, contest, at=at))


def inviting(session: Session, contest: Contest, *, at: datetime) -> dict[str, object]:
    """What the letters are filled with."""
    profile = profiles.profile_of(contest)
    awards, zone = profile.schedule.awards, profile.schedule.zone
    return {
        **heading(profile, at), "draft": "", "contact": profile.contest.contact.vi,
        "awards_at": f"{write_hour(awards, zone, 'vi')}, {write_day(awards, zone)}",
        "guests": [unit.name for unit in units.of_contest(session, contest)],
    }
