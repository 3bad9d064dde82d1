"""One file for each kind of thing that a plan says; each yields readings and doubts."""
