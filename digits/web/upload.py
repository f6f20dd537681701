"""What a client sent: the bytes of a file, as the body of the request or in a form. Kept in memory, never on disk."""

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

MAX_BYTES = 20_000_000  # of an upload
SCHEMA = {  # for /docs
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


async def file_in(request: Request) -> tuple[bytes, str]:
    """Return the bytes of the file that was sent, and its name in the form, or "picture".

    Raises HTTPException where there is none, more than one in a form, or more than MAX_BYTES.
    """
    body = await body_of(request)
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        body, name = await file_in_form(request.headers, body)
    else:
        name = ""
    if not body:
        raise HTTPException(400, "There is no picture in the body.")
    return body, name or "picture"


async def body_of(request):
    """Return the body of the request, bytes. Raises HTTPException where it is too large."""
    too_large = HTTPException(413, f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise too_large
    return bytes(body)


async def file_in_form(headers, body):
    async def stream():
        yield body

    parser = MultiPartParser(headers, stream(), max_files=1, max_fields=10)
    parser.spool_max_size = MAX_BYTES  # what is larger would go to disk
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, f"The form cannot be read: {error.message}") from error
    for sent in form.values():
        if isinstance(sent, UploadFile):
            return await sent.read(), sent.filename
    raise HTTPException(400, "There is no file in the form: send it with  curl -F file=@photo.jpg")
