"""hoithi: runs a video-clip contest, from the QR code on its plan to the published result."""

__version__ = "0.2.0"
