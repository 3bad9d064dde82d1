"""Who goes on from one round to the next."""
