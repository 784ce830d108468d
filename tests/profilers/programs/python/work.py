"""What the shop does: requests that each run methods which no other request runs, with a stopwatch per method and span."""
import hashlib
import json
import math
import os
import signal
import threading
import time

LEAST_TURNS = 12  # on a busy machine too: past the long requests
ROUTES = ["GET /orders", "POST /login", "GET /report"]
requests = {}
stock = threading.Lock()
printing = threading.Lock()
kept = []


class OutOfStock(Exception):
    pass


def sum_orders(rounds):
    total = 0.0
    for i in range(1, rounds * 1000):
        total += math.sqrt(i) * math.sin(i)
    return total


def wait_for_stock():
    with stock:
        time.sleep(0.004)


def check_stock(item):
    if item % 3 == 0:
        raise OutOfStock("item %d" % item)


def restock():
    with stock:
        time.sleep(0.002)


def check_password(rounds):
    digest = b"x"
    for _ in range(rounds * 100):
        digest = hashlib.sha256(digest).digest()
    return digest


def build_report(rows):
    kept.append([{"id": i, "name": "row-%d" % i, "tags": ["a" * 20, "b" * (i % 50)]} for i in range(rows)])
    if len(kept) > 6:
        del kept[:3]


def render_report(rounds):
    text = ""
    for i in range(rounds):
        text = ",".join(str((j * 7919 + i) % 2001) for j in range(500))
    return text


def crunch(n):
    return n if n < 2 else crunch(n - 1) + crunch(n - 2)


def print_line(line):
    with printing:
        print(json.dumps(line), flush=True)


def timed(span, method, work):
    """Runs work under the span's stopwatch."""
    wall, cpu = time.monotonic_ns(), time.thread_time_ns()
    try:
        work()
    except OutOfStock:
        pass
    spent = span["methods"].setdefault(method, {"wallNs": 0, "cpuNs": 0})
    spent["wallNs"] += time.monotonic_ns() - wall
    spent["cpuNs"] += time.thread_time_ns() - cpu


def request(route, scale, in_span):
    """`in_span(name, route)` is the tracer's part: a context that yields the span's line and prints it at its end."""
    with printing:
        requests[route] = requests.get(route, 0) + 1
    with in_span("web.request", route) as root:
        if route == "GET /orders":
            timed(root, "sum_orders", lambda: sum_orders(60 * scale))
            with in_span("stock.wait", route) as child:
                timed(child, "wait_for_stock", wait_for_stock)
                timed(child, "check_stock", lambda: check_stock(3))
        elif route == "POST /login":
            timed(root, "check_password", lambda: check_password(200 * scale))
        else:
            with in_span("report.build", route) as child:
                timed(child, "build_report", lambda: build_report(8000 * min(scale, 20)))
            timed(root, "render_report", lambda: render_report(80 * scale))


def scale_of(turn):
    """One request of each route is long enough to be looked at alone."""
    return 50 if 6 <= turn < 9 else 1


def new_span(name, route):
    return {"name": name, "route": route, "spanId": "", "rootSpanId": "", "methods": {}}


def serve(seconds, in_span):
    end = time.monotonic() + seconds

    def web(first):
        turn = first
        while turn < first + LEAST_TURNS or time.monotonic() < end:
            request(ROUTES[turn % 3], scale_of(turn), in_span)
            turn += 1
            time.sleep(0.004)

    def repeat(work, pause):
        while any(thread.is_alive() for thread in web_threads):
            work()
            time.sleep(pause)

    web_threads = [threading.Thread(target=web, args=(i,), name="web-%d" % i) for i in range(2)]
    threads = web_threads + [
        threading.Thread(target=repeat, args=(lambda: crunch(17), 0.03), name="cruncher"),
        threading.Thread(target=repeat, args=(restock, 0.02), name="restock"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print_line({"requests": requests})


def seconds():
    return float(os.environ["SHOP_SECONDS"])


def until_told():
    """SIGTERM ends it, so that the test decides when the last uploads have arrived."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    told.wait()
