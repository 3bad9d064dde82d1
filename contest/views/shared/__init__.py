"""What every room of screens uses."""
