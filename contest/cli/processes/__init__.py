"""The commands that are processes: web, uploads, relay, worker, front, and all together."""
