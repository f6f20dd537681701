"""The package as a whole."""

import subprocess
import sys

import pytest
from conftest import ROOT

CANNOT = "ImportError('libxcb.so.1: cannot open shared object file: No such file or directory')"


@pytest.mark.parametrize("script", ["prediction.py", "web_app.py", "handwritten_digit_recognition.py"])
def test_where_a_library_of_a_desktop_is_missing_the_headless_opencv_is_named(tmp_path, script):
    (tmp_path / "cv2.py").write_text(f"raise {CANNOT}")
    run = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import runpy; runpy.run_path({script!r})"
    done = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, encoding="utf-8")
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "OpenCV cannot be loaded (libxcb.so.1: cannot open shared object file" in last
    assert last.endswith("pip uninstall -y opencv-python && pip install opencv-python-headless")
