"""Times `misfit groups` beside DuckDB's read_json or read_parquet with GROUP BY on the same file, two threads each, in turns.

    cargo bench -p misfit-benches --bench generate -- /tmp/errors.ndjson 1000000
    cargo build --release
    pip install duckdb
    python benches/versus_duckdb.py /tmp/errors.ndjson [RUNS]

Prints the best times of each and the peak of resident memory. On a busy machine the processors' time is the one to compare. For packed files it times the unpacking alone as well.
"""

import os
import subprocess
import sys
import time

BINARY = os.path.join(os.path.dirname(__file__), "..", "target", "release", "misfit")
COLUMNS = [
    "document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name",
    "submission_timestamp",
]
DUCKDB = """
import duckdb, sys
connection = duckdb.connect(config={{"threads": 2}})
source = {source!r}
connection.sql(f'''
    SELECT document_namespace, document_type, document_version, error_type, exception_class,
           regexp_extract(error_message, '#(/[^:]*)?:') AS path,
           regexp_replace(error_message, '[0-9]+', 'n', 'g') AS fault,
           count(*), min(submission_timestamp), max(submission_timestamp), count(DISTINCT job_name)
    FROM {{source}} GROUP BY ALL
''').fetchall()
"""


def run(command, environment=None):
    """Wall time and processor time in seconds, and peak resident memory in MiB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status not in (0, 256):
        sys.exit(f"{command[0]} failed with {status}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    path = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with open(path, "rb") as file:
        magic = file.read(4)
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in COLUMNS)
    source = f"read_parquet('{path}')" if magic == b"PAR1" else f"read_json('{path}', format='newline_delimited', columns={{{columns}}})"
    contestants = {
        "misfit groups": [BINARY, "groups", path, "--format", "json"],
        "DuckDB": [sys.executable, "-c", DUCKDB.format(source=source)],
        "(Python and DuckDB starting)": [sys.executable, "-c", "import duckdb; duckdb.sql('SELECT 1').fetchall()"],
    }
    if magic[:2] == b"\x1f\x8b":
        contestants["gzip -dc"] = ["gzip", "-dc", path]
    if magic == b"\x28\xb5\x2f\xfd":
        contestants["zstd -dc"] = ["zstd", "-dcq", path]
    results = {name: [] for name in contestants}
    for _ in range(runs):
        for name, command in contestants.items():
            results[name].append(run(command))
    for name, times in results.items():
        wall, processor, memory = zip(*times)
        print(f"{name:<32} {min(wall):7.3f} s {min(processor):7.3f} s of processors {max(memory):8.1f} MiB")


if __name__ == "__main__":
    main()
