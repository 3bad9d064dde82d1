"""The tables. Import from here: ``from contest.models import Submission``."""

from contest.models.audit import AuditHead, AuditNote, AuditRow, FormerSeal
from contest.models.ballots import (
    Assignment,
    Ballot,
    Calibration,
    CalibrationBallot,
    JurorCategory,
    JurorDeparture,
    JuryCount,
    LiveRound,
    Mark,
)
from contest.models.base import Base
from contest.models.contests import Contest, ProfileRevision, TrialEnd
from contest.models.derivatives import Captions, Derivative, StoredLook
from contest.models.documents import DocumentPdf, DocumentTemplate
from contest.models.elsewhere.posts import (
    PlatformApproval,
    PlatformCount,
    PlatformPost,
    PlatformProof,
)
from contest.models.forms.attachments import Attachment
from contest.models.interactions import (
    Correction,
    CorrectionVerdict,
    Evidence,
    FlagDecision,
    LateApproval,
    LedgerStatement,
    LedgerVoid,
    ShareRecord,
    Snapshot,
    SnapshotProof,
    ToldNumber,
)
from contest.models.keys import StoredKey
from contest.models.kinds.leaves import EntryPart, EntryText, Leaf
from contest.models.levels import Handover, LevelLink
from contest.models.onscreen_names import OnscreenNames
from contest.models.outbox import (
    LetterText,
    Mail,
    PushFollower,
    PushMessage,
    PushSubscription,
    Reminder,
    ReminderStop,
    Task,
    Telling,
)
from contest.models.people import (
    Invitation,
    Passkey,
    RecoveryCode,
    RoleGrant,
    SavedView,
    StaffSession,
    UsedChallenge,
    User,
)
from contest.models.privacy import (
    AccessLog,
    AuthorWord,
    ConsentEvent,
    PostRemoval,
    PrivacyRequest,
    RetentionHold,
    Tombstone,
    Withdrawal,
)
from contest.models.publications import (
    PageConnection,
    PageInspection,
    PagePause,
    Publication,
    SharedPage,
)
from contest.models.repairs import Repair
from contest.models.results import (
    AwardReel,
    ChairDecision,
    Finalist,
    PlannedRelease,
    Result,
    ResultLook,
    ResultStep,
    RoundLink,
    StageShow,
)
from contest.models.reviews import EntryRequest, HeldDecision, Review, ReviewVote
from contest.models.security import SecurityEvent
from contest.models.similarity import ClipFingerprint, SimilarPair
from contest.models.submissions import (
    Check,
    ClipVersion,
    Consent,
    Errand,
    LinkFetch,
    SignedForm,
    Submission,
    Upload,
)
from contest.models.units import Filing, TimeGrant, Unit, UnitLink, UnitSession, UnitSheet

__all__ = [
    "AccessLog", "Assignment", "Attachment", "AuditHead", "AuditNote", "AuditRow", "AuthorWord",
    "AwardReel", "Ballot", "Base", "Calibration", "CalibrationBallot", "Captions",
    "ChairDecision", "Check", "ClipFingerprint", "ClipVersion", "Consent", "ConsentEvent",
    "Contest", "Correction", "CorrectionVerdict", "Derivative", "DocumentPdf",
    "DocumentTemplate", "EntryPart", "EntryRequest", "EntryText", "Errand", "Evidence",
    "Filing", "Finalist", "FlagDecision", "FormerSeal", "Handover", "HeldDecision",
    "Invitation", "JurorCategory", "JurorDeparture", "JuryCount", "LateApproval", "Leaf",
    "LedgerStatement", "LedgerVoid", "LetterText", "LevelLink", "LinkFetch", "LiveRound",
    "Mail", "Mark", "OnscreenNames", "PageConnection", "PageInspection", "PagePause", "Passkey",
    "PlannedRelease", "PlatformApproval", "PlatformCount", "PlatformPost", "PlatformProof",
    "PostRemoval", "PrivacyRequest", "ProfileRevision", "Publication", "PushFollower",
    "PushMessage", "PushSubscription", "RecoveryCode", "Reminder", "ReminderStop", "Repair",
    "Result", "ResultLook", "ResultStep", "RetentionHold", "Review", "ReviewVote", "RoleGrant",
    "RoundLink", "SavedView",
    "SecurityEvent", "ShareRecord", "SharedPage", "SignedForm", "SimilarPair", "Snapshot",
    "SnapshotProof", "StaffSession", "StageShow", "StoredKey", "StoredLook", "Submission",
    "Task", "Telling", "TimeGrant", "ToldNumber", "Tombstone", "TrialEnd", "Unit", "UnitLink",
    "UnitSession", "UnitSheet", "Upload", "UsedChallenge", "User", "Withdrawal",
]
