//! Names of exceptions' classes, as far as they are those of Java and of the pipeline.
//!
//! Owns: the words that packages and classes of theirs are made of, what is told of all others.
//! Refuses: recognising names of people and machines: a part with any other word is told by its shape.

use super::shape;
use crate::ground::text::visible;
use crate::pipeline::names::snake_case;

/// Words in the names of packages and classes: `com.mozilla.telemetry.decoder.ParseUri$InvalidUriException`.
const WORDS: &str = "access affected apache api argument arithmetic array assertion attribute attributes auto avro base64 beam big bounds bug by byte bytes call cast character charset \
    check class client cloud closed code coding coder com concurrent connection constraint constraints conversion core data databind date decode decoder decompress \
    decryption deduplicate definition deprecated depth document doctype duplicate element elements empty encoding end entry eof error everit exc exceeded exception \
    execution expected expression failed failure fasterxml field file filter format found geo google gzip http illegal incompatible index ingestion input insert \
    integer interrupted invalid io jackson java javax json jsonschema jwe key lang large length limit lines live log login lookup malformed mapper mapping memory message metadata \
    mismatched missing modification mozilla name namespace negative nesting net networknt nio no normalize not null number object of operation option org out overflow \
    pageable pair parse parser path pattern payload ping pipeline pointer processing property proxy pubsub query read rejected required response rows runtime sanitize schema schemas scrubber sdk \
    security service services severity sink size space stack state storage stream string stub such supported syntax table telemetry text time timeout token too transform transforms \
    type undeclared unavailable unchecked unexpected unknown unmappable unrecognized unsupported unterminated unwanted uri url user agent utf util uuid validation validator value \
    version walker window write xml zip";

/// Most parts of a name; what has more is no class.
const MOST_PARTS: usize = 12;

/// What the name of a class ends in.
const ENDINGS: [&str; 2] = ["Exception", "Error"];

/// Whether all words of the name are those of Java and of the pipeline.
pub(super) fn is_known(class: &str) -> bool {
    class.split(['.', '$']).count() <= MOST_PARTS && class.split(['.', '$']).all(is_known_part)
}

fn is_known_part(part: &str) -> bool {
    let is_plain = part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain && snake_case(part).split('_').all(|word| WORDS.split_whitespace().any(|known| known == word))
}

/// The name with the parts told that are known, of others what they end in and their shape: `com.mozilla.telemetry.Aaaaa$AaaException`. It stays
/// the name of a class, so that messages that begin with it can still be read.
pub(super) fn told(class: &str) -> String {
    if class.split(['.', '$']).count() > MOST_PARTS {
        return shape::imitated(class);
    }
    let mut out = String::with_capacity(class.len());
    for part in class.split_inclusive(['.', '$']) {
        let name = part.trim_end_matches(['.', '$']);
        out.push_str(&if is_known_part(name) { name.to_owned() } else { shaped(name) });
        out.push_str(&part[name.len()..]);
    }
    visible(&out).into_owned()
}

fn shaped(part: &str) -> String {
    let ending = ENDINGS.into_iter().find(|ending| part.ends_with(ending)).unwrap_or_default();
    format!("{}{ending}", shape::plain(&part[..part.len() - ending.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_java_and_of_the_pipeline_are_told() {
        for class in [
            "org.everit.json.schema.ValidationException",
            "org.everit.json.schema.SchemaException",
            "com.fasterxml.jackson.core.JsonParseException",
            "com.fasterxml.jackson.core.io.JsonEOFException",
            "com.fasterxml.jackson.core.exc.StreamConstraintsException",
            "com.fasterxml.jackson.databind.exc.MismatchedInputException",
            "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException",
            "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException",
            "com.mozilla.telemetry.decoder.MessageScrubber$AffectedByBugException",
            "com.mozilla.telemetry.decoder.ParseUri$UnexpectedPathElementsException",
            "com.mozilla.telemetry.decoder.ParseUri$StubUri$UnknownPingVersionException",
            "com.mozilla.telemetry.decoder.ParsePayload$DeprecatedMessageException",
            "com.mozilla.telemetry.decoder.ParseLogEntry$InvalidLogEntryException",
            "com.mozilla.telemetry.transforms.LimitPayloadSize$PayloadTooLargeException",
            "com.networknt.schema.ValidationMessage",
            "java.io.IOException",
            "java.io.UncheckedIOException",
            "java.lang.IllegalArgumentException",
            "java.lang.IndexOutOfBoundsException",
            "java.lang.NullPointerException",
            "java.lang.OutOfMemoryError",
            "java.lang.StackOverflowError",
            "java.net.URISyntaxException",
            "java.time.format.DateTimeParseException",
            "java.util.zip.ZipException",
        ] {
            assert!(is_known(class), "{class}");
            assert_eq!(told(class), class);
        }
    }

    #[test]
    fn of_others_the_parts_that_are_known() {
        for (class, shape) in [
            ("com.mozilla.telemetry.AliceException", "com.mozilla.telemetry.AaaaaException"),
            ("java.lang.CITCGD-PC63Exception", "java.lang.AAAAAA-AA00Exception"),
            ("db7.topsecret.internal.FooError", "aa0.aaaaaaaaa.aaaaaaaa.AaaError"),
            ("alice", "aaaaa"),
            ("a..b$", "a..a$"),
            ("", ""),
        ] {
            assert!(!is_known(class), "{class}");
            assert_eq!(told(class), shape);
        }
        assert!(told(&"a.".repeat(100)).starts_with("<like "));
    }
}
