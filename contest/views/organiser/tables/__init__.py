"""What the organisers' tables have in common: one decision for many rows, kept filters."""
