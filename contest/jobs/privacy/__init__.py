"""Work for persons: what is left to do after an erasure."""

from contest.jobs.privacy import erasure, tidying
from contest.services.privacy import deeds, erasing

HANDLERS = {deeds.ERASE: erasure.run, erasing.TIDY: tidying.run}
