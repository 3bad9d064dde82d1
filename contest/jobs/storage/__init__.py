"""Work on the stored files themselves."""

from contest.jobs.storage import scrub

HANDLERS = {scrub.KIND: scrub.run}
