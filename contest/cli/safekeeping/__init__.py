"""Commands that look after an installation: backup, restore, doctor."""
