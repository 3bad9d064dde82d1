"""Clips from links: fetched piece by piece, gone on with after a break or a kill."""

from contest.jobs.links.fetching import fetch

HANDLERS = {"link.fetch": fetch}
