"""The shop with ddtrace, which `ddtrace-run` starts."""
from contextlib import contextmanager

from ddtrace import tracer

import work


@contextmanager
def in_span(name, route):
    is_web = name == "web.request"
    with tracer.trace(name, resource=route if is_web else name, span_type="web" if is_web else None) as span:
        told = work.new_span(name, route)
        told["spanId"] = str(span.span_id)
        told["rootSpanId"] = str(tracer.current_root_span().span_id)
        yield told
    work.print_line({"span": told})


work.serve(work.seconds(), in_span)
work.until_told()
