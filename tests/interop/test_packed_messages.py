"""Google's protobuf reads the bytes that tests/unit/proto/messages_v1.txt keeps of every message, and finds none missing."""
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(os.environ.get("DUNLIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))


def test_every_message_has_packed_bytes_that_still_unpack():
    check = subprocess.run([SOURCE / "tests/unit/proto/make_messages.py", "--check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stderr
