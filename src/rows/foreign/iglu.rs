//! Names of Snowplow's schemas: `iglu:vendor/name/jsonschema/1-0-0`.
//!
//! Owns: taking them apart. Refuses: finding schemas (schemas).

/// Where a schema is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IgluName<'a> {
    pub vendor: &'a str,
    pub name: &'a str,
    pub version: &'a str,
}

impl<'a> IgluName<'a> {
    /// Takes a name apart, with or without what it begins with; a host before it is left out.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let path = ["iglu:", "igluweb:"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let path = path.or_else(|| text.split_once("/schemas/").map(|(_, path)| path)).unwrap_or(text);
        let mut parts = path.trim_matches('/').split('/');
        let (vendor, name, format, version) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_it = parts.next().is_none() && !vendor.is_empty() && !name.is_empty() && !version.is_empty();
        (is_it && format.eq_ignore_ascii_case("jsonschema")).then_some(IgluName { vendor, name, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let name = Some(IgluName { vendor: "com.acme", name: "cart", version: "1-0-0" });
        for text in ["iglu:com.acme/cart/jsonschema/1-0-0", "igluweb:com.acme/cart/jsonschema/1-0-0", "com.acme/cart/jsonschema/1-0-0"] {
            assert_eq!(IgluName::read(text), name, "{text}");
        }
        assert_eq!(IgluName::read("http://x.example/api/schemas/com.acme/cart/jsonschema/1-0-0"), name);
        for text in ["", "iglu:", "iglu:com.acme/cart/avro/1-0-0", "a/b/jsonschema", "iglu:a/b/jsonschema/1-0-0/x"] {
            assert_eq!(IgluName::read(text), None, "{text}");
        }
    }
}
