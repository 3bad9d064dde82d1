"""Where clips lie: a folder or a bucket, held by the same tests."""
