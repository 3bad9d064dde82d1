"""What every room stands on: the audit trail, the outbox, transitions, mail, profiles."""
