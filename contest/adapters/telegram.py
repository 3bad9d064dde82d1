"""A Telegram bot of the installation's own: says a letter's subject and link to a chat, and reads
who wrote to it a code. Only where ``HOITHI_TELEGRAM_TOKEN`` is set."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import requests

from contest.ports import PushAway, PushGone, PushRefused

API = "https://api.telegram.org"
TIMEOUT_S = (5, 15)
GONE = (400, 403)  # the chat is not there, or the person has blocked the bot
LONGEST_WAIT = timedelta(hours=1)


class TelegramBot:
    """Talks to the Bot API. ``url``: of a stand-in, in tests."""

    def __init__(self, token: str, url: str = API) -> None:
        self._address = f"{url}/bot{token}"
        self._name = ""

    def name(self) -> str:
        """The bot's user name; asked once. Raises as ``say``."""
        self._name = self._name or str(self._ask("getMe")["username"])
        return self._name

    def say(self, chat: int, text: str) -> None:
        """Raises ``PushGone`` where the chat has ended, ``PushRefused`` where the bot's token is
        refused, ``PushAway`` where a later attempt may succeed."""
        self._ask("sendMessage", chat_id=chat, text=text)

    def codes(self) -> Iterator[tuple[int, str]]:
        """Chats that wrote ``/start CODE``, with the code; each is told once. Raises as ``say``."""
        updates = self._ask("getUpdates", timeout=0, allowed_updates=["message"])
        for update in updates:
            message = update.get("message", {})
            word, _, code = str(message.get("text", "")).partition(" ")
            chat = message.get("chat", {})
            if word == "/start" and code and chat.get("type") == "private":
                yield int(chat["id"]), code.strip()
        if updates:  # what was read is not told again
            self._ask("getUpdates", timeout=0, offset=updates[-1]["update_id"] + 1, limit=1)

    def _ask(self, method: str, **values: object) -> Any:
        """The ``result``. Errors never name the address, which holds the token."""
        try:
            answer = requests.post(f"{self._address}/{method}", json=values, timeout=TIMEOUT_S,
                                   allow_redirects=False)
            said = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise PushAway(type(error).__name__) from None
        if answer.ok and said.get("ok"):
            return said["result"]
        why = f"HTTP {answer.status_code}: {str(said.get('description', ''))[:200]}"
        if answer.status_code == 429 or answer.status_code >= 500:  # noqa: PLR2004
            seconds = said.get("parameters", {}).get("retry_after")
            wait = timedelta(seconds=int(seconds)) if seconds else None
            raise PushAway(why, wait and min(wait, LONGEST_WAIT))
        if method == "sendMessage" and answer.status_code in GONE:
            raise PushGone(why)
        raise PushRefused(why)
