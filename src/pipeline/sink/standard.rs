//! The fields of a row that the pipeline fills itself.
//!
//! Owns: what the decoder takes out of a document and makes attributes of, the standard fields and the `metadata` that are written from them,
//! the client id and the sample that it falls into.
//! Refuses: transforming the members between them (transform).

use std::borrow::Cow;

use crate::pipeline::document::{Document, NodeId};

use super::Submission;
use super::made::{self, Coercion, MemberKey, ValueContent, ValueForm, ValueId, ValueShape};
use super::transform::{Intent, IntentWhy, Transform};

/// Top-level fields that hold text, in the order of the row.
const TEXTS: [&str; 7] = [
    "submission_timestamp",
    "document_id",
    "normalized_app_name",
    "normalized_channel",
    "normalized_os",
    "normalized_os_version",
    "normalized_country_code",
];
pub(super) const SAMPLE: &str = "sample_id";
pub(super) const METADATA: &str = "metadata";
const NAMESPACE: &str = "document_namespace";

/// Parts of `metadata` whose attributes begin with the part's name, whatever follows.
const PREFIXED: [&str; 3] = ["geo", "isp", "user_agent"];
/// What such attributes usually tell.
const USUAL: [&str; 10] =
    ["city", "country", "db_version", "subdivision1", "subdivision2", "name", "organization", "browser", "os", "version"];
const HEADERS: [&str; 8] =
    ["date", "dnt", "x_debug_id", "x_pingsender_version", "x_source_tags", "x_telemetry_agent", "x_foxsec_ip_reputation", "x_lb_tags"];
const ADDRESS: [&str; 5] = ["uri", "app_name", "app_version", "app_update_channel", "app_build_id"];
const IDENTITY: [&str; 3] = [NAMESPACE, "document_type", "document_version"];

/// Whether the decoder takes a top-level member of that name out of the document before it validates and stores it.
pub fn is_taken_out(name: &str) -> bool {
    name == METADATA || name == SAMPLE || TEXTS.contains(&name)
}

/// Attributes in their order; one that the document brings replaces the submission's.
struct Attributes<'a>(Vec<Attribute<'a>>);

struct Attribute<'a> {
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    /// The document's value that it was made of.
    source: Option<NodeId>,
}

impl<'a> Attributes<'a> {
    fn get(&self, name: &str) -> Option<&Attribute<'a>> {
        self.0.iter().find(|attribute| attribute.name == name)
    }

    fn set(&mut self, name: String, text: String, source: Option<NodeId>) {
        match self.0.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => (attribute.text, attribute.source) = (text.into(), source),
            None => self.0.push(Attribute { name: name.into(), text: text.into(), source }),
        }
    }
}

/// The object of a row before it is transformed, and the metadata that is put back afterwards.
pub(super) fn assemble(transform: &mut Transform<'_>, submission: &Submission<'_>) -> (ValueId, ValueId) {
    let document = transform.document;
    let given =
        submission.attributes.iter().map(|(name, text)| Attribute { name: Cow::Borrowed(name), text: Cow::Borrowed(text), source: None });
    let mut attributes = Attributes(given.collect());
    let mut members = Vec::new();
    let root = if document.is_empty() { Vec::new() } else { made::members(document, 0) };
    for member in root {
        let name = document.key(member).unwrap_or_default();
        if is_taken_out(&name) {
            transform.intents[member as usize] = Some(Intent { column: None, why: IntentWhy::Stripped });
            take_out(document, member, &name, &mut attributes);
        } else {
            members.push((MemberKey::Member(member), transform.whole(member)));
        }
    }
    normalize_client(transform, &mut members, &mut attributes);
    let mut all = standard_fields(transform, &attributes);
    all.extend(members);
    let metadata = metadata(transform, &attributes);
    (transform.build(ValueContent::Object(all)), metadata)
}

