"""Names of browsers from their User-Agent, for people to recognise their devices."""

# Searched in this order: most browsers also name those they derive from.
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
    """``Chrome, Android``; the beginning of ``agent`` itself where the browser is unknown."""
    program = next((name for mark, name in PROGRAMS if mark in agent), agent[:40] or "?")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{program}, {system}" if system else program
