"""Rounds: who goes on and the next contest; the table and the stage of one that is marked live."""
