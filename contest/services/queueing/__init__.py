"""Who waits for background work, in which lane, and how long."""
