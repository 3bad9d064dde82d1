"""What reads strangers' pictures and documents: it runs in the box, in a process of its own.

Uses Pillow, pypdf and lxml and nothing of the rest of this package, so that the box need not show
it (``files/box.py`` starts it).
"""
