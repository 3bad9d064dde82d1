"""Which contest stands above which, and what is handed from one to the next."""

from contest.models.levels.handovers import Handover
from contest.models.levels.links import LevelLink

__all__ = ["Handover", "LevelLink"]
