"""Resumable uploads: tus 1.0.0 in a process of its own.

`protocol` speaks HTTP, `storage` keeps bytes, `body` takes them from the socket,
`locks` lets one writer at a time, `registry` is the port to whoever knows units and
contests. Nothing here knows a database, Flask or a contest.

Durability: the offset a client is told is the size of the file, that is what has been
written; killing the process loses nothing that was told. `fdatasync` runs once, before
an upload is declared complete. After a power cut the file may be shorter than what the
client was told; the next HEAD says so and the client sends the rest again.
"""
