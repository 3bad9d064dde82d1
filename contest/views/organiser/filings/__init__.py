"""What units file, before organisers: who has filed, what is in it, given back, more time."""
