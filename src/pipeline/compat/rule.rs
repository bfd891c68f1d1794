//! The rules of a deploy: which changes BigQuery takes, and what the schema generator checks before.
//!
//! Owns: names of the rules, what each says in a sentence, verdicts in their order, which types widen.
//! Refuses: finding changes (columns), wording them (finding).

/// What a deploy does with a change, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeployVerdict {
    /// It stops the deploy, and nobody can make it by hand.
    Block,
    /// It stops the deploy; a statement makes it by hand.
    Ddl,
    /// It goes through, and somebody should know of it.
    Warn,
    /// It goes through.
    Ok,
}

impl DeployVerdict {
    /// The word for people and scripts.
    pub fn name(self) -> &'static str {
        match self {
            DeployVerdict::Block => "BLOCK",
            DeployVerdict::Ddl => "DDL",
            DeployVerdict::Warn => "WARN",
            DeployVerdict::Ok => "OK",
        }
    }

    /// Whether the deploy stops.
    pub fn stops(self) -> bool {
        self <= DeployVerdict::Ddl
    }
}

/// A rule by its number: `C…` is BigQuery's, `M…` the schema generator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeployRule {
    /// BigQuery's, from 1 to 24.
    C(u8),
    /// The generator's, from 1 to 11.
    M(u8),
}

/// What each of BigQuery's rules says.
const BIGQUERY: [&str; 24] = [
    "a NULLABLE or REPEATED column can be added",
    "a REQUIRED column cannot be added to a table that is there",
    "a column can be added to a RECORD that is there",
    "REQUIRED can become NULLABLE",
    "NULLABLE cannot become REQUIRED",
    "REPEATED cannot become another mode, nor another mode REPEATED",
    "a deploy cannot change a type",
    "a type can be widened by a statement, not by a deploy",
    "a type can become no other but a wider one, by no statement either",
    "a deploy cannot drop a column at the top; a statement can",
    "a nested column cannot be dropped",
    "a deploy cannot rename a column: it sees one that is gone and one that is new",
    "a description has at most 1,024 characters, that of a table 16,384",
    "a default value is set by a statement",
    "a column has at most one policy tag, and an update without it may take it off",
    "a name has letters, digits and _, at most 300 characters, is unlike its neighbours in any case, and begins with nothing reserved",
    "a table has at most 10,000 columns",
    "RECORDs are nested at most 15 levels deep",
    "a table keeps its partitioning",
    "clustering is of at most 4 columns at the top that do not repeat",
    "the order of columns counts where rows are copied or selected with *",
    "a table takes 5 updates in 10 seconds and 1,500 changes a day",
    "a RECORD has columns",
    "a table that is gone from the schemas stays in BigQuery, and the schema generator stops",
];

/// What each of the generator's rules says.
const GENERATOR: [&str; 11] = [
    "every metric type of Glean is known to the schema generator",
    "a schema has at most 12,900 fields as the schema generator counts them",
    "every JSON schema has a table layout, but for those that are known to have none",
    "no column of the earlier revision is gone or has another type",
    "what is incompatible stands on the allowlist",
    "one bad table stops the push of all",
    "columns are never REQUIRED, and names are in snake case",
    "schemas are what their templates make",
    "metrics are allowed in their pings",
    "live and stable tables are the same, and the first refused table stops the rest",
    "what nobody checks before the deploy",
];

impl DeployRule {
    /// `C11`, `M3`.
    pub fn name(self) -> String {
        match self {
            DeployRule::C(n) => format!("C{n}"),
            DeployRule::M(n) => format!("M{n}"),
        }
    }

    /// What it says, as a sentence without a full stop.
    pub fn says(self) -> &'static str {
        let (rules, n): (&[&str], u8) = match self {
            DeployRule::C(n) => (&BIGQUERY, n),
            DeployRule::M(n) => (&GENERATOR, n),
        };
        rules.get(usize::from(n).wrapping_sub(1)).copied().unwrap_or_default()
    }
}

/// Whether `ALTER COLUMN … SET DATA TYPE` takes one type to the other.
pub fn widens(old: &str, new: &str) -> bool {
    matches!(
        (old, new),
        ("INT64", "NUMERIC" | "BIGNUMERIC" | "FLOAT64")
            | ("NUMERIC", "BIGNUMERIC" | "FLOAT64")
            | ("BIGNUMERIC", "FLOAT64")
            | ("DATE", "DATETIME")
    )
}

/// A type as BigQuery's messages spell it: INTEGER for INT64.
pub fn spelled(kind: &str) -> &str {
    match kind {
        "INT64" => "INTEGER",
        "FLOAT64" => "FLOAT",
        "BOOL" => "BOOLEAN",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_something() {
        assert!((1..=24).all(|n| !DeployRule::C(n).says().is_empty()) && DeployRule::C(25).says().is_empty());
        assert!((1..=11).all(|n| !DeployRule::M(n).says().is_empty()));
        assert_eq!((DeployRule::C(11).name(), DeployRule::M(3).name()), ("C11".into(), "M3".into()));
    }

    #[test]
    fn only_wider_types_widen() {
        assert!(widens("INT64", "FLOAT64") && widens("DATE", "DATETIME"));
        assert!(!widens("FLOAT64", "INT64") && !widens("STRING", "TIMESTAMP") && !widens("TIMESTAMP", "STRING"));
        assert!(DeployVerdict::Block < DeployVerdict::Ok && DeployVerdict::Ddl.stops() && !DeployVerdict::Warn.stops());
    }
}
