"""Entries handed from one contest to another: to the level above, or to the next round."""
