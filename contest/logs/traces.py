"""The story that the logs tell, as OpenTelemetry spans (``HOITHI_TRACES``); else none is loaded.

A span is made of a record: no second account of the same is kept anywhere. What is about a clip is
in the clip's own trace, whose id follows from its contest and code, so that the process that
received it, relay and workers need tell one another nothing. A request's trace has the front
server's id of that request; a clip's spans that it caused are linked to it. Attributes are the
records' ids: no addresses, no names.
"""

import hashlib
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contest import logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext

EXPORT_S = 1  # a collector that is away holds nobody up for longer
SERVICE = "hoithi"
NOT_TOLD = {"begun"}  # the end of the same has how long it took
NS = 10**9


class Spans(logging.Handler):
    """Makes a span of each ordinary record; ``seconds`` in it is how long that took."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(logging.INFO)
        self.endpoint = endpoint
        self.made: tuple[int, TracerProvider | None] = (0, None)  # a fork makes its own

    def emit(self, record: logging.LogRecord) -> None:
        if hasattr(record, "ids") and record.msg not in NOT_TOLD:
            try:
                self._tell(record, {**logs.ids_now(), **record.ids})
            except Exception:  # as every handler of the library does
                self.handleError(record)

    def _tell(self, record: logging.LogRecord, ids: Mapping[str, Any]) -> None:
        from opentelemetry import trace  # noqa: PLC0415

        end = int(record.created * NS)
        own, caused_by = contexts(ids)
        span = self.provider().get_tracer(SERVICE).start_span(
            str(ids.get("kind") or ids.get("page") or record.msg),
            context=trace.set_span_in_context(trace.NonRecordingSpan(own)),
            attributes={f"hoithi.{key}": str(value) for key, value in ids.items()
                        if value is not None} | {"hoithi.said": str(record.msg)},
            links=[trace.Link(caused_by)] if caused_by else [],
            start_time=end - int(float(ids.get("seconds", 0)) * NS),
        )
        if "error" in ids or int(ids.get("status", 0)) >= 500:  # noqa: PLR2004
            span.set_status(trace.StatusCode.ERROR)
        span.end(end)

    def provider(self) -> "TracerProvider":
        pid, made = self.made
        if made is None or pid != os.getpid():
            made = _provider(self.endpoint)
            self.made = (os.getpid(), made)
        return made

    def flush(self) -> None:
        """Hand over what this process has told; for one that ends without further ado."""
        pid, made = self.made
        if made is not None and pid == os.getpid():
            made.force_flush(EXPORT_S * 2000)


def contexts(ids: Mapping[str, Any]) -> "tuple[SpanContext, SpanContext | None]":
    """Whose trace a record about ``ids`` belongs to, and the request that caused it if that is
    another's."""
    request = str(ids.get("request", ""))
    about_request = _context(request.rjust(32, "0")[:32]) if request else None
    if ids.get("clip") and ids.get("contest"):
        return _context(_digest(f"{ids['contest']} {ids['clip']}")), about_request
    other = f"job {ids['job']}" if "job" in ids else str(sorted(ids.items()))
    return about_request or _context(_digest(other)), None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _context(trace_id: str) -> "SpanContext":
    """What all spans of a trace hang on: the clip, or the request, itself."""
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415

    return SpanContext(int(trace_id, 16) or 1, int(trace_id[:16], 16) or 1, is_remote=True,
                       trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _provider(endpoint: str) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    made = TracerProvider(resource=Resource.create({"service.name": SERVICE}),
                          shutdown_on_exit=True)
    address = f"{endpoint.rstrip('/')}/v1/traces"
    exporter = trace_exporter.OTLPSpanExporter(endpoint=address, timeout=EXPORT_S)
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


def begin(endpoint: str) -> None:
    """From now on tell the collector at ``endpoint`` (OTLP over HTTP); empty: nobody."""
    ours = logging.getLogger(logs.OURS)
    if endpoint and not any(isinstance(one, Spans) for one in ours.handlers):
        ours.addHandler(Spans(endpoint))
        ours.setLevel(logging.INFO)


def flush() -> None:
    """Before a process ends by a way that runs nothing at its end."""
    for one in logging.getLogger(logs.OURS).handlers:
        if isinstance(one, Spans):
            one.flush()
