"""An entry's form and the sending of its clip: by the unit, or by an organiser in its place."""
