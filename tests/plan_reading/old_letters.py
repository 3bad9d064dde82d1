"""Text written as old programs wrote it: the way back from Unicode to TCVN3 and VNI."""

from plan_reading.letters.legacy import TCVN3_CODES, TCVN3_LETTERS, vni_pairs

TO_TCVN3 = dict(zip(TCVN3_LETTERS, TCVN3_CODES, strict=True))
TO_VNI = {letter: pair for pair, letter in reversed(vni_pairs().items())}


def tcvn3(text: str) -> str:
    """``text`` as one letter of Latin-1 for each; KeyError for what the table has not."""
    return "".join(c if c.isascii() else TO_TCVN3[c] for c in text)


def vni(text: str) -> str:
    """``text`` as a letter and its mark; KeyError for what the table has not."""
    return "".join(c if c.isascii() else TO_VNI[c] for c in text)


def writable(text: str) -> bool:
    """Whether both can write it: neither has typographic marks, TCVN3 no marked capitals."""
    return all(c.isascii() or (c in TO_TCVN3 and c in TO_VNI) for c in text)
