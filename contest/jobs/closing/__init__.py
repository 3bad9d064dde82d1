"""The steps of closing a large contest."""

from contest.jobs.closing import steps

HANDLERS = steps.HANDLERS
