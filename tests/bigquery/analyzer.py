"""Google's analyzer of GoogleSQL over statements, for tests.

    python analyzer.py CACHE < statements > verdicts

A statement a line, JSON: {"sql": text, "tables": [{"name": "p.d.t", "fields": [...]}], "parameters": [{"name", "type", "arrayType"}]},
with fields and parameters as BigQuery's REST API writes them. For each a line: null, or what the analyzer has against it. The language is
BigQuery's as far as the analyzer knows it: all released features, the types of the external product, QUALIFY reserved.

With "execute" the statement is run over the tables' "rows" (objects) in Google's reference implementation, with the values of its parameters; the line
is then the answer's rows as the REST API writes them, or what went wrong. That knows no APPROX_TOP_COUNT: an exact one takes its place.

CACHE is a file for the compiled module, which takes half a minute of work to make anew.
"""

import base64
import ctypes
import datetime
import json
import os
import re
import sys

import wasmtime
import zetasql.core.wasm_client as client
from zetasql.core.local_service import ZetaSqlLocalService
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service_pb2
from zetasql.wasi._pb2.zetasql.proto import options_pb2, simple_catalog_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as language_pb2
from zetasql.wasi._pb2.zetasql.public import type_pb2
from zetasql.wasi._pb2.zetasql.resolved_ast import resolved_node_kind_pb2 as kinds

TYPES = {"INTEGER": "INT64", "FLOAT": "DOUBLE", "FLOAT64": "DOUBLE", "BOOLEAN": "BOOL", "RANGE": "STRING"}


class CachedModule:
    """Compiled once for each version of the package."""

    @staticmethod
    def from_file(engine, path):
        cache = sys.argv[1]
        try:
            return wasmtime.Module.deserialize_file(engine, cache)
        except (OSError, wasmtime.WasmtimeError):
            module = wasmtime.Module.from_file(engine, path)
            with open(f"{cache}.{os.getpid()}", "wb") as file:
                file.write(module.serialize())
            os.replace(file.name, cache)
            return module


def quick_memory():
    """The package copies byte by byte."""

    def begin(self):
        return ctypes.addressof(self.memory.data_ptr().contents)

    client.WasmClient.write_bytes = lambda self, at, data: ctypes.memmove(begin(self) + at, bytes(data), len(data))
    client.WasmClient.read_bytes = lambda self, at, size: ctypes.string_at(begin(self) + at, size)


def simple(kind):
    kind = TYPES.get(kind, kind)
    return type_pb2.TypeProto(type_kind=type_pb2.TypeKind.Value(f"TYPE_{kind}"))


def array(element):
    proto = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
    proto.array_type.element_type.CopyFrom(element)
    return proto


def of_field(field):
    if field["type"] in ("RECORD", "STRUCT"):
        proto = type_pb2.TypeProto(type_kind=type_pb2.TYPE_STRUCT)
        for inner in field["fields"]:
            proto.struct_type.field.add(field_name=inner["name"], field_type=of_field(inner))
    else:
        proto = simple(field["type"])
    return array(proto) if field.get("mode") == "REPEATED" else proto


def of_parameter(kind):
    return array(simple(kind["arrayType"]["type"])) if kind["type"] == "ARRAY" else simple(kind["type"])


def catalog_of(tables, language):
    """Tables in catalogs of their project and dataset, and by their whole name; nothing but what a statement names: more takes memory."""
    catalog = simple_catalog_pb2.SimpleCatalogProto(name="all")
    catalog.builtin_function_options.language_options.CopyFrom(language)
    for table in tables:
        project, dataset, name = table["name"].rsplit(".", 2)
        inside = catalog
        for step in (project, dataset):
            inside = next((known for known in inside.catalog if known.name == step), None) or inside.catalog.add(name=step)
        for holder, called in ((inside, name), (catalog, table["name"])):
            proto = holder.table.add(name=called)
            for field in table["fields"]:
                proto.column.add(name=field["name"], type=of_field(field))
    return catalog


def analyze(service, language, statement):
    request = service_pb2.AnalyzeRequest(simple_catalog=catalog_of(statement.get("tables", []), language))
    request.options.language_options.CopyFrom(language)
    request.options.error_message_mode = language_pb2.ERROR_MESSAGE_ONE_LINE
    request.options.prune_unused_columns = True
    for parameter in statement.get("parameters", []):
        kind = of_parameter(parameter["parameterType"])
        request.options.query_parameters.add(name=parameter["name"], type=kind)
    request.sql_statement = statement["sql"]
    try:
        service.wasm_client._call_grpc_method("ZetaSqlLocalService_Analyze", request.SerializeToString())
    except Exception as refusal:  # whatever the analyzer says
        return str(refusal)
    return None


