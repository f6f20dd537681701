import platform
import subprocess
import sys

import pytest
from conftest import ROOT

FAULTS = """
import resource
from memory import keep_memory
keep_memory()
size = 64 * 2**20
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    b"x" * size
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * resource.getpagesize() / size)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_what_is_freed_is_used_again():
    done = subprocess.run([sys.executable, "-c", FAULTS], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert float(done.stdout) < 2  # so many times the size, of ten, was fetched from the system


def test_where_the_c_library_has_no_such_setting_nothing_happens(monkeypatch):
    import memory

    for library in (TypeError, OSError, AttributeError):

        def no_library(_, error=library):
            raise error

        monkeypatch.setattr(memory.ctypes, "CDLL", no_library)
        memory.keep_memory()
