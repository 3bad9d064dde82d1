"""A stand-in for the Graph API: its own process, HTTP, state on disk, faults on demand.

`python -m social.simulator --port 0 --state DIR` prints one JSON line with its addresses.
It speaks the documented shapes that `social.graph` uses, remembers everything through a
`kill -9`, and misbehaves when told to (see `faults`). It is no Facebook: where Meta's behaviour
is not documented it takes the less comfortable one, so that a second `finish` makes a second post.
"""
