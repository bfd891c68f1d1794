//! RudderStack's discards: values that a column of the warehouse does not take, a row each.
//!
//! Owns: the members of `rudder_discards`. Refuses: events.

use serde_json::Value;

use super::{DocumentPlace, Failure, ForeignRow, members, time};
use crate::pipeline::fault::ToldFailure;

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    let get = |name: &str| members::owned(value, name).or_else(|| members::owned(value, &name.to_ascii_uppercase()));
    let (column, table) = (get("column_name")?, get("table_name")?);
    let is_there = |name: &str| value.get(name).is_some() || value.get(name.to_ascii_uppercase()).is_some();
    if !is_there("column_value") && !is_there("row_id") {
        return None;
    }
    let reason = get("reason").or_else(|| get("error"));
    let place = format!("/{}", column.replace('~', "~0").replace('/', "~1"));
    // The value is there because the column is of another type, also where older versions do not say so.
    let told = ToldFailure { place: Some(&place), keyword: Some("type"), text: reason.as_deref(), ..ToldFailure::default() };
    let held = get("column_value").map_or(Value::Null, Value::String);
    let document = serde_json::Map::from_iter([(column.clone(), held)]);
    let when = ["received_at", "uuid_ts", "loaded_at"]
        .into_iter()
        .find_map(|name| value.get(name).or_else(|| value.get(name.to_ascii_uppercase())));
    let failure = Failure {
        doctype: Some(table),
        stage: Some("discards".to_owned()),
        message: Some(told.message()),
        time: when.and_then(time),
        document: DocumentPlace::Text(Value::Object(document).to_string()),
        ..Failure::default()
    };
    Some(ForeignRow { kind: "RudderStack discards", judge: Some("RudderStack".to_owned()), failures: vec![failure], weight: 1 })
}
