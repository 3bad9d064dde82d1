"""What the public's and the organisers' pages about personal data share."""
