"""The shop without any agent: subject of py-spy."""
from contextlib import contextmanager

import work


@contextmanager
def in_span(name, route):
    told = work.new_span(name, route)
    yield told
    work.print_line({"span": told})


work.serve(work.seconds(), in_span)
