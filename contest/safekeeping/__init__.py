"""Backup, restore, the proof of a backup, and what a doctor finds (docs/safekeeping.md)."""
