"""Work for persons: what is left to do after an erasure."""

from contest.jobs.privacy import archiving, erasure, tidying
from contest.services.privacy import deeds, erasing, requests

HANDLERS = {
    requests.ARCHIVE: archiving.run, deeds.ERASE: erasure.run, erasing.TIDY: tidying.run,
}
