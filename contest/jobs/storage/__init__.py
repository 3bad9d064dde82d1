"""Work on the stored files themselves."""

from contest.jobs.storage import scrub, verifying

HANDLERS = {scrub.KIND: scrub.run, verifying.KIND: verifying.run}
