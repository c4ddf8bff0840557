# syntax=docker/dockerfile:1
# The service with PostgreSQL, S3 and OpenTelemetry: `docker build -t velocity .`. What it needs to run is in docs/operations.md.

FROM python:3.12.11-slim-bookworm AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /usr/local/lib/velocity
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY velocity_engine velocity_engine
COPY velocity_web velocity_web
RUN /usr/local/lib/velocity/bin/pip install -c constraints.txt ".[postgres,s3,otel,icu]"
# Kernels are compiled for the kind of processor that builds the image. On another kind they are compiled once, at the
# first start, into the volume that is mounted there.
ENV NUMBA_CACHE_DIR=/var/cache/velocity
RUN /usr/local/lib/velocity/bin/velocity warmup && /usr/local/lib/velocity/bin/python -m pip uninstall -y pip

FROM python:3.12.11-slim-bookworm
LABEL org.opencontainers.image.title="Velocity" \
      org.opencontainers.image.description="A render engine for video templates, and its REST service" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /var/lib/velocity --create-home --shell /usr/sbin/nologin velocity
COPY --from=build /usr/local/lib/velocity /usr/local/lib/velocity
COPY --from=build --chown=10001:10001 /var/cache/velocity /var/cache/velocity
ENV PATH=/usr/local/lib/velocity/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/var/cache/velocity \
    VELOCITY_DATA=/var/lib/velocity \
    VELOCITY_HOST=0.0.0.0 \
    VELOCITY_PORT=8080
USER 10001:10001
VOLUME ["/var/lib/velocity", "/var/cache/velocity"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["velocity"]
CMD ["serve"]
