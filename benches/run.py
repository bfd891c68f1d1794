"""Measures misfit beside its peers on made-up inputs, all in one run, and writes benches/RESULTS.md.

    python3 benches/run.py [--scale 1.0] [--runs 3] [--profile dist] [--folder FOLDER] [--only WORDS] [--built] [--out benches/RESULTS.md]

--scale 1.0 is a million rows (some 10 GB of files, an hour); 0.05 shows whether all works. Peers are taken where they are: DuckDB, chdb-core, Polars and
sourcemeta-jsonschema from PyPI for the Python that runs this, jq, less, gzip and zstd from the system; a peer that is missing is named as skipped. Each
measurement is the median of several runs, contestants in turn, in seconds of processor (user and system); who takes longer than two minutes is stopped.
Python's start with the peer imported is measured by itself and taken off. What misfit needs is built first.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

# Seconds after which a contestant is stopped.
LONGEST = 120
LONG = "long"
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
COLUMNS = [
    "document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name",
    "submission_timestamp",
]
# What a user of each would write to see what is wrong: groups by doctype, place and fault, with times and jobs.
QUERY = """SELECT document_namespace, document_type, document_version, error_type, exception_class,
    {extract} AS path, {replace} AS fault, count(*), min(submission_timestamp), max(submission_timestamp), count(DISTINCT job_name)
    FROM {source} GROUP BY 1, 2, 3, 4, 5, 6, 7"""
DUCKDB = """
import duckdb
connection = duckdb.connect(config={{"threads": 2}})
print(len(connection.sql({query!r}).fetchall()))
"""
CHDB = """
import chdb
print(len(str(chdb.query({query!r}, "CSV")).splitlines()))
"""
POLARS = """
import polars as pl
rows = {source}
message = pl.col("error_message")
groups = (rows.with_columns(message.str.extract("#(/[^:]*)?:", 1).alias("path"), message.str.replace_all("[0-9]+", "n").alias("fault"))
    .group_by({by!r} + ["path", "fault"])
    .agg(pl.len(), pl.col("submission_timestamp").min().alias("first"), pl.col("submission_timestamp").max().alias("last"), pl.col("job_name").n_unique()))
print(len(groups.collect()))
"""
STARTS = {
    "DuckDB": "import duckdb; duckdb.sql('SELECT 1').fetchall()",
    "chdb": "import chdb; str(chdb.query('SELECT 1', 'CSV'))",
    "Polars": "import polars as pl; pl.LazyFrame({'a': [1]}).collect()",
    "sourcemeta": "import subprocess",
}


def cost(command, environment=None):
    """Wall seconds, processor seconds and peak MiB of a command; None where it fails, LONG where it takes longer than anybody waits."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, env=environment)
        watchdog = threading.Timer(LONGEST, process.kill)
        watchdog.start()
        _, status, usage = os.wait4(process.pid, 0)
        watchdog.cancel()
        if os.waitstatus_to_exitcode(status) == -signal.SIGKILL and time.monotonic() - start >= LONGEST:
            return LONG
        # 1 is misfit's and the validators' word for findings.
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            told.seek(0)
            print(f"  {command[0]} failed: {told.read()[-300:].decode(errors='replace').strip()}", file=sys.stderr)
            return None
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def in_turn(contestants, runs):
    """Costs of each contestant, each the median of its runs; contestants take turns, so that a busy moment meets all."""
    told = {name: [] for name in contestants}
    for _ in range(runs):
        for name, command in contestants.items():
            if LONG not in told[name]:
                told[name].append(cost(command))
    median = lambda costs: [statistics.median(part) for part in zip(*costs)] if all(costs) else None
    return {name: LONG if LONG in costs else median(costs) for name, costs in told.items()}


