"""Who may ask the page's server, and at which addresses it is found."""

import socket
import sys
from urllib.parse import urlsplit

import pytest

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("httpx2" if sys.version_info >= (3, 11) else "httpx", reason="fastapi's test client takes it")

from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from digits.web.access import addresses_of, guarded, is_for, listening, own_address, own_names


def test_only_requests_to_a_name_of_its_own_are_answered():
    client = TestClient(guarded(PlainTextResponse("hello"), {"localhost", "127.0.0.1", "::1"}))
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"):
        assert client.get("/", headers={"host": host}).text == "hello", host
    for host in (
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "192.168.0.7",
        "",
        "localhost@evil",
        "[",
    ):
        answer = client.get("/", headers={"host": host})
        assert answer.status_code == 421 and "content-security-policy" in answer.headers, host


def test_opened_to_all_it_answers_for_addresses_and_its_own_name_but_for_no_other_name():
    with listening("0.0.0.0", 0) as listener:
        names = own_names(listener, "0.0.0.0")
    for host in ("192.168.0.7:8000", "[fe80::1]", "localhost", f"{socket.gethostname()}:8000"):
        assert is_for(names, host), host
    assert not is_for(names, "evil.example") and not is_for(names, "any address")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_both_addresses_that_it_names_reach_it_and_are_answered(host):
    with listening(host, 0) as listener:
        names = own_names(listener, host)
        for address in map(urlsplit, addresses_of(listener)):
            socket.create_connection((address.hostname, address.port), timeout=10).close()
            assert is_for(names, address.netloc)
            assert host == "127.0.0.1" or address.hostname != host  # which nobody can type into a browser


def test_without_a_network_its_name_is_named(monkeypatch):
    def no_route(*_):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_route)
    assert own_address(socket.AF_INET) == socket.gethostname()
