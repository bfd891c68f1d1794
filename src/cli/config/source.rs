//! Sources with a map of their rows: `[source.NAME]`, or a file of its own.
//!
//! Owns: the names of a map's fields, what each may be. Refuses: what a field means (rows/foreign).

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, ConfigReader, MAP_BYTES, unknown_name};
use crate::ground::contained::contained;
use crate::rows::foreign::PayloadCoding;
use crate::rows::foreign::map::{FieldMap, FieldSource, MapField};

/// A source that is named in the configuration, with what its rows mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MappedSource {
    /// Its inputs; none where the name only stands for the map.
    pub inputs: Vec<String>,
    /// Which member of its rows is what.
    pub map: Option<FieldMap>,
}

/// How the payload is written.
const ENCODING: &str = "encoding";
/// In a field: the same in all rows.
const VALUE: &str = "value";

/// Reads the tables.
pub(super) fn read(reader: &ConfigReader<'_>, value: &Spanned<DeValue<'_>>) -> Result<BTreeMap<String, MappedSource>, ConfigError> {
    let mut sources = BTreeMap::new();
    for (name, value) in reader.table("source", value)? {
        reader.refuse_command("source", name)?;
        let table = reader.table(&format!("source.{}", name.get_ref()), value)?;
        let (mut source, mut map) = (MappedSource::default(), FieldMap::default());
        for (setting, value) in table {
            match setting.get_ref().as_ref() {
                "inputs" => {
                    let inputs = reader.strings("inputs", value)?;
                    source.inputs = inputs.iter().map(|input| reader.resolve(input).to_string_lossy().into_owned()).collect();
                }
                "map" => read_fields(reader, reader.table("map", value)?, &mut map)?,
                _ => read_field(reader, setting, value, &mut map, &["inputs", "map"])?,
            }
        }
        if map != FieldMap::default() {
            map.check().map_err(|reason| reader.wrong(name.span(), format!("source.{}: {reason}", name.get_ref())))?;
            source.map = Some(map);
        }
        sources.insert(name.get_ref().to_string(), source);
    }
    Ok(sources)
}

/// Reads a file that is a map.
///
/// # Errors
/// It cannot be read, or says something that no map says: with file and line.
pub fn load_map(path: &Path) -> Result<FieldMap, ConfigError> {
    let text = super::read_text(path, MAP_BYTES)?;
    parse_map(&text, path)
}

/// Reads the text of a map; `path` is for messages.
pub fn parse_map(text: &str, path: &Path) -> Result<FieldMap, ConfigError> {
    let reader = ConfigReader::new(text, path);
    let parsed = contained(|| DeTable::parse(text)).map_err(|reason| reader.wrong(Default::default(), reason))?;
    let table = parsed.map_err(|error| reader.wrong(error.span().unwrap_or_default(), error.message().to_owned()))?;
    let mut map = FieldMap::default();
    for (name, value) in table.get_ref() {
        match name.get_ref().as_ref() {
            "map" => read_fields(&reader, reader.table("map", value)?, &mut map)?,
            _ => read_field(&reader, name, value, &mut map, &[])?,
        }
    }
    map.check().map_err(|reason| reader.wrong(Default::default(), reason))?;
    Ok(map)
}

fn read_fields(reader: &ConfigReader<'_>, table: &DeTable<'_>, map: &mut FieldMap) -> Result<(), ConfigError> {
    table.iter().try_for_each(|(name, value)| read_field(reader, name, value, map, &[]))
}