class Peers:
    """Which peers are here, their versions, and what starting them costs."""

    def __init__(self, runs):
        self.versions, self.skipped, self.starts = {}, [], {}
        for name, package in [("DuckDB", "duckdb"), ("chdb", "chdb-core"), ("Polars", "polars"), ("sourcemeta", "sourcemeta-jsonschema")]:
            try:
                self.versions[name] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                self.skipped.append(f"{name} ({package} is not installed for this Python)")
        for name in ["jq", "less", "gzip", "zstd"]:
            if shutil.which(name) is None:
                self.skipped.append(f"{name} (not on PATH)")
                continue
            words = subprocess.run([name, "--version"], capture_output=True, text=True).stdout
            found = re.search(r"\d+\.\d[\w.]*", words) or re.search(r"\d+", words)
            self.versions[name] = found.group().strip(".") if found else "?"
        starting = {name: [sys.executable, "-c", code] for name, code in STARTS.items() if name in self.versions}
        for name, told in in_turn(starting, max(runs, 3)).items():
            if told is None:
                self.skipped.append(f"{name} (does not start)")
                self.versions.pop(name)
            else:
                self.starts[name] = told[1]

    def __contains__(self, name):
        return name in self.versions


def cargo(arguments, profile, **more):
    return subprocess.run(["cargo", *arguments, "--profile", profile], cwd=ROOT, check=True, **more)


def binary(bench, profile):
    """The program of a bench, built."""
    told = cargo(["build", "-p", "misfit-benches", "--bench", bench, "--message-format", "json-render-diagnostics"], profile, stdout=subprocess.PIPE, text=True)
    programs = [json.loads(line).get("executable") for line in told.stdout.splitlines() if line.startswith("{")]
    return [program for program in programs if program][-1]


def newest(bench, profile):
    """The program of a bench as it was built last."""
    folder = os.path.join(ROOT, "target", profile, "deps")
    programs = [os.path.join(folder, name) for name in os.listdir(folder) if re.fullmatch(bench + "-[0-9a-f]+", name)]
    return max(programs, key=os.path.getmtime)


class Inputs:
    """Files that are made once, in a folder."""

    def __init__(self, folder, generate, scale, peers):
        self.folder, self.generate, self.scale, self.peers = folder, generate, scale, peers

    def path(self, name):
        return os.path.join(self.folder, name)

    def rows(self, rows):
        return max(int(rows * self.scale), 50)

    def made(self, name, make):
        path = self.path(name)
        if not os.path.exists(path):
            print(f"making {name}", file=sys.stderr)
            make(path + ".part")
            os.rename(path + ".part", path)
        return path

    def rows_of(self, name, rows, *knobs):
        return self.made(name, lambda path: subprocess.run([self.generate, path, str(self.rows(rows)), *knobs], check=True))

    def mix(self):
        """Rows with real payloads, as many as a day's export has."""
        knobs = ["--mix", "--schemas", self.path("schemas"), "--documents", self.path("documents.ndjson")]
        return self.rows_of("mix.ndjson", 30_000, *knobs)

    def five(self):
        def make(path):
            with open(path, "wb") as out:
                for _ in range(5):
                    with open(self.mix(), "rb") as rows:
                        shutil.copyfileobj(rows, out, 1 << 20)

        return self.made("mix-5.ndjson", make)

    def packed(self, rows, program, ending, *knobs):
        def make(path):
            with open(path, "wb") as out:
                subprocess.run([program, *knobs, "-c", rows], stdout=out, check=True)

        return self.made(os.path.basename(rows) + ending, make)

    def parquet(self, rows, codec, group):
        names = ", ".join(f"{name}: 'VARCHAR'" for name in json.loads(open(rows, encoding="utf-8").readline()))
        query = f"COPY (SELECT * FROM read_json('{rows}', format='newline_delimited', columns={{{names}}})) TO '%s' (FORMAT parquet, COMPRESSION {codec}, ROW_GROUP_SIZE {group})"
        ending = f".{codec}.{'one' if group > 1_000_000 else 'many'}.parquet"
        # In a process of its own: what this one once held counts as the peak of all that it starts.
        code = "import duckdb, sys; duckdb.sql('SET preserve_insertion_order = true'); duckdb.sql(sys.argv[1])"
        return self.made(os.path.basename(rows) + ending, lambda path: subprocess.run([sys.executable, "-c", code, query % path], check=True))