/// Makes attributes of a member: of texts, and for the sample of any single value.
fn take_out(document: &Document, member: NodeId, name: &str, attributes: &mut Attributes<'_>) {
    if name == METADATA {
        return take_out_metadata(document, member, attributes);
    }
    let text = match made::shape(document, member) {
        ValueShape::Text => document.string(member).map(Cow::into_owned),
        ValueShape::Integer | ValueShape::Number if name == SAMPLE => Some(made::number_text(document, member).into_owned()),
        _ => None,
    };
    if let Some(text) = text {
        attributes.set(name.to_owned(), text, Some(member));
    }
}

fn take_out_metadata(document: &Document, metadata: NodeId, attributes: &mut Attributes<'_>) {
    let mut take = |object: NodeId, known: &[&str], prefix: &str| {
        for member in made::members(document, object) {
            let name = document.key(member).unwrap_or_default();
            if let Some(text) = document.string(member)
                && (known.is_empty() || known.contains(&&*name))
            {
                attributes.set(format!("{prefix}{name}"), text.into_owned(), Some(member));
            }
        }
    };
    let part = |name: &str| document.member(metadata, name).filter(|&part| made::shape(document, part) == ValueShape::Object);
    for name in PREFIXED {
        part(name).into_iter().for_each(|part| take(part, &[], &format!("{name}_")));
    }
    part("header").into_iter().for_each(|part| take(part, &HEADERS, ""));
    part("uri").into_iter().for_each(|part| take(part, &ADDRESS, ""));
    take(metadata, &IDENTITY, "");
}

/// The fields that come first in a row.
fn standard_fields(transform: &mut Transform<'_>, attributes: &Attributes<'_>) -> Vec<(MemberKey, ValueId)> {
    let mut fields = Vec::new();
    for name in TEXTS {
        if let Some(attribute) = attributes.get(name) {
            fields.push((MemberKey::Name(Cow::Borrowed(name)), text(transform, attribute)));
        }
    }
    // Text that is no number is lost.
    if let Some(attribute) = attributes.get(SAMPLE)
        && let Ok(sample) = attribute.text.parse::<i32>()
    {
        let value = ValueContent::Integer(i64::from(sample));
        let value = transform.make(value, attribute.source, form(attribute));
        fields.push((MemberKey::Name(Cow::Borrowed(SAMPLE)), value));
    }
    fields
}

