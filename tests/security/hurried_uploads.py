"""`hoithi uploads` in which a minute passes in four seconds: the same rules, sooner told apart.

``python -m tests.security.hurried_uploads uploads --bind …``
"""

from contest.cli import main
from contest.uploads import protocol, server

FASTER = 15
protocol.WINDOW_S /= FASTER
protocol.LEAST_BYTES_S *= FASTER
server.UploadWorker.silence_s = protocol.WINDOW_S

if __name__ == "__main__":
    main()
