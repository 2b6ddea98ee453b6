"""The heaps of a process, as glibc tells them (malloc_info(3))."""

import platform
import subprocess
import sys

import pytest

_MOST = 2
_TWELVE_THREADS = """
import ctypes, tempfile, threading
from etl import heaps

{before}
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
held = threading.Barrier(12)
def hold():
    blocks = [bytes(10_000) for _ in range(100)]
    held.wait()
threads = [threading.Thread(target=hold) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.NamedTemporaryFile("r") as told:
    file = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(told.read().count("<heap nr="))
"""


def n_heaps(before: str) -> int:
    code = _TWELVE_THREADS.format(before=before)
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are glibc's")
def test_threads_share_two_heaps() -> None:
    assert n_heaps("pass") > _MOST
    assert n_heaps("heaps.limit()") <= _MOST


_FREED = """
from etl import heaps

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

blocks = [b"x" * 100_000 for _ in range(1_000)]
last = blocks.pop()  # above all others, and used
del blocks
before = resident()
heaps.give_back()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are glibc's")
def test_what_has_been_freed_is_given_back() -> None:
    code = subprocess.run([sys.executable, "-c", _FREED], capture_output=True, text=True, check=True)
    assert int(code.stdout) > 50e6
