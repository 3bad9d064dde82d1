"""The verbs of the contest. Each takes the session, the actor and the time as arguments.

A service checks the permission, changes rows, writes the audit row and the outbox rows; whoever
called it commits once, at the end. It never sees a web request, a job or a command line.
"""
