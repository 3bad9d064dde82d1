"""Work for persons: what is left to do after an erasure."""

from contest.jobs.privacy import archiving, erasure, tidying
from contest.services.entry import stored_bytes
from contest.services.privacy import deeds, requests

HANDLERS = {
    requests.ARCHIVE: archiving.run, deeds.ERASE: erasure.run, stored_bytes.TIDY: tidying.run,
}