/// One field. `beside` are the other names that may stand there.
fn read_field(
    reader: &ConfigReader<'_>,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    map: &mut FieldMap,
    beside: &[&str],
) -> Result<(), ConfigError> {
    if name.get_ref() == ENCODING {
        let names = PayloadCoding::NAMES.map(|(name, _)| name);
        let told = reader.string(ENCODING, value)?;
        let coding = PayloadCoding::NAMES.iter().find(|(known, _)| *known == told);
        map.coding = coding.map(|(_, coding)| *coding).ok_or_else(|| reader.wrong(value.span(), unknown_name("encoding", told, &names)))?;
        return Ok(());
    }
    let Some(field) = MapField::ALL.into_iter().find(|field| field.name() == name.get_ref()) else {
        let fields = MapField::ALL.into_iter().map(MapField::name);
        let mut known: Vec<&str> = fields.collect();
        known.push(ENCODING);
        known.extend_from_slice(beside);
        return Err(reader.wrong(name.span(), unknown_name("field of a map", name.get_ref(), &known)));
    };
    let source = match value.get_ref().as_table() {
        Some(table) => {
            let fixed = table.iter().find(|(name, _)| name.get_ref() == VALUE).filter(|_| table.len() == 1);
            let (_, value) = fixed.ok_or_else(|| {
                let name = field.name();
                reader.wrong(
                    value.span(),
                    format!("{name} has to be the path of a member in quotes, or what is the same in all rows: {{ value = \"…\" }}"),
                )
            })?;
            FieldSource::Fixed(reader.string(field.name(), value)?.to_owned())
        }
        None => {
            let path = reader.string(field.name(), value)?;
            if path.is_empty() {
                let name = field.name();
                return Err(reader.wrong(
                    value.span(),
                    format!("{name} names no member: give the path of one, as in \"error.message\", or leave {name} out"),
                ));
            }
            FieldSource::Member(path.to_owned())
        }
    };
    map.fields.insert(field, source);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<FieldMap, String> {
        parse_map(text, Path::new("/m.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_map_is_read_with_paths_and_fixed_values() {
        let map = read("namespace = { value = \"shop\" }\nmessage = \"error.text\"\npayload = \"body\"\nencoding = \"base64\"\n").unwrap();
        assert_eq!(map.fields[&MapField::Namespace], FieldSource::Fixed("shop".to_owned()));
        assert_eq!(map.fields[&MapField::Message], FieldSource::Member("error.text".to_owned()));
        assert_eq!(map.coding, PayloadCoding::Base64);
        assert_eq!(read("[map]\nmessage = \"a\"").unwrap().fields.len(), 1);
    }

    #[test]
    fn mistakes_name_the_line_and_what_is_right() {
        for (text, says) in [
            ("\nmesage = \"a\"", "/m.toml line 2: unknown field of a map \"mesage\"; did you mean \"message\"?"),
            ("message = 3", "/m.toml line 1: message has to be a text in quotes, found integer"),
            ("message = \"\"", "message names no member"),
            ("message = { path = \"a\" }", "message has to be the path of a member in quotes"),
            ("message = \"a\"\nencoding = \"base46\"", "line 2: unknown encoding \"base46\"; did you mean \"base64\"?"),
            ("namespace = \"a\"", "the map says of no member that it tells what is wrong"),
            ("", "the map says of no member"),
            ("message = ", "/m.toml line 1:"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(says), "{text:?}: {told}");
        }
    }

    #[test]
    fn a_source_of_the_configuration_has_inputs_and_a_map() {
        let read = |text: &str| super::super::parse(text, Path::new("/etc/c.toml")).map_err(|error| error.to_string());
        let config =
            read("[source.shop]\ninputs = \"rows/*.ndjson\"\n[source.shop.map]\nmessage = \"m\"\n[source.other]\nmessage = \"n\"\n")
                .unwrap();
        assert_eq!(config.mapped["shop"].inputs, ["/etc/rows/*.ndjson"]);
        assert!(config.mapped["shop"].map.is_some() && config.mapped["other"].map.is_some());
        assert!(read("[source.shop]\ninpts = \"a\"").unwrap_err().contains("did you mean \"inputs\"?"));
        assert!(read("[source.groups]\nmessage = \"a\"").unwrap_err().contains("groups is a command"));
        assert!(
            read("[source.shop.map]\npayload = \"a\"").unwrap_err().contains("/etc/c.toml line 1: source.shop: the map says of no member")
        );
    }
}
