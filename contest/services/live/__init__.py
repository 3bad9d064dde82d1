"""A round that is marked before everybody: the order, marks typed at the table, what is shown."""
