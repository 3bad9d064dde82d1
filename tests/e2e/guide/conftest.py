"""The houses of the guide's pictures stand beside those of the walks."""

from tests.e2e import conftest
from tests.e2e.guide.rooms import ROOMS

conftest.STATES.update(ROOMS)
