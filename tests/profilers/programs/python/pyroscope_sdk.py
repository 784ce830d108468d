"""The shop with pyroscope-io, which knows tags but no spans."""
import os
from contextlib import contextmanager

import pyroscope

import work

pyroscope.configure(
    application_name=os.environ["SHOP_SERVICE"],
    server_address=os.environ["PYROSCOPE_SERVER_ADDRESS"],
    sample_rate=100,
    oncpu=True,
    gil_only=False,
    enable_logging=True,
    tags={"env": "test", "version": "1.2.3", "hostname": os.environ["SHOP_HOST"]},
)


@contextmanager
def in_span(name, route):
    with pyroscope.tag_wrapper({"route": route}):
        told = work.new_span(name, route)
        yield told
    work.print_line({"span": told})


work.serve(work.seconds(), in_span)
work.until_told()
pyroscope.shutdown()