def grouping(path, misfit, peers):
    """Who groups a file, by which command."""
    is_parquet = path.endswith(".parquet")
    plain = not path.endswith((".gz", ".zst", ".parquet"))
    contestants = {"misfit": [misfit, "groups", path, "--format", "ndjson"]}
    python = lambda code: [sys.executable, "-c", code]
    by = [name for name in COLUMNS[:5]]
    if "DuckDB" in peers:
        names = ", ".join(f"{name}: 'VARCHAR'" for name in COLUMNS)
        source = f"read_parquet('{path}')" if is_parquet else f"read_json('{path}', format='newline_delimited', columns={{{names}}})"
        words = {"extract": "regexp_extract(error_message, '#(/[^:]*)?:')", "replace": "regexp_replace(error_message, '[0-9]+', 'n', 'g')"}
        contestants["DuckDB"] = python(DUCKDB.format(query=QUERY.format(source=source, **words)))
    if "chdb" in peers:
        structure = ", ".join(f"{name} Nullable(String)" for name in COLUMNS)
        source = f"file('{path}', Parquet)" if is_parquet else f"file('{path}', JSONEachRow, '{structure}')"
        words = {"extract": "extract(assumeNotNull(error_message), '#(/[^:]*)?:')", "replace": "replaceRegexpAll(assumeNotNull(error_message), '[0-9]+', 'n')"}
        query = QUERY.format(source=source, **words) + " SETTINGS input_format_skip_unknown_fields = 1, max_threads = 2"
        contestants["chdb"] = python(CHDB.format(query=query))
    if "Polars" in peers and (plain or is_parquet):
        source = f"pl.scan_parquet({path!r})" if is_parquet else f"pl.scan_ndjson({path!r}, schema={{name: pl.String for name in {COLUMNS!r}}})"
        contestants["Polars"] = python(POLARS.format(source=source, by=by))
    if "jq" in peers and plain:
        key = ", ".join(f".{name}" for name in by)
        program = f'reduce inputs as $row ({{}}; .[$row | [{key}, (.error_message | gsub("[0-9]+"; "n"))] | join("|")] += 1) | length'
        contestants["jq"] = ["jq", "-n", program, path]
    if "gzip" in peers and path.endswith(".gz"):
        contestants["gzip -dc"] = ["gzip", "-dc", path]
    if "zstd" in peers and path.endswith(".zst"):
        contestants["zstd -dc"] = ["zstd", "-dcq", path]
    if "less" in peers and plain:
        contestants["less (reads the last line)"] = ["script", "-qec", f"less -n +Gq '{path}'", "/dev/null"] if shutil.which("script") else ["less", "-n", "+G", path]
    return contestants


def table(rows, head):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    line = lambda row: "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
    return "\n".join([line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)])


