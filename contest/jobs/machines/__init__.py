"""What machines keep on their own disks, and how each of them hears that it has become old."""
