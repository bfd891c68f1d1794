"""BigQuery on this machine, for tests: local-bigquery with what it lacks.

    python server.py FOLDER [PROJECT]

Keeps everything below FOLDER, listens on a free port of the loopback interface, and prints one line when it is ready:

    READY http://127.0.0.1:PORT

Ends when its standard input does, so that it never outlives the tests that started it.
"""

import importlib
import json
import os
import pathlib
import sys
import threading

EXTENSIONS = ("icu", "ducklake", "spatial")


def install_extensions(home: pathlib.Path) -> None:
    """DuckDB looks for extensions below the home folder, and would download them if they were not there."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ["HOME"] = str(home)
    import duckdb

    with duckdb.connect() as connection:
        for name in EXTENSIONS:
            package = pathlib.Path(importlib.import_module(f"duckdb_extension_{name}").__file__).parent
            for file in (package / "extensions" / f"v{duckdb.__version__}").glob("*.duckdb_extension"):
                connection.execute(f"INSTALL '{file}'")


def patched(app):
    """Closes the two gaps in which answers differ from BigQuery's: lists of datasets without `etag` or, where there are none, without
    `datasets`; and rows that are sent as bytes without a type."""

    async def answer(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        path = scope["path"].rstrip("/")
        if path.endswith("/insertAll"):
            others = [header for header in scope["headers"] if header[0] != b"content-type"]
            scope = {**scope, "headers": [*others, (b"content-type", b"application/json")]}
        if scope["method"] != "GET" or not path.endswith("/datasets"):
            return await app(scope, receive, send)

        messages = []

        async def collect(message):
            messages.append(message)

        await app(scope, receive, collect)
        start = messages[0]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if start["status"] == 200:
            body = json.dumps({"etag": "none", "datasets": [], **json.loads(body)}).encode()
        kept = [header for header in start["headers"] if header[0].lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return answer


def serve(folder: pathlib.Path, project: str) -> None:
    from local_bigquery.settings import settings

    settings.data_dir = folder
    settings.default_project_id = project
    settings.bigquery_host = "127.0.0.1"

    import uvicorn
    from local_bigquery import app

    server = uvicorn.Server(uvicorn.Config(patched(app), host="127.0.0.1", port=0, log_level="warning"))

    def end_with_input() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    def tell_when_ready() -> None:
        while not server.started:
            if server.should_exit:
                return
            threading.Event().wait(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        print(f"READY http://127.0.0.1:{port}", flush=True)

    for work in (end_with_input, tell_when_ready):
        threading.Thread(target=work, daemon=True).start()
    server.run()


def main() -> None:
    folder = pathlib.Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    install_extensions(folder / "home")
    serve(folder, sys.argv[2] if len(sys.argv) > 2 else "test-project")


if __name__ == "__main__":
    main()
