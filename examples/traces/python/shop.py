"""A shop whose requests are traced and profiled by ddtrace: `ddtrace-run python shop.py`."""
import time

from ddtrace import tracer

from work import build_report, query_orders, sign


def checkout() -> None:
    with tracer.trace("web.request", resource="POST /checkout", span_type="web"):
        build_report(120_000)
        with tracer.trace("db.query", resource="SELECT orders"):
            query_orders()
        sign(60_000)


while True:
    checkout()
    time.sleep(0.2)
