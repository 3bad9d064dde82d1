"""What follows a withdrawn consent until somebody has done it, and proofs of removed posts."""
