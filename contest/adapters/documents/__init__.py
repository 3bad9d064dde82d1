"""Documents from outside, drawn page by page in a box."""
