"""The processes of the default set-up on one machine, and their supervisor."""
