"""What the tests of the application behind the page have in common; the fixture `client` is in conftest.py."""

import sys

import pytest

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("python_multipart", reason="the page's server takes python-multipart")
pytest.importorskip("httpx2" if sys.version_info >= (3, 11) else "httpx", reason="fastapi's test client takes it")

from fastapi.testclient import TestClient

from digits.files import ROOT, SHIPPED
from digits.web.access import guarded
from digits.web.app import web_app

SEVEN = (ROOT / "images" / "seven.png").read_bytes()


def client_of(classify, model=SHIPPED, kept=None):
    app = guarded(web_app(classify, model, kept), {"127.0.0.1"})
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
