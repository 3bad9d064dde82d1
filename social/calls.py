"""One HTTP call to the Graph API: time-outs, token, usage headers, errors translated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from social.errors import MetaDetails, PageError, Transient
from social.multipart import FormWithSlice, RestOfFile
from social.settings import GraphSettings
from social.translate import details_of, error_for
from social.usage import Usage, read_usage

REDIRECT = 300  # from here on nothing is an answer: the API does not redirect


class _Bearer(AuthBase):
    """Sends the token in a header, so that it never appears in a logged address."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _leave(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The header is set already; without this, `requests` would look into ~/.netrc."""
    return request


@dataclass(frozen=True)
class Answer:
    """body: the JSON object Meta sent. date: the answer's Date header, if any."""

    body: Mapping[str, object]
    date: str | None


class GraphCalls:
    """Sends one request per call; no retries, no redirects, no waiting.

    Every call raises the `PageError` that `social.translate` makes of a refusal, or `Transient`
    when no connection was made. `usage` holds the limits as of the newest answer.
    """

    def __init__(self, settings: GraphSettings) -> None:
        self.settings = settings
        self.usage = Usage()
        self._session = requests.Session()
        self._session.trust_env = not settings.is_simulator
        self._auth = _Bearer(settings.token)

    def get(
        self,
        path: str,
        more: Mapping[str, str] = MappingProxyType({}),
        *,
        bearer: str | None = None,
        within: float | None = None,
        **params: str,
    ) -> Answer:
        """GET `path`. `bearer` replaces the Page token (by the app's own, for `debug_token`).

        within: seconds for connecting and for each silence, where less than the settings say.
        """
        proof = {} if bearer else self.settings.proof()
        auth = _Bearer(bearer) if bearer else self._auth
        connect, read = self.settings.connect_timeout, self.settings.read_timeout
        return self._send(
            lambda url: self._session.get(
                url,
                params={**params, **more, **proof},
                auth=auth,
                timeout=(min(connect, within or connect), min(read, within or read)),
                allow_redirects=False,
            ),
            path,
        )

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        *,
        read_timeout: float | None = None,
        translate: Callable[..., PageError] = error_for,
    ) -> Answer:
        """POST to `path`. `translate` turns a refusal into the error raised."""
        timeout = (self.settings.connect_timeout, read_timeout or self.settings.read_timeout)
        return self._send(
            lambda url: self._session.post(
                url,
                data={**fields, **self.settings.proof()},
                auth=self._auth,
                timeout=timeout,
                allow_redirects=False,
            ),
            path,
            translate,
        )

    def post_form(self, path: str, form: FormWithSlice) -> Answer:
        """POST a form whose file part streams from disk. Raises OSError if the file ends early."""
        return self._send(
            lambda url: self._session.post(
                url,
                data=form,
                headers={"Content-Type": form.content_type},
                auth=self._auth,
                timeout=(self.settings.connect_timeout, self.settings.read_timeout),
                allow_redirects=False,
            ),
            path,
        )

    def post_rest(
        self, path: str, clip: Path, start: int, progress: Callable[[], object] = lambda: None
    ) -> Answer:
        """POST the rest of a file from `start` to the host that takes a reel's bytes.

        progress: called as the bytes leave. Raises OSError if the file ends early.
        """
        with RestOfFile(clip, start, progress) as rest:
            headers = {
                "Authorization": f"OAuth {self.settings.token}",
                "offset": str(start),
                "file_size": str(rest.size),
                "Content-Type": "application/octet-stream",
            }
            return self._send(
                lambda url: self._session.post(
                    url,
                    data=rest,
                    headers=headers,
                    auth=_leave,
                    timeout=(self.settings.connect_timeout, self.settings.read_timeout),
                    allow_redirects=False,
                ),
                path,
                base=self.settings.upload_url,
            )

    def _send(
        self,
        request: Callable[[str], requests.Response],
        path: str,
        translate: Callable[..., PageError] = error_for,
        base: str | None = None,
    ) -> Answer:
        url = f"{(base or self.settings.graph_url).rstrip('/')}/{path}"
        try:
            response = request(url)
        except requests.RequestException as error:
            raise _network_error(error, translate) from None
        self.usage = read_usage(response.headers)
        body = _body(response)
        refused = body is None or body.get("error") or "debug_info" in body
        if response.status_code >= REDIRECT or refused or body is None:
            raise translate(details_of(body, response.status_code), self.usage.wait)
        return Answer(body, response.headers.get("Date"))


def _body(response: requests.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _network_error(
    error: requests.RequestException, translate: Callable[..., PageError]
) -> PageError:
    """The exception's own text quotes the address, so only its type is reported."""
    details = MetaDetails(message=f"no answer from the Page: {type(error).__name__}")
    return Transient(details=details) if _not_sent(error) else translate(details, None)


def _not_sent(error: requests.RequestException) -> bool:
    """Whether no connection was made for certain, so that the Page received nothing."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
