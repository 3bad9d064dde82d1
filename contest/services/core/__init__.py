"""What every other room uses: the audit trail, the outbox, transitions, mail, profiles."""
