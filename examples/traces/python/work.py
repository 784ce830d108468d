"""What a request of the shop does: it counts words, waits for a query, and hashes."""
import hashlib
import time


def build_report(words: int) -> int:
    counts: dict[str, int] = {}
    for i in range(words):
        word = str(i * 7919 % 1000)
        counts[word] = counts.get(word, 0) + 1
    return len(counts)


def query_orders() -> None:
    time.sleep(0.08)


def sign(rounds: int) -> str:
    return hashlib.pbkdf2_hmac("sha256", b"order", b"salt", rounds).hex()
