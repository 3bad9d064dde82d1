"""What units file besides clips: who owes what, what came, what was late, what was given back."""
