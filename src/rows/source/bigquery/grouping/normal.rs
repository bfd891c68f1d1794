//! Messages without the values that never tell groups apart, in SQL.
//!
//! Owns: a normal form that takes away less than the grouping on this side does (fault, group), and never more, so that a coarse group is
//! always a part of one group. Refuses: whatever is in doubt: such messages stay as they are and make a coarse group of their own.
//!
//! What is taken away: array indexes and numeric keys of the pointer; values that the validator quotes; where and what the JSON parser
//! stopped at; where a row stood in what was sent to BigQuery; numbers in other exceptions' texts. What stays, since a group may depend on it:
//! - every other key of the pointer: which of them are keys of maps only the schema knows;
//! - small indexes right behind an index: lists in a list are most often of a fixed form, whose places are described one by one;
//! - lengths of strings: a name as long as the message says is itself at fault;
//! - a value that equals the last key, or a last key with escapes, for the same reason;
//! - all else that BigQuery says of a row: any of it may be a column;
//! - messages with `: ` in a key or value, which can be read in several ways, and messages that may be cut.

/// The pointer up to the first `: `, where there is one reading of it, and what is said behind it.
pub(super) const PARSED: &str = r"parsed AS (
  SELECT *,
    REGEXP_EXTRACT(message, r'^org\.everit\.json\.schema\.ValidationException: (#(?:/(?:[^:]|:+[^: ])*)?): ') AS pointer,
    REGEXP_EXTRACT(message, r'(?s)^org\.everit\.json\.schema\.ValidationException: #(?:/(?:[^:]|:+[^: ])*)?: (.*)$') AS said
  FROM source
),
";

/// A numeric token becomes `[]`. Right behind another one it is not met by the first replacement, because they share their slash, and only a large
/// one by the second. The last one stays where a length is told.
pub(super) const NORMAL: &str = r#"normal AS (
  SELECT * EXCEPT (pointer, said),
    CASE
      WHEN pointer IS NOT NULL AND REGEXP_CONTAINS(said, r'^(?:#: )*expected m(?:ax|in)Length: ')
        THEN CONCAT(REGEXP_REPLACE(REGEXP_REPLACE(pointer, r'/[0-9]+/', '/[]/'), r'/[0-9]{3,}/', '/[]/'), ' ', said)
      WHEN pointer IS NOT NULL
        THEN CONCAT(REGEXP_REPLACE(REGEXP_REPLACE(CONCAT(pointer, '/'), r'/[0-9]+/', '/[]/'), r'/[0-9]{3,}/', '/[]/'), ' ', CASE
          WHEN ENDS_WITH(said, '...') THEN said
          WHEN REGEXP_CONTAINS(said, r'^extraneous key \[(?:[^:]|:+[^: ])*\] is not permitted$') THEN 'extraneous key'
          WHEN REGEXP_CONTAINS(said, r'^-?[0-9][-+.0-9E]* is not (?:greater or equal to|less or equal to|greater than|less than|a multiple of) -?[0-9][-+.0-9E]*$')
            THEN REGEXP_REPLACE(said, r'^[-+.0-9E]+', 'N')
          WHEN REGEXP_CONTAINS(said, r'^(?:expected m(?:ax|in)imum item count: [0-9]+, found: [0-9]+|m(?:ax|in)imum size: \[[0-9]+\], found: \[[0-9]+\]|expected: \[[0-9]+\] array items, found: \[[0-9]+\])$')
            THEN REGEXP_REPLACE(said, r'[0-9]+(\]?)$', r'N\1')
          WHEN REGEXP_CONTAINS(pointer, r'/[^/]*[~\\][^/]*$') THEN said
          WHEN REGEXP_CONTAINS(said, r'^(?:[^:]|:+[^: ])* is not a valid enum value$')
            THEN IF(IFNULL(REGEXP_EXTRACT(pointer, r'/([^/]*)$'), '') = REGEXP_EXTRACT(said, r'(?s)^(.*) is not a valid enum value$'), said, 'enum')
          WHEN REGEXP_CONTAINS(said, r'^\[(?:[^:]|:+[^: ])*\] is not a valid [-A-Za-z0-9 ]+(?:\. Expected \[[^:]*\])?$')
            THEN IF(IFNULL(REGEXP_EXTRACT(pointer, r'/([^/]*)$'), '') = REGEXP_EXTRACT(said, r'(?s)^\[(.*)\] is not a valid '), said,
              REGEXP_REPLACE(said, r'(?s)^\[.*\] is not a valid ', 'format '))
          WHEN REGEXP_CONTAINS(said, r'^string \[(?:[^:\]]|:+[^: \]])*\] does not match pattern (?:[^:]|:+[^: ])*$')
            THEN IF(IFNULL(REGEXP_EXTRACT(pointer, r'/([^/]*)$'), '') = REGEXP_EXTRACT(said, r'^string \[([^\]]*)\]'), said,
              REGEXP_REPLACE(said, r'^string \[[^\]]*\]', 'string'))
          ELSE said END)
      WHEN REGEXP_CONTAINS(message, r'^com\.fasterxml\.jackson\.[\w.$]+: ')
        THEN REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(message, r'(?s) at \[Source:.*$', ''),
          r'(?s)^([\w.$]+: (?:Unexpected character \(|Unrecognized character escape )).*( \(code )', r'\1\2'),
          r'(?s)^([\w.$]+: Unrecognized token ).*(: was expecting)|^([\w.$]+: Non-standard token ).*(: enable)', r'\1\3\2\4'),
          r'([ (])[0-9]+([ ),]|$)', r'\1N\2')
      WHEN REGEXP_CONTAINS(message, r'(?is)^(?:java|com\.google|org\.apache\.beam)\.[\w.$]+: .*(?:field|error|reason|convert value)')
        THEN REGEXP_REPLACE(REGEXP_REPLACE(message, r'^([\w.$]+: JSON parsing error in row starting at position )[0-9]+: ', r'\1N: '),
          r'^([^\x27]*"index": ?)[0-9]+(\}\]?)$', r'\1N\2')
      WHEN REGEXP_CONTAINS(message, r'^com\.mozilla\.[\w.$]*[.$]InvalidIntegerException: Path element #[0-9]+: ')
        THEN REGEXP_EXTRACT(message, r'^([^:]*: [^:]*): ')
      WHEN REGEXP_CONTAINS(message, r'^com\.mozilla\.[\w.$]*[.$]UnknownPingVersionException: For input string: ')
        THEN REGEXP_EXTRACT(message, r'^([^:]*: [^:]*): ')
      WHEN REGEXP_CONTAINS(message, r'^[a-z]+\.[\w.$]+Exception: ') AND NOT STARTS_WITH(message, 'org.everit.')
        AND NOT REGEXP_CONTAINS(message, r'^[\w.$]*(?:UnwantedData|AffectedByBug)Exception: ')
        THEN REGEXP_REPLACE(message, r'([ #(])[0-9]+(bytes)?([ ),]|$)', r'\1N\2\3')
      ELSE message
    END AS norm
  FROM parsed
),
"#;

/// The number of a coarse group, 16 hexadecimal digits: the same for the same columns and normal message of the same table.
pub(super) const ID: &str = "\
SUBSTR(TO_HEX(MD5(TO_JSON_STRING(STRUCT(src AS src, namespace AS namespace, doctype AS doctype, version AS version,
    stage AS stage, class AS class, norm AS norm)))), 1, 16)";
