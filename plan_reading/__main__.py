"""``python -m plan_reading``."""

from plan_reading.cli import main

raise SystemExit(main())
