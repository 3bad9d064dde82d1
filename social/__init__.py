"""Publish a clip on a Facebook Page exactly once, and read what happened there.

Stand-alone: the standard library, `requests` and `openpyxl`, nothing of the contest.

- `social.ports`     the interface to a Page, and how it can fail
- `social.graph`     the Page through Meta's Graph API
- `social.simulator` a stand-in for the Graph API, its own process over HTTP
- `social.imports`   counts and share ledgers from spreadsheet files
- `social.links`     which post a pasted Facebook address refers to
"""
