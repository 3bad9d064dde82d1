"""The jury: who sits on it, their ballots, the round."""