def group_section(inputs, misfit, peers, runs, only):
    few, many = inputs.rows_of("few.ndjson", 1_000_000), inputs.rows_of("many.ndjson", 1_000_000, "--groups", str(inputs.rows(250_000)))
    files = [("rows as they come, five times", inputs.five()), ("few groups", few), ("a quarter as many groups as rows", many)]
    for rows, name in [(few, "few groups"), (many, "many groups")]:
        if "gzip" in peers:
            files.append((f"{name}, gzip", inputs.packed(rows, "gzip", ".gz", "-6")))
        if "zstd" in peers:
            files.append((f"{name}, zstd", inputs.packed(rows, "zstd", ".zst", "-q", "-3")))
        if "DuckDB" in peers:
            for codec in ["snappy", "zstd"]:
                files.append((f"{name}, Parquet {codec}, one row group", inputs.parquet(rows, codec, 10_000_000)))
                files.append((f"{name}, Parquet {codec}, many row groups", inputs.parquet(rows, codec, 20_480)))
    files.append(("rows of 34 KB", inputs.rows_of("large.ndjson", 100_000, "--payload", "33000")))
    lines = []
    for name, path in files:
        if only and only not in name:
            continue
        print(f"grouping: {name}", file=sys.stderr)
        told = in_turn(grouping(path, misfit, peers), runs)
        own = told.get("misfit")
        for who, costs in told.items():
            if costs is None or costs is LONG:
                lines.append([name, who, "failed" if costs is None else f"over {LONGEST}, stopped", "", "", ""])
                continue
            wall, processor, memory = costs
            bare = max(processor - peers.starts.get(who, 0.0), 0.001)
            ratio = f"{own[1] / bare:.2f}" if own and who != "misfit" else ""
            lines.append([name, who, f"{bare:.3f}", f"{wall:.3f}", f"{memory:.0f}", ratio])
    return table(lines, ["input", "who", "processor s", "wall s", "peak MiB", "misfit / it"])


def cases_section(inputs, misfit, runs):
    rows, count = inputs.mix(), inputs.rows(30_000)
    schemas = ["--schemas", inputs.path("schemas")]
    contestants = {
        "cases, all fields": [misfit, "cases", rows, *schemas, "--format", "ndjson"],
        "cases --only group,verdict": [misfit, "cases", rows, *schemas, "--format", "ndjson", "--only", "group,verdict"],
        "cases --only row": [misfit, "cases", rows, *schemas, "--format", "ndjson", "--only", "row"],
    }
    lines = []
    for name, costs in in_turn(contestants, runs).items():
        if costs is not None:
            wall, processor, memory = costs
            lines.append([name, f"{processor:.3f}", f"{processor / count * 1e6:.1f}", f"{count / processor:,.0f}", f"{wall:.3f}", f"{memory:.0f}"])
    with open(inputs.path("documents.ndjson"), "rb") as documents:
        size = os.path.getsize(inputs.path("documents.ndjson")) / sum(1 for _ in documents)
    head = ["command", "processor s", "µs a row", "rows a second of processor", "wall s", "peak MiB"]
    return f"{count:,} rows, documents of {size:,.0f} bytes on the average.\n\n" + table(lines, head)


