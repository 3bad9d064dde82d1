"""What our servers grant a slow client: ``lines`` decides, ``worker`` holds gunicorn to it."""
