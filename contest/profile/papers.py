"""What stands on papers besides the result."""

from pydantic import Field

from contest.profile.parts import Part


class Documents(Part):
    """What stands on documents besides the result. Vietnamese only: they are official papers."""

    place: str = ""  # before the date
    symbol: str = "ĐTN"  # of the issuing body, in a paper's number
    authority: str = ""  # who decides, in capitals; default: the standing board of the organiser
    on_behalf: str = "TM. BAN THƯỜNG VỤ"
    signer: str = "BÍ THƯ"
    bases: list[str] = Field(default_factory=list)  # what a decision rests on: "Căn cứ …;"
    recipients: list[str] = Field(default_factory=list)
