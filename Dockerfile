# One image for the pages and all workers; the command says which part runs: `ui`, `worker cases|crm|model|signer`.
FROM python:3.13-slim AS build
RUN python -m venv /opt/countersign
ENV PATH=/opt/countersign/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements-postgres.lock ./
RUN pip install --require-hashes -r requirements-postgres.lock
COPY . .
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home countersign \
    && install -d -m 0700 -o countersign -g countersign /var/lib/countersign
COPY --from=build /opt/countersign /opt/countersign
ENV PATH=/opt/countersign/bin:$PATH PYTHONUNBUFFERED=1
USER countersign
WORKDIR /var/lib/countersign
VOLUME /var/lib/countersign
EXPOSE 8000
ENTRYPOINT ["countersign"]
