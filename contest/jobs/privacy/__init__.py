"""Work for persons: what is left to do after an erasure."""

from contest.jobs.privacy import tidying
from contest.services.privacy import erasing

HANDLERS = {erasing.TIDY: tidying.run}
