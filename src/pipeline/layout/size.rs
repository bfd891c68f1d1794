//! How large a table is beside what BigQuery and the schema generator take.
//!
//! Owns: the counts, the limits, the gauge and its words.
//! Refuses: drawing the gauge.

use std::fmt;

use super::{ColumnId, Layout};
use crate::ground::text::count;

/// Most leaf columns of a BigQuery table, nested ones counted.
pub const MOST_LEAVES: usize = 10_000;

/// Most RECORDs inside each other in a BigQuery table.
pub const MOST_LEVELS: usize = 15;

/// Largest schema that the schema generator lets pass, by its own count.
pub const MOST_GENERATED: usize = 12_900;

/// A gauge at this share of its limit is nearly full.
const NEAR: f64 = 0.9;

/// Sizes of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// All columns, RECORDs and what they hold.
    pub columns: usize,
    /// Columns that hold no other columns: what BigQuery limits.
    pub leaves: usize,
    /// Most RECORDs inside each other; 0 for a flat table.
    pub levels: usize,
    /// Leaves as the schema generator counts them: a map is two, whatever its values are. It counts in JSON schemas, before the pipeline's own
    /// columns are added, so its number is a little lower.
    pub generated: usize,
}

/// What a gauge measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Leaf columns, in BigQuery.
    Leaves,
    /// RECORDs inside each other, in BigQuery.
    Levels,
    /// Leaves of the JSON schema, in the schema generator.
    Generated,
}

impl Limit {
    /// The limit itself.
    pub fn most(self) -> usize {
        match self {
            Limit::Leaves => MOST_LEAVES,
            Limit::Levels => MOST_LEVELS,
            Limit::Generated => MOST_GENERATED,
        }
    }

    /// A name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Leaves => "leaf_columns",
            Limit::Levels => "record_levels",
            Limit::Generated => "generator_size",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Limit::Leaves => "leaf columns that BigQuery takes",
            Limit::Levels => "levels of RECORDs that BigQuery takes",
            Limit::Generated => "fields that the schema generator takes",
        }
    }
}

/// How full a gauge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GaugeLevel {
    /// There is room.
    Roomy,
    /// Nine tenths or more.
    Near,
    /// More than the limit.
    Over,
}

impl GaugeLevel {
    /// One word for people and scripts.
    pub fn name(self) -> &'static str {
        match self {
            GaugeLevel::Roomy => "roomy",
            GaugeLevel::Near => "near",
            GaugeLevel::Over => "over",
        }
    }
}

/// A size beside its limit. Reads as words: `9,220 of 10,000 leaf columns that BigQuery takes: nearly full, room for 780 more`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauge {
    /// What is measured.
    pub limit: Limit,
    /// How much there is of it.
    pub used: usize,
}

impl Gauge {
    /// How full it is.
    pub fn level(&self) -> GaugeLevel {
        match self.share() {
            share if share > 1.0 => GaugeLevel::Over,
            share if share >= NEAR => GaugeLevel::Near,
            _ => GaugeLevel::Roomy,
        }
    }

    /// Used part of the limit, 0 to 1 and beyond.
    pub fn share(&self) -> f64 {
        self.used as f64 / self.limit.most() as f64
    }
}

impl fmt::Display for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.limit.most();
        write!(f, "{} of {} {}", count(self.used as u64), count(most as u64), self.limit.words())?;
        match self.level() {
            GaugeLevel::Roomy => Ok(()),
            GaugeLevel::Near => write!(f, ": nearly full, room for {} more", count((most - self.used) as u64)),
            GaugeLevel::Over => write!(f, ": {} too many", count((self.used - most) as u64)),
        }
    }
}

impl Size {
    /// The sizes of a layout.
    pub fn of(layout: &Layout) -> Self {
        let mut size = Size { columns: layout.columns.len(), leaves: layout.leaf_count(), ..Size::default() };
        // The end of the map that is being passed: what is in it counts no more.
        let mut map_end = 0;
        for (id, column) in (0..).zip(&layout.columns) {
            if column.is_record() {
                size.levels = size.levels.max(usize::from(column.depth) + 1);
            }
            if id >= map_end {
                let is_map = layout.is_map(id);
                size.generated += if is_map { 2 } else { usize::from(layout.is_leaf(id)) };
                map_end = if is_map { column.end } else { map_end };
            }
        }
        size
    }

    /// The gauges, the one that matters most first.
    pub fn gauges(&self) -> [Gauge; 3] {
        [(Limit::Leaves, self.leaves), (Limit::Levels, self.levels), (Limit::Generated, self.generated)]
            .map(|(limit, used)| Gauge { limit, used })
    }
}

impl Layout {
    /// Number of columns that hold no other columns.
    pub fn leaf_count(&self) -> usize {
        (0..self.columns.len() as ColumnId).filter(|&id| self.is_leaf(id)).count()
    }

    /// Leaf columns of every column by its position: those below a RECORD, 1 for a leaf. Counted at once, because RECORDs lie inside each other.
    pub fn leaf_counts(&self) -> Vec<u32> {
        let mut before = Vec::with_capacity(self.columns.len() + 1);
        let mut sum = 0;
        before.push(sum);
        for id in 0..self.columns.len() as ColumnId {
            sum += u32::from(self.is_leaf(id));
            before.push(sum);
        }
        self.columns.iter().zip(&before).map(|(column, sum)| before[column.end as usize] - sum).collect()
    }

    /// Whether a column holds no others.
    pub fn is_leaf(&self, id: ColumnId) -> bool {
        self.get(id).is_some_and(|column| column.end == id + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::layout::Mode;
    use crate::pipeline::layout::builder::LayoutBuilder;
    use crate::pipeline::layout::oddities::Oddities;

    #[test]
    fn leaves_levels_and_maps_are_counted() {
        let layout = Layout::parse(
            br#"[{"name":"m","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING"},
                {"name":"value","type":"RECORD","fields":[{"name":"a","type":"JSON"},{"name":"b","type":"INT64"}]}]},{"name":"c","type":"STRING"}]"#,
        )
        .unwrap_or_default();
        assert_eq!(Size::of(&layout), Size { columns: 6, leaves: 4, levels: 2, generated: 3 });
        assert_eq!(layout.leaf_counts(), [3, 1, 2, 1, 1, 1]);
        assert_eq!(Size::of(&Layout::default()), Size::default());
    }

    #[test]
    fn a_gauge_says_how_full_it_is() {
        let words = |used| Gauge { limit: Limit::Leaves, used }.to_string();
        assert_eq!(words(8_999), "8,999 of 10,000 leaf columns that BigQuery takes");
        assert_eq!(words(9_220), "9,220 of 10,000 leaf columns that BigQuery takes: nearly full, room for 780 more");
        assert_eq!(words(10_000), "10,000 of 10,000 leaf columns that BigQuery takes: nearly full, room for 0 more");
        assert_eq!(words(10_203), "10,203 of 10,000 leaf columns that BigQuery takes: 203 too many");
    }

    #[test]
    fn levels_are_of_records() {
        let mut builder = LayoutBuilder::default();
        for _ in 0..16 {
            builder.add("r", "RECORD".into(), Mode::Nullable);
            builder.open();
        }
        builder.add("leaf", "STRING".into(), Mode::Nullable);
        let [_, levels, _] = Size::of(&builder.finish(Oddities::default())).gauges();
        assert_eq!((levels.used, levels.level()), (16, GaugeLevel::Over));
    }
}
