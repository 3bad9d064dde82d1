"""The steps of closing that take minutes for a national contest: in parts, by the worker, with
progress."""
