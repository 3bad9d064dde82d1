"""Rules in use: what a change of them does to what is there, and how ballots are carried over."""
