"""What a check is given and makes: its verdict, files, and the leaves of what is no clip."""
