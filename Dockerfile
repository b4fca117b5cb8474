# One image for web, workers and schedule; docker-compose.yml says which of them a container is.

FROM python:3.11-slim-bookworm AS build
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/app.txt /build/app.txt
# Wheels only, each with a known hash: nothing of a package runs while the image is built.
RUN pip install --only-binary :all: --require-hashes --requirement /build/app.txt
WORKDIR /opt/hodisa
COPY . .
# The keys that the settings make for these commands stay in /build/data and never reach the image.
RUN export DATA_DIR=/build/data \
 && python manage.py compile_catalogues \
 && python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q . \
 && chmod --recursive a+rX . /build/data/static

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/var/lib/hodisa
RUN groupadd --system --gid 10001 hodisa \
 && useradd --system --uid 10001 --gid hodisa --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hodisa \
 && install --directory --owner=hodisa --group=hodisa --mode=0700 /var/lib/hodisa/files
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/hodisa /opt/hodisa
# Static files belong to the image. Only files/ is data: mount a volume there, not over DATA_DIR.
COPY --from=build /build/data/static /var/lib/hodisa/static
WORKDIR /opt/hodisa
USER hodisa
EXPOSE 8000
# The name in BASE_URL is one that ALLOWED_HOSTS lets in.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "\
import http.client, os, urllib.parse as u;\
line = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4);\
name = u.urlsplit(os.environ.get('BASE_URL', 'http://localhost')).netloc;\
line.request('GET', '/healthz/', headers={'Host': name});\
raise SystemExit(line.getresponse().status != 200)"]
# No access log: addresses of invitations and of new passwords open doors.
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "8", "--timeout", "60", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", \
     "--no-control-socket", "--log-level", "warning"]
