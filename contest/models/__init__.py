"""The tables. Import from here: ``from contest.models import Submission``."""

from contest.models.audit import AuditHead, AuditRow
from contest.models.ballots import Ballot, JurorLeft, Mark
from contest.models.base import Base
from contest.models.contests import Contest, ProfileRevision
from contest.models.copies import ClipPrint, CopyPair
from contest.models.derivatives import Derivative
from contest.models.documents import DocumentPdf, DocumentTemplate
from contest.models.fixes import Fix
from contest.models.interactions import (
    Correction,
    CorrectionVerdict,
    Evidence,
    FlagDecision,
    LateApproval,
    ShareRecord,
    Snapshot,
)
from contest.models.names_seen import NamesSeen
from contest.models.outbox import Mail, Task
from contest.models.people import Invitation, RecoveryCode, RoleGrant, StaffSession, User
from contest.models.publications import PageInspection, PagePause, Publication
from contest.models.results import ChairDecision, Result
from contest.models.reviews import Review
from contest.models.submissions import Check, ClipVersion, Consent, Submission, Upload
from contest.models.units import Unit, UnitLink, UnitSession

__all__ = [
    "AuditHead", "AuditRow", "Ballot", "Base", "ChairDecision", "Check", "ClipPrint", "ClipVersion",
    "Consent", "Contest", "CopyPair", "Correction", "CorrectionVerdict", "Derivative",
    "DocumentPdf", "DocumentTemplate", "Evidence", "Fix", "FlagDecision",
    "Invitation", "JurorLeft", "LateApproval", "Mail", "Mark", "NamesSeen", "PageInspection",
    "PagePause", "ProfileRevision", "Publication", "RecoveryCode", "Result", "Review", "RoleGrant",
    "ShareRecord", "Snapshot", "StaffSession", "Submission", "Task", "Unit", "UnitLink",
    "UnitSession", "Upload", "User",
]
