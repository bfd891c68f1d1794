//! Pages whose counts of values are those of their column.
//!
//! Owns: refusing what tells of more values than there can be, before room is made for them. Refuses: decoding values (the library).
//!
//! The library believes the counts inside a page: a damaged one lets it ask for more memory than there is, which ends the program where no error can be
//! caught.

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

use super::pages::varint;

/// The pages of a column.
pub(super) struct CountedPages {
    pages: Box<dyn PageReader>,
    /// Values of the row group, in a flat column one for each row: no page has more.
    rows: u64,
    /// What its values are, and how many bytes each takes where that is part of the kind.
    kind: (Type, i32),
    /// Whether values may be missing, so that each page begins by telling which are.
    may_lack: bool,
    /// Whether a row may have several, so that each page begins by telling which are of one row.
    may_repeat: bool,
}

impl CountedPages {
    pub(super) fn new(pages: Box<dyn PageReader>, rows: u64, column: &ColumnDescriptor) -> Self {
        let (may_lack, may_repeat) = (column.max_def_level() > 0, column.max_rep_level() > 0);
        CountedPages { pages, rows, kind: (column.physical_type(), column.type_length()), may_lack, may_repeat }
    }

    /// Values that so many bytes can hold, one behind the other as dictionaries have them.
    fn values_in(&self, bytes: u64) -> u64 {
        match self.kind {
            (Type::BOOLEAN, _) => bytes.saturating_mul(8),
            // Each text begins with its length.
            (Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY, _) => bytes / 4,
            (Type::INT64 | Type::DOUBLE, _) => bytes / 8,
            (Type::INT96, _) => bytes / 12,
            // Values without a byte are all the same.
            (Type::FIXED_LEN_BYTE_ARRAY, length) => {
                u64::try_from(length).ok().filter(|length| *length > 0).map_or(self.rows, |length| bytes / length)
            }
        }
    }

    fn checked(&self, page: Option<Page>) -> Result<Option<Page>> {
        match page {
            Some(page) if !self.is_sound(&page) => {
                Err(ParquetError::General("a page tells of more values than its row group has".to_owned()))
            }
            page => Ok(page),
        }
    }

    fn is_sound(&self, page: &Page) -> bool {
        let most = self.rows.min(u64::from(page.num_values()));
        match page {
            Page::DictionaryPage { buf, num_values, .. } => u64::from(*num_values) <= self.values_in(buf.len() as u64),
            Page::DataPage { buf, encoding, def_level_encoding, rep_level_encoding, num_values, .. } => {
                let behind = |bytes: &[u8], are_there: bool, levels: Encoding| match levels {
                    _ if !are_there => 0,
                    Encoding::RLE => bytes.first_chunk().map_or(0, |length| 4 + u32::from_le_bytes(*length) as usize),
                    _ => num_values.div_ceil(8) as usize,
                };
                let rest = buf.get(behind(buf, self.may_repeat, *rep_level_encoding)..).unwrap_or_default();
                let rest = rest.get(behind(rest, self.may_lack, *def_level_encoding)..).unwrap_or_default();
                is_counted(*encoding, rest, most)
            }
            Page::DataPageV2 { buf, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let levels = *def_levels_byte_len as usize + *rep_levels_byte_len as usize;
                is_counted(*encoding, buf.get(levels..).unwrap_or_default(), most)
            }
        }
    }
}

impl Iterator for CountedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CountedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        self.checked(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn supports_deferred_dictionary(&self) -> bool {
        self.pages.supports_deferred_dictionary()
    }

    fn take_deferred_dictionary(&mut self) -> Result<Option<Page>> {
        let page = self.pages.take_deferred_dictionary()?;
        self.checked(page)
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

/// Whether lists of numbers inside a page are no longer than that. Pages without a value may be empty.
fn is_counted(encoding: Encoding, values: &[u8], most: u64) -> bool {
    match encoding {
        _ if values.is_empty() => true,
        Encoding::DELTA_LENGTH_BYTE_ARRAY => behind_numbers(values, most).is_some(),
        // Lengths of what is shared with the value before, then of the rest.
        Encoding::DELTA_BYTE_ARRAY => behind_numbers(values, most).is_some_and(|rest| behind_numbers(rest, most).is_some()),
        _ => true,
    }
}

/// What stands behind a list of numbers told by their differences; `None` where the list is longer than that or goes beyond the bytes.
fn behind_numbers(bytes: &[u8], most: u64) -> Option<&[u8]> {
    let mut rest = bytes;
    let (block, parts, count) = (varint(&mut rest)?, varint(&mut rest)?, varint(&mut rest)?);
    varint(&mut rest)?;
    let of_part = block.checked_div(parts)?;
    if count > most {
        return None;
    }
    let mut left = count.saturating_sub(1);
    while left > 0 {
        varint(&mut rest)?;
        let widths = rest.split_off(..usize::try_from(parts).ok()?)?;
        for width in widths {
            if left == 0 {
                break;
            }
            rest.split_off(..usize::try_from(u64::from(*width).checked_mul(of_part)? / 8).ok()?)?;
            left = left.saturating_sub(of_part);
        }
        if of_part == 0 {
            return None;
        }
    }
    Some(rest)
}
