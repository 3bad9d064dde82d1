"""What units file besides clips."""
