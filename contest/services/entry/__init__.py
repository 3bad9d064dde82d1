"""A clip's way to its verdict: form, upload, checks, repair, review."""
