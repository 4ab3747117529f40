# The dependencies, exactly as locked, into an environment of their own.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/voltrule
COPY requirements.txt .
RUN /opt/voltrule/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY protocol protocol
COPY engine engine
RUN /opt/voltrule/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Voltrule" \
      org.opencontainers.image.description="An OCPP 1.6-J central system ruled by policy" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /voltrule --shell /usr/sbin/nologin voltrule \
    && mkdir -p /voltrule/data \
    && chown voltrule:voltrule /voltrule/data
COPY --from=build /opt/voltrule /opt/voltrule
COPY policies /voltrule/policies
WORKDIR /voltrule
ENV PATH=/opt/voltrule/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    # Inside the container all addresses; which of them the world sees, `docker run -p` decides.
    VOLTRULE_ADMIN__LISTEN=0.0.0.0:8080
USER voltrule
# Only the data is written: the rest may be mounted read-only (`docker run --read-only`).
VOLUME /voltrule/data
EXPOSE 9000 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["voltrule"]
CMD ["serve"]
