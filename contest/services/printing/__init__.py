"""What is printed for many at once: made by the worker, kept sealed for some hours."""
