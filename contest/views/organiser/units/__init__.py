"""The organisers' pages of units: the list and its printed sheets, and changing one unit."""