def judging_section(inputs, judging, misfit, peers, runs, seconds):
    told = subprocess.run([judging, str(seconds)], capture_output=True, text=True, check=True).stdout
    by_work = {}
    shown = lambda micros: f"{micros:,.1f}" if micros >= 10 else f"{micros:.3f}"
    for document, what, who, micros in (line.split("\t") for line in told.splitlines()):
        by_work.setdefault((document, what), {})[who] = float(micros)
    lines = [
        [document, what, shown(of["misfit"]), shown(of["jsonschema"]), f"{of['misfit'] / of['jsonschema']:.2f}"]
        for (document, what), of in by_work.items()
    ]
    text = table(lines, ["document", "work", "misfit µs", "jsonschema crate µs", "misfit / it"])
    if "sourcemeta" not in peers:
        return text
    # Not by the name of its command: Python's own jsonschema has one of that name, too.
    command = [sys.executable, "-m", "sourcemeta_jsonschema"]
    lines = []
    for doctype in ["baseline", "metrics", "main"]:
        schema = os.path.join(inputs.path("schemas"), "made-app", doctype, f"{doctype}.1.schema.json")
        files = []
        for name, keep in [("documents", 100_000), ("one", 1)]:
            path = inputs.path(f"{name}-{doctype}.jsonl")
            with open(inputs.path("documents.ndjson"), encoding="utf-8") as all_documents, open(path, "w", encoding="utf-8") as out:
                wanted = [line for line in all_documents if f'"ping_type":"{doctype}' in line][:keep]
                out.writelines(wanted)
            files.append((path, len(wanted)))
        (many, count), (one, _) = files
        if count < 2:
            lines.append([doctype, f"{count:,}", "too few", "", ""])
            continue
        own = lambda path: [misfit, "judge", path, "--schemas", inputs.path("schemas"), "--doctype", f"made-app.{doctype}.1"]
        theirs = lambda path: [*command, "validate", "--fast", schema, path]
        contestants = {"misfit": own(many), "misfit, one": own(one), "sourcemeta": theirs(many), "sourcemeta, one": theirs(one)}
        costs = in_turn(contestants, runs)
        failed = [who for who, told in costs.items() if told is None or told is LONG]
        if failed:
            lines.append([doctype, f"{count:,}", f"failed: {', '.join(failed)}", "", ""])
        else:
            each = {who: (costs[who][1] - costs[f"{who}, one"][1]) / (count - 1) * 1e6 for who in ["misfit", "sourcemeta"]}
            ratio = f"{each['misfit'] / each['sourcemeta']:.2f}" if each["sourcemeta"] > 0 else ""
            lines.append([doctype, f"{count:,}", f"{each['misfit']:.1f}", f"{each['sourcemeta']:.1f}", ratio])
    head = ["doctype", "documents", "misfit judge µs", "sourcemeta validate --fast µs", "misfit / it"]
    note = "Whole commands over documents that pass, one a line; what one document takes, with the start, is taken off."
    return f"{text}\n\n{note}\n\n{table(lines, head)}"


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--scale", type=float, default=1.0, help="1.0 is a million rows")
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--profile", default="dist", help="cargo's profile of all that is built")
    words.add_argument("--folder", help="where inputs are made and kept; without it they are removed in the end")
    words.add_argument("--only", help="only inputs to be grouped whose names hold this")
    words.add_argument("--out", default=os.path.join(HERE, "RESULTS.md"))
    words.add_argument("--built", action="store_true", help="take what was built before")
    asked = words.parse_args()

    if not asked.built:
        cargo(["build"], asked.profile)
    misfit = os.path.join(ROOT, "target", asked.profile, "misfit")
    find = newest if asked.built else binary
    generate, judging = find("generate", asked.profile), find("judging", asked.profile)
    peers = Peers(asked.runs)
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or temporary
        os.makedirs(folder, exist_ok=True)
        inputs = Inputs(folder, generate, asked.scale, peers)
        load = os.getloadavg()[0]
        sections = [
            ("Grouping", group_section(inputs, misfit, peers, asked.runs, asked.only)),
            ("Cases", cases_section(inputs, misfit, asked.runs)),
            ("Verdicts", judging_section(inputs, judging, misfit, peers, asked.runs, min(1.0, asked.scale * 4))),
        ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = subprocess.run([misfit, "--version"], capture_output=True, text=True).stdout.strip()
    versions = ", ".join(f"{name} {number}" for name, number in peers.versions.items())
    starts = ", ".join(f"{name} {start:.2f} s" for name, start in peers.starts.items())
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    text = f"""# Measurements

Written by `python3 benches/run.py --scale {asked.scale} --runs {asked.runs} --profile {asked.profile}` on {datetime.date.today()}; do not edit.

- Machine: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}; load when it began {load:.1f}, when it ended {os.getloadavg()[0]:.1f}.
- Versions: {version}, Rust {rust}, Python {platform.python_version()}, {versions}.
- Skipped: {"; ".join(peers.skipped) or "nothing"}.
- Processor time is user and system time, the median of {asked.runs} runs, contestants in turn. Python's start is taken off: {starts or "none"}.
  On a busy machine the processor's time is the one to compare, and there too only the ratios.
"""
    for name, section in sections:
        text += f"\n## {name}\n\n{section}\n"
    with open(asked.out, "w", encoding="utf-8") as out:
        out.write(text)
    print(text)


if __name__ == "__main__":
    main()
