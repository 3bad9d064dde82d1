"""What a browser says of itself, in words a person recognises it by."""

# Looked for in this order: most browsers name their ancestors too.
PROGRAMS = (
    ("Zalo", "Zalo"), ("coc_coc", "Cốc Cốc"), ("Edg/", "Edge"), ("SamsungBrowser", "Samsung"),
    ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """``Chrome, Android``; the beginning of the text itself where nothing is known."""
    program = next((name for mark, name in PROGRAMS if mark in agent), agent[:40] or "?")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{program}, {system}" if system else program
