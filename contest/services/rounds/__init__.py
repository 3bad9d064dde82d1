"""What a round takes from the one before it, and the second tally of both."""
