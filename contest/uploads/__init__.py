"""Resumable uploads: tus 1.0.0 in a process of its own.

`protocol` speaks HTTP, `storage` writes bytes, `body` reads them from the socket, `locks`
admits one writer per upload, `registry` is the port to units and contests. Only `rows`,
its adapter, knows the database.

Durability: the offset reported to a client is the size of the file, that is what has been
written; killing the process loses nothing that was reported. `fdatasync` runs once, before
an upload is declared complete. After a power cut the file may be shorter than reported;
the next HEAD says so and the client sends the rest again.
"""
