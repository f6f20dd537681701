# The page of web_app.py:  docker build -t digits . && docker run --rm -p 8000:8000 --hostname "$(hostname)" digits
# It answers to localhost, to any IP address, and to the name that --hostname gives.
FROM python:3.13-slim
WORKDIR /digits
RUN pip install --no-cache-dir numpy opencv-python-headless pillow tqdm pillow-heif pypdfium2 fastapi uvicorn python-multipart
COPY web_app.py ./
COPY digits digits
COPY images images
COPY models models
RUN useradd --system digits
USER digits
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/health', timeout=5)"]
CMD ["python", "web_app.py", "--host", "0.0.0.0", "--no-browser"]