fn metadata(transform: &mut Transform<'_>, attributes: &Attributes<'_>) -> ValueId {
    // Each attribute is looked at once: there are dozens, and most are of no part.
    let told: Vec<(&'static str, Cow<'static, str>, &Attribute<'_>)> =
        attributes.0.iter().filter_map(|attribute| part_of(&attribute.name).map(|(part, name)| (part, name, attribute))).collect();
    let members_of = |transform: &mut Transform<'_>, part: &'static str| -> Vec<(MemberKey, ValueId)> {
        let of_part = told.iter().filter(|(of, _, _)| *of == part);
        of_part.map(|(_, name, attribute)| (MemberKey::Name(name.clone()), text(transform, attribute))).collect()
    };
    let mut all: Vec<(MemberKey, ValueId)> = Vec::new();
    let has_address = attributes.get(NAMESPACE).is_some_and(|attribute| attribute.text == "telemetry");
    for part in PREFIXED.into_iter().chain(["header", "uri"]).filter(|part| *part != "uri" || has_address) {
        let members = members_of(transform, part);
        let members = transform.build(ValueContent::Object(members));
        all.push((MemberKey::Name(Cow::Borrowed(part)), members));
    }
    all.extend(members_of(transform, ""));
    transform.build(ValueContent::Object(all))
}

/// The part of `metadata` that an attribute is told in, and as what; of its own the part has no name. `None` of most.
fn part_of(name: &str) -> Option<(&'static str, Cow<'static, str>)> {
    if !matches!(name.as_bytes().first(), Some(b'a' | b'd' | b'g' | b'i' | b'u' | b'x')) {
        return None;
    }
    let known = |names: &[&'static str]| names.iter().copied().find(|known| *known == name);
    let prefixed = || PREFIXED.into_iter().find_map(|part| Some((part, name.strip_prefix(part)?.strip_prefix('_')?)));
    if let Some((part, rest)) = prefixed() {
        let usual = USUAL.into_iter().find(|usual| *usual == rest);
        return Some((part, usual.map_or_else(|| Cow::Owned(rest.to_owned()), Cow::Borrowed)));
    }
    let parts: [(&'static str, &[&'static str]); 3] = [("header", &HEADERS), ("uri", &ADDRESS), ("", &IDENTITY)];
    parts.into_iter().find_map(|(part, names)| Some((part, Cow::Borrowed(known(names)?))))
}

fn text(transform: &mut Transform<'_>, attribute: &Attribute<'_>) -> ValueId {
    transform.make(ValueContent::Text(Cow::Owned((*attribute.text).to_owned())), attribute.source, form(attribute))
}

fn form(attribute: &Attribute<'_>) -> ValueForm {
    if attribute.source.is_some() { ValueForm::Coerced(Coercion::ViaAttributes) } else { ValueForm::Built }
}

/// Writes the client id in lower case without braces, and finds the sample that it falls into where none is given.
fn normalize_client(transform: &mut Transform<'_>, members: &mut [(MemberKey, ValueId)], attributes: &mut Attributes<'_>) {
    let document = transform.document;
    let find = |name: &str| members.iter().position(|(key, _)| matches!(key, MemberKey::Member(node) if document.is_named(*node, name)));
    let in_info = find("client_info").and_then(|at| Some((at, document.member(transform.source(members[at].1)?, "client_id")?)));
    let top =
        || ["client_id", "clientId"].into_iter().find_map(|name| find(name).and_then(|at| Some((at, transform.source(members[at].1)?))));
    let Some((at, node)) = in_info.or_else(top) else { return };
    let Some(written) = document.string(node) else { return };
    let Some(client) = uuid(&written) else { return };
    if attributes.get(SAMPLE).is_none() {
        attributes.set(SAMPLE.to_owned(), (crc32(client.as_bytes()) % 100).to_string(), None);
    }
    if client == written {
        return;
    }
    let client = transform.make(ValueContent::Text(Cow::Owned(client)), Some(node), ValueForm::AsIs);
    let member = members[at].1;
    if transform.source(member) == Some(node) {
        members[at].1 = client;
        return;
    }
    let mut info = transform.members(member);
    info.iter_mut().filter(|(key, _)| *key == MemberKey::Member(node)).for_each(|(_, value)| *value = client);
    transform.values[member as usize].value = ValueContent::Object(info);
}

/// A UUID, with or without braces, in the form that the pipeline keeps.
fn uuid(text: &str) -> Option<String> {
    let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let mut parts = bare.split('-');
    let fits = |length: usize| move |part: &str| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let whole = [8, 4, 4, 4, 12].into_iter().all(|length| parts.next().is_some_and(fits(length))) && parts.next().is_none();
    whole.then(|| bare.to_ascii_lowercase())
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_of_metadata_has_its_part() {
        let firsts: Vec<u8> = PREFIXED.iter().chain(&HEADERS).chain(&ADDRESS).chain(&IDENTITY).map(|name| name.as_bytes()[0]).collect();
        assert!(firsts.iter().all(|first| b"adgiux".contains(first)));
        let told = |name: &str| part_of(name).map(|(part, name)| (part, name.into_owned()));
        for (names, part) in [(&HEADERS[..], "header"), (&ADDRESS[..], "uri"), (&IDENTITY[..], "")] {
            names.iter().for_each(|name| assert_eq!(told(name), Some((part, (*name).to_owned()))));
        }
        assert_eq!(told("geo_city"), Some(("geo", "city".to_owned())));
        assert_eq!(told("isp_of_another_name"), Some(("isp", "of_another_name".to_owned())));
        assert_eq!(told("user_agent_"), Some(("user_agent", String::new())));
        assert_eq!([told("user_agent"), told("geography"), told("client_id"), told("")], [None, None, None, None]);
    }
}
