"""The file of kept answers after a power loss: what is left of it never turns kept answers off."""
import sqlite3

import pytest

STORE = {"applications": {"app": {"store": {"answers": True}}}, "content": {"path": "data/content.db"}}


def nameless(path):
    path.unlink()
    sqlite3.connect(path).execute("PRAGMA journal_mode=WAL").close()


def scrambled(path):
    data = bytearray(path.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    path.write_bytes(data)


LOSSES = {
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(8192)),
    "half a header": lambda path: path.write_bytes(path.read_bytes()[:50]),
    "a database without a name": nameless,
    "damaged": scrambled,
}


def repeated(gateway, key, name):
    """Two calls with the same key; whether the second was answered from the file."""
    answers = [gateway.chat(key, headers={"idempotency-key": name}) for _ in range(2)]
    assert answers[0][0] == 200
    return answers[1][0] == 200 and answers[0][1] == answers[1][1]


@pytest.mark.parametrize("loss", LOSSES)
def test_answers_are_kept_again(start, loss):
    gateway, key = start(STORE)
    assert repeated(gateway, key, "before")
    gateway.stop()
    path = gateway.folder / "data/content.db"
    LOSSES[loss](path)
    gateway.start()
    assert repeated(gateway, key, "after")
    assert path.with_name("content.db.damaged").exists() == (loss == "damaged")
    assert "an answer is not kept" not in gateway.log()
    gateway.verify()


def test_a_file_of_somebody_else_is_left_alone(start):
    gateway, key = start(STORE)
    gateway.stop()
    path = gateway.folder / "data/content.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine(a)")
    before = path.read_bytes()
    gateway.start()
    assert not repeated(gateway, key, "k")
    assert path.read_bytes() == before and "an answer is not kept" in gateway.log()
