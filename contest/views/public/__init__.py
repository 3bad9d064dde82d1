"""What everybody sees, and the read-only API."""
