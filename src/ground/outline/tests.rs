//! What a user of any list or tree notices, and that any keys leave it consistent.

use proptest::prelude::*;

use super::*;

/// Depths in pre-order.
struct Depths(Vec<usize>);

impl Tree for Depths {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn end(&self, item: usize) -> usize {
        (item + 1..self.len()).find(|&next| self.0[next] <= self.0[item]).unwrap_or(self.len())
    }
    fn parent(&self, item: usize) -> Option<usize> {
        (0..item).rev().find(|&above| self.0[above] < self.0[item])
    }
    fn depth(&self, item: usize) -> usize {
        self.0[item]
    }
}

fn rows(outline: &Outline) -> Vec<usize> {
    outline.visible.iter().map(|&item| item as usize).collect()
}

#[test]
fn folding_and_unfolding_keep_the_cursor() {
    let tree = Depths(vec![0, 1, 2, 1, 0]);
    let mut outline = Outline::with_levels(&tree, 1);
    assert_eq!(rows(&outline), [0, 1, 3, 4]);
    outline.move_by(1);
    outline.enter(&tree);
    assert_eq!(rows(&outline), [0, 1, 2, 3, 4]);
    outline.enter(&tree);
    assert_eq!(outline.item(), Some(2));
    outline.leave(&tree);
    outline.leave(&tree);
    assert_eq!((rows(&outline), outline.item()), (vec![0, 1, 3, 4], Some(1)));
    outline.sibling(&tree, true);
    assert_eq!(outline.item(), Some(3));
    outline.sibling(&tree, true);
    assert_eq!(outline.item(), Some(3), "no further sibling");
}

#[test]
fn a_cleared_filter_gives_the_expansion_back() {
    let tree = Depths(vec![0, 1, 2, 1, 0, 1]);
    let mut outline = Outline::with_levels(&tree, 0);
    outline.filter(&tree, vec![2, 5]);
    assert_eq!(rows(&outline), [0, 1, 2, 4, 5]);
    assert_eq!(outline.item(), Some(2));
    outline.first();
    outline.clear_filter(&tree, None);
    assert_eq!(rows(&outline), [0, 4]);
}

#[test]
fn a_match_can_be_opened() {
    let tree = Depths(vec![0, 1, 2, 1, 0, 1]);
    let mut outline = Outline::with_levels(&tree, 0);
    outline.filter(&tree, vec![1]);
    assert_eq!(rows(&outline), [0, 1]);
    outline.enter(&tree);
    assert_eq!(rows(&outline), [0, 1, 2]);
}

#[test]
fn scrolling_keeps_the_cursor_in_the_window() {
    let tree = Depths(vec![0; 100]);
    let mut outline = Outline::with_levels(&tree, 0);
    outline.move_by(50);
    outline.settle(10);
    assert!(outline.window(10).any(|(item, here)| here && item == 50));
    outline.last();
    outline.settle(10);
    assert_eq!(outline.window(10).map(|(item, _)| item).last(), Some(99));
}

proptest! {
    #[test]
    fn any_keys_leave_a_consistent_list(steps in proptest::collection::vec(0usize..4, 1..30), keys in proptest::collection::vec(0u8..10, 0..40)) {
        let mut depths = vec![0usize];
        for step in steps {
            let last = *depths.last().unwrap_or(&0);
            depths.push(if step == 0 { last + 1 } else { last.saturating_sub(step - 1) });
        }
        let tree = Depths(depths);
        let mut outline = Outline::with_levels(&tree, 1);
        for key in keys {
            match key {
                0 => outline.move_by(3),
                1 => outline.move_by(-2),
                2 => outline.enter(&tree),
                3 => outline.leave(&tree),
                4 => { outline.toggle(&tree); }
                5 => outline.reveal(&tree, tree.len() / 2),
                6 => outline.filter(&tree, (0..tree.len() as u32).filter(|i| i % 3 == 0).collect()),
                7 => outline.clear_filter(&tree, None),
                8 => outline.open_all(&tree, None),
                _ => outline.close_all(&tree),
            }
            outline.settle(5);
            prop_assert!(outline.window(5).any(|(_, here)| here), "the cursor is drawn");
            let mut fresh = outline.clone();
            fresh.rebuild(&tree);
            prop_assert_eq!(rows(&fresh), rows(&outline), "rows in sight follow from what is open");
        }
    }
}
