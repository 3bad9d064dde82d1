"""How the simulated Page answers where real ones differ; `POST /_control/answers` switches.

The defaults are the least kind answers that were reported (docs/facebook.md):

- `post_id` of a video: `bare`, without the Page's id (or `full`)
- `bare_error`: what reading a bare id answers, code `12` (or `100`, a nonexisting field)
- `shares` of a post: `absent` (or `told`)
- `reels`: `all` videos are reels, which the feed leaves out (or only those of the reels' `route`)
- `permalink` of a video: `relative` (or `absolute`)
- `copyright` check of a published video: `error` (or `complete`)
- `start`: tells `offsets` (or `zero`: 0..0, or `skip`: the bytes are there already)
- `offset_error`: offsets `beside` the error, whose code is 1363037 (or in `data`, or there as JSON
  `text`)
- `bytes_name`: `bytes_transfered` (or `bytes_transferred`)
- `owner` of a post: `told` (or `absent`); `foreign` posts: `refused` (or `told`)
- `routes` that take uploads: `both` (or `videos`, `reels`, `none`)
- `reels_per_day`: 30
- `refused_fields` of a post, by comma: none
- `paging`: by `cursors` (or by the `address` alone)
- `numbers`: as `number` (or as `text`)
- `usage`: percent of the calls that are used, as the headers tell, 1
"""

import json
from typing import Any

from social.simulator.store import Store

DEFAULTS: dict[str, Any] = {
    "post_id": "bare",
    "bare_error": 12,
    "shares": "absent",
    "reels": "all",
    "permalink": "relative",
    "copyright": "error",
    "start": "offsets",
    "offset_error": "beside",
    "bytes_name": "bytes_transfered",
    "owner": "told",
    "foreign": "refused",
    "routes": "both",
    "reels_per_day": 30,
    "refused_fields": "",
    "paging": "cursors",
    "numbers": "number",
    "usage": 1,
}


def answers(store: Store) -> dict[str, Any]:
    """The switches in force."""
    changed: dict[str, Any] = json.loads(store.setting("answers") or "{}")
    return DEFAULTS | changed


def switch(store: Store, changes: dict[str, Any]) -> None:
    """Change some of them. Raises ValueError for an unknown name."""
    unknown = set(changes) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"unknown switches {sorted(unknown)}")
    store.set_setting("answers", json.dumps(answers(store) | changes))
