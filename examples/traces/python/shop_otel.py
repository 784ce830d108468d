"""The same shop with OpenTelemetry's traces and Pyroscope's span profiles."""
import os
import time

import pyroscope
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pyroscope.otel import PyroscopeSpanProcessor

from work import build_report, query_orders, sign

pyroscope.configure(
    application_name=os.environ["OTEL_SERVICE_NAME"], server_address=os.environ["PYROSCOPE_SERVER_ADDRESS"]
)
provider = TracerProvider()
# Ties samples to the local root span, and gives that span the tag pyroscope.profile.id.
provider.add_span_processor(PyroscopeSpanProcessor())
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("shop")


def checkout() -> None:
    with tracer.start_as_current_span("POST /checkout"):
        build_report(120_000)
        with tracer.start_as_current_span("SELECT orders"):
            query_orders()
        sign(60_000)


while True:
    checkout()
    time.sleep(0.2)