def moment(value, text):
    time = datetime.datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    value.timestamp_value.seconds = int(time.timestamp() // 1)
    value.timestamp_value.nanos = time.microsecond * 1000


def set_value(value, kind, text):
    if text is None:
        return
    if kind == "TIMESTAMP":
        moment(value, text)
    elif kind in ("INT64", "INTEGER"):
        value.int64_value = int(text)
    else:
        value.string_value = text


def set_field(value, field, given):
    """A cell of a row in a file of newline-delimited JSON, as BigQuery loads it."""
    kind = field["type"]
    if field.get("mode") == "REPEATED":
        value.array_value.SetInParent()
        for element in given or []:
            set_field(value.array_value.element.add(), {**field, "mode": "NULLABLE"}, element)
    elif given is None:
        return
    elif kind in ("RECORD", "STRUCT"):
        value.struct_value.SetInParent()
        for inner in field["fields"]:
            set_field(value.struct_value.field.add(), inner, given.get(inner["name"]))
    elif kind == "JSON":
        value.json_value = json.dumps(given)
    elif kind == "BYTES":
        value.bytes_value = base64.b64decode(given)
    elif kind == "DATE":
        value.date_value = (datetime.date.fromisoformat(given) - datetime.date(1970, 1, 1)).days
    else:
        set_value(value, kind, given)


def written(value):
    """As the REST API writes it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [{"v": written(element)} for element in value.array_value.element]
    if kind == "struct_value":
        return {"f": [{"v": written(field)} for field in value.struct_value.field]}
    plain = getattr(value, kind)
    return ("true" if plain else "false") if kind == "bool_value" else str(plain)


def execute(service, language, statement):
    sql = re.sub(r"APPROX_TOP_COUNT\((\w+), \d+\)", r"ARRAY_AGG(STRUCT(\1 AS value, 1 AS count))", statement["sql"])
    request = service_pb2.EvaluateQueryRequest()
    request.options.language_options.CopyFrom(language)
    catalog = request.simple_catalog
    catalog.name = "all"
    catalog.builtin_function_options.language_options.CopyFrom(language)
    for table in statement["tables"]:
        sql = sql.replace(".".join(f"`{step}`" for step in table["name"].rsplit(".", 2)), f"`{table['name']}`")
        proto = catalog.table.add(name=table["name"])
        for field in table["fields"]:
            proto.column.add(name=field["name"], type=of_field(field))
        content = request.table_content[table["name"]].table_data
        for row in table["rows"]:
            cells = content.row.add()
            for field in table["fields"]:
                set_field(cells.cell.add(), field, row.get(field["name"]))
    for parameter in statement["parameters"]:
        kind, given = parameter["parameterType"], parameter["parameterValue"]
        request.options.query_parameters.add(name=parameter["name"], type=of_parameter(kind))
        value = request.params.add(name=parameter["name"]).value
        if kind["type"] == "ARRAY":
            value.array_value.SetInParent()
            for element in given.get("arrayValues", []):
                set_value(value.array_value.element.add(), kind["arrayType"]["type"], element["value"])
        else:
            set_value(value, kind["type"], given["value"])
    request.sql = sql
    try:
        answer = service.wasm_client._call_grpc_method("ZetaSqlLocalService_EvaluateQuery", request.SerializeToString())
    except Exception as refusal:  # whatever it says
        return str(refusal)
    rows = service_pb2.EvaluateQueryResponse.FromString(answer).content.table_data.row
    return [{"f": [{"v": written(cell)} for cell in row.cell]} for row in rows]


def main():
    quick_memory()
    client.Module = CachedModule
    service = ZetaSqlLocalService.get_instance()
    features = service_pb2.LanguageOptionsRequest(maximum_features=True)
    language = options_pb2.LanguageOptionsProto.FromString(
        service.wasm_client._call_grpc_method("ZetaSqlLocalService_GetLanguageOptions", features.SerializeToString())
    )
    language.product_mode = language_pb2.PRODUCT_EXTERNAL
    language.reserved_keywords.append("QUALIFY")
    language.supported_statement_kinds.extend([kinds.RESOLVED_QUERY_STMT, kinds.RESOLVED_CREATE_TABLE_STMT, kinds.RESOLVED_UPDATE_STMT])
    for line in sys.stdin:
        statement = json.loads(line)
        verdict = (execute if statement.get("execute") else analyze)(service, language, statement)
        print(json.dumps(verdict), flush=True)


main()
