//! The line of the tabs: which there are, and where each stands on it.

use std::ops::Range;

use crate::ground::text::{clip_path, visible, width};

/// Cells of a name, at least and at most.
const NAME: (usize, usize) = (12, 40);

/// The tabs of the session; one alone has no line of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TabLine {
    /// What each is of.
    pub names: Vec<String>,
    /// Which is shown.
    pub at: usize,
}

/// A tab as it stands on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabPlace {
    /// Its position among all.
    pub tab: usize,
    /// The cells that it takes.
    pub cells: Range<u16>,
    /// Its number and its name. Safe for a terminal.
    pub told: String,
}

impl TabLine {
    /// Whether there is a line that tells them.
    pub fn is_shown(&self) -> bool {
        self.names.len() > 1
    }

    /// The tabs that have room on a line of so many cells: the one that is shown in any case, and as many around it as fit.
    pub fn places(&self, cells: u16) -> Vec<TabPlace> {
        let room = usize::from(cells).saturating_sub(2);
        let longest = (room / self.names.len().max(1)).clamp(NAME.0, NAME.1);
        let told = |tab: usize| {
            let name = self.names.get(tab).map(String::as_str).unwrap_or_default();
            let words = format!(" {} {} ", tab + 1, visible(&clip_path(name, longest.saturating_sub(4))));
            // The mark tells it without colours.
            if tab == self.at { format!("[{}]", words.trim()) } else { words }
        };
        let mut first = self.at;
        let mut used = width(&told(first));
        while first > 0 && used + width(&told(first - 1)) < room {
            first -= 1;
            used += width(&told(first));
        }
        let (mut places, mut x) = (Vec::new(), 1);
        for tab in first..self.names.len() {
            let told = told(tab);
            let end = x + width(&told);
            if end > room && tab > self.at {
                break;
            }
            places.push(TabPlace { tab, cells: x as u16..end.min(usize::from(cells)) as u16, told });
            x = end;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(count: usize, at: usize) -> TabLine {
        TabLine { names: (0..count).map(|tab| format!("errors-{tab}.ndjson")).collect(), at }
    }

    #[test]
    fn tabs_stand_beside_each_other_and_the_shown_one_always_does() {
        let places = line(3, 1).places(80);
        assert_eq!(
            places.iter().map(|place| place.told.as_str()).collect::<Vec<_>>(),
            [" 1 errors-0.ndjson ", "[2 errors-1.ndjson]", " 3 errors-2.ndjson "]
        );
        assert!(places.windows(2).all(|pair| pair[0].cells.end == pair[1].cells.start));
        for at in 0..40 {
            let places = line(40, at).places(60);
            assert!(places.iter().any(|place| place.tab == at) && places.iter().all(|place| place.cells.end <= 60), "{at}: {places:?}");
        }
        assert_eq!(line(2, 1).places(3).iter().filter(|place| place.tab == 1).count(), 1);
    }
}
