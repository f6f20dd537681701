"""Who may use the page's server, and where it listens: addresses, names that it answers to, security headers."""

import errno
import ipaddress
import re
import socket
from collections.abc import Callable

from fastapi.responses import JSONResponse

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
DOCS_POLICY = (  # of /docs, which FastAPI writes: its script comes from where FastAPI keeps it, and begins in the page
    "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def guarded(app: Callable, names: set[str]) -> Callable:
    """Return `app` with HEADERS on each answer, and closed to requests whose Host is not one of `names`.

    Without that check, any web page could point its own name at this machine and read the answers (DNS rebinding).
    """

    async def guarded_app(scope, receive, send):
        policy = {"Content-Security-Policy": DOCS_POLICY} if scope["path"] == "/docs" else {}
        headers = [(name.lower().encode(), value.encode()) for name, value in (HEADERS | policy).items()]

        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        if is_for(names, dict(scope["headers"]).get(b"host", b"").decode("latin-1")):
            await app(scope, receive, send_with_headers)
        else:
            refusal = JSONResponse({"error": "This server does not answer for this Host."}, 421)
            await refusal(scope, receive, send_with_headers)

    return guarded_app


def is_for(names: set[str], host: str) -> bool:
    """Whether the header Host names this server; if "any address" is among `names`, any IP address does."""
    parts = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([^][:@/\s]+))(?::\d+)?", host.lower())
    if parts is None:
        return False
    name = parts[1] or parts[2]
    return name in names or ("any address" in names and is_address(name))


def is_address(name):
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def own_names(listener: socket.socket, host: str) -> set[str]:
    """Return the names by which the server may be called, see is_for; host: as the user gave it."""
    names = {"localhost", "127.0.0.1", "::1", host.lower()}
    if bound_to(listener).is_unspecified:
        names |= {"any address", socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}
    return names


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `port` of `host`. Raises OSError."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512)


def trouble_with(host, port, error):
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use. Take another:  python web_app.py --port {port + 1}"
    return f"Cannot listen on port {port} of {host}: {error.strerror or error}"


def bound_to(listener):
    """Return the address that the socket listens on, an ipaddress."""
    return ipaddress.ip_address(listener.getsockname()[0])


def addresses_of(listener):
    """Return two addresses of the page: for a browser on another machine, if one can reach it, and on this one."""
    address, port = bound_to(listener), listener.getsockname()[1]
    if address.is_unspecified:  # only pages at localhost may use a camera
        return f"http://{own_address(listener.family)}:{port}", f"http://localhost:{port}"
    return 2 * (f"http://{in_brackets(address)}:{port}",)


def own_address(family):
    """Return this machine's address in its network, as in a URL; without a network, its name."""
    somewhere = "2001:db8::1" if family == socket.AF_INET6 else "203.0.113.1"  # nobody's, RFC 3849 and RFC 5737
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((somewhere, 9))  # sends nothing, but chooses the address to send from
        except OSError:
            return socket.gethostname()
        return in_brackets(ipaddress.ip_address(probe.getsockname()[0]))


def in_brackets(address):
    return f"[{address}]" if address.version == 6 else address
