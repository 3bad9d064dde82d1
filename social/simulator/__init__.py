"""A stand-in for the Graph API: its own process, HTTP, state on disk, faults on demand.

`python -m social.simulator --port 0 --state DIR` prints one JSON line with its addresses.
It implements the documented requests that `social.graph` uses, keeps its state through a
`kill -9`, and misbehaves on demand (see `faults`). It is no Facebook: where Meta's behaviour is
not documented it takes the worse case, so that a second `finish` makes a second post.
"""
