//! Colours as roles.
//!
//! Owns: the roles, what becomes of colours on poorer terminals and under NO_COLOR, the glyphs
//! with their ASCII forms.
//! Refuses: deciding where a role is used (view).

mod depth;
mod shelf;

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

pub use depth::Depth;
use depth::reduce;
use shelf::BUILT_IN;
pub use shelf::ThemeShelf;

/// What a piece of the screen means. The names in theme files are these in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything without a role of its own; its background is the screen's.
    Text,
    /// Less important text.
    Dim,
    /// The title line.
    Title,
    /// Names of panes and sections.
    Heading,
    /// Lines between panes.
    Border,
    /// The same around the pane that has the keys.
    Focus,
    /// The row under the cursor in the pane that has the keys.
    Cursor,
    /// The row under the cursor in the other panes.
    TiedCursor,
    /// A name of a member or column.
    Key,
    /// A string value.
    String,
    /// A number value.
    Number,
    /// true, false and null.
    Literal,
    /// What is broken.
    Fault,
    /// The keyword and constraint that broke it.
    Constraint,
    /// A group that begins with the newest job.
    New,
    /// A group that ended with an older job.
    Gone,
    /// A count.
    Count,
    /// Bars of a trend.
    Bar,
    /// A column's type.
    Type,
    /// A column's mode where it is not NULLABLE.
    Mode,
    /// What search or filter matched.
    Match,
    /// A key to press.
    Hint,
    /// News at the bottom.
    Notice,
    /// Bad news at the bottom.
    Error,
}

const ROLES: usize = Role::Error as usize + 1;

/// A style for every role.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Its file's name.
    pub name: Arc<str>,
    styles: [Style; ROLES],
    /// All that there are.
    shelf: Arc<ThemeShelf>,
    /// Characters to draw with.
    pub glyphs: &'static Glyphs,
}

/// Characters to draw with.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Before an open branch.
    pub open: &'static str,
    /// Before a closed branch.
    pub closed: &'static str,
    /// At the failing value and the node that broke.
    pub fault: &'static str,
    /// At a match.
    pub found: &'static str,
    /// Bars from low to high.
    pub bars: [&'static str; 8],
    /// Full and empty part of a progress bar.
    pub progress: (&'static str, &'static str),
    /// Where a job begins below a trend.
    pub job: &'static str,
    /// Between facts on a line.
    pub dot: &'static str,
    /// Horizontal and vertical line.
    pub lines: (&'static str, &'static str),
    /// Before the column that a value lands in.
    pub lands: &'static str,
    /// Corners of a box: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
}

const UNICODE: Glyphs = Glyphs {
    open: "▾",
    closed: "▸",
    fault: "✗",
    found: "•",
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    progress: ("━", "─"),
    job: "┆",
    dot: "·",
    lines: ("─", "│"),
    lands: "→",
    corners: ["┌", "┐", "└", "┘"],
};

const ASCII: Glyphs = Glyphs {
    open: "v",
    closed: ">",
    fault: "!",
    found: "*",
    bars: [".", ".", ":", ":", "|", "|", "#", "#"],
    progress: ("#", "-"),
    job: "^",
    dot: "-",
    lines: ("-", "|"),
    lands: ">",
    corners: ["+", "+", "+", "+"],
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    /// The theme that has what this one has not.
    inherits: Option<String>,
    #[serde(default)]
    roles: BTreeMap<Role, RoleLook>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RoleLook {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    add: Vec<Add>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Add {
    Bold,
    Dim,
    Italic,
    Underlined,
    Reversed,
}

impl Theme {
    /// Names of the themes built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A theme built in, by name, for a terminal of that depth; an unknown name is an error with the nearest one.
    pub fn named(name: &str, depth: Depth, ascii: bool) -> Result<Self, String> {
        Self::of(&Arc::new(ThemeShelf::default()), name, depth, ascii)
    }

    /// The same of all that there are.
    pub fn of(shelf: &Arc<ThemeShelf>, name: &str, depth: Depth, ascii: bool) -> Result<Self, String> {
        let (name, styles) = shelf.styles(name)?;
        let glyphs = if ascii { &ASCII } else { &UNICODE };
        Ok(Theme { name, styles: styles.map(|style| reduce(style, depth)), glyphs, shelf: shelf.clone() })
    }

    /// The theme behind this one in the list; those that cannot be read are passed over.
    pub fn next(&self, depth: Depth) -> Self {
        let names = self.shelf.names();
        let at = names.iter().position(|name| **name == *self.name).unwrap_or(0);
        let behind = (1..=names.len()).map(|step| &names[(at + step) % names.len()]);
        let mut readable = behind.filter_map(|name| Self::of(&self.shelf, name, depth, self.ascii()).ok());
        readable.next().unwrap_or_else(|| self.clone())
    }

    /// The usual theme for a light or a dark terminal, in place of the usual one for the other; `None` where it is that, or any other.
    pub fn for_background(&self, is_light: bool, depth: Depth) -> Option<Self> {
        let name = match (&*self.name, is_light) {
            ("default-dark", true) => "default-light",
            ("default-light", false) => "default-dark",
            _ => return None,
        };
        Self::of(&self.shelf, name, depth, self.ascii()).ok()
    }

    /// Whether only ASCII can be shown.
    pub fn ascii(&self) -> bool {
        self.glyphs == &ASCII
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

/// Whether the locale can show more than ASCII: `LC_ALL`, `LC_CTYPE` or `LANG` names UTF-8 (or none is set), and `MISFIT_ASCII` is unset.
pub fn locale_is_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    if variable("MISFIT_ASCII").is_some_and(|value| !value.is_empty() && value != "0") {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| variable(name)).find(|value| !value.is_empty());
    locale.is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        !value.contains("utf-8") && !value.contains("utf8")
    })
}

impl RoleLook {
    fn style(&self) -> Result<Style, String> {
        let mut style = Style::new();
        if let Some(fg) = &self.fg {
            style = style.fg(colour(fg)?);
        }
        if let Some(bg) = &self.bg {
            style = style.bg(colour(bg)?);
        }
        for add in &self.add {
            style = style.add_modifier(match add {
                Add::Bold => Modifier::BOLD,
                Add::Dim => Modifier::DIM,
                Add::Italic => Modifier::ITALIC,
                Add::Underlined => Modifier::UNDERLINED,
                Add::Reversed => Modifier::REVERSED,
            });
        }
        Ok(style)
    }
}

fn colour(text: &str) -> Result<Color, String> {
    text.parse().map_err(|_| format!("`{text}` is not a colour; write #rrggbb, a name like `light-blue`, or a number from 0 to 255"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_has_every_role() {
        for name in Theme::names() {
            for depth in [Depth::True, Depth::Indexed, Depth::Named, Depth::None] {
                Theme::named(name, depth, false).unwrap_or_else(|mistake| panic!("{mistake}"));
            }
        }
    }

    #[test]
    fn a_cursor_is_seen_without_colours() {
        for name in Theme::names() {
            let theme = Theme::named(name, Depth::None, false).expect("theme");
            assert!(theme.style(Role::Cursor).add_modifier.contains(Modifier::REVERSED), "{name}");
            assert!(!theme.style(Role::TiedCursor).add_modifier.is_empty(), "{name}");
            assert!(!theme.style(Role::Fault).add_modifier.is_empty(), "{name}");
        }
    }

    /// How much lighter one colour is than another, as WCAG counts it: from 1 to 21.
    fn contrast(one: Color, other: Color) -> Option<f64> {
        let lightness = |colour: Color| {
            let Color::Rgb(red, green, blue) = colour else { return None };
            let linear = |part: u8| {
                let part = f64::from(part) / 255.0;
                if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
        };
        let (one, other) = (lightness(one)?, lightness(other)?);
        Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
    }

    #[test]
    fn every_role_can_be_read_on_every_ground() {
        let mut compared = 0;
        for name in Theme::names() {
            let theme = Theme::named(name, Depth::True, false).expect("theme");
            let text = theme.style(Role::Text);
            let (Some(usual), Some(ground)) = (text.fg, text.bg) else { continue };
            for role in (0..ROLES).map(|at| theme.styles[at]).enumerate() {
                let (at, style) = role;
                let least = if at == Role::Border as usize { 3.0 } else { 4.5 };
                let grounds = match style.bg {
                    Some(own) => vec![own],
                    // Borders stand beside the row under the cursor, never on it.
                    None if at == Role::Border as usize => vec![ground],
                    None => vec![ground, theme.style(Role::TiedCursor).bg.unwrap_or(ground)],
                };
                for ground in grounds {
                    let found = contrast(style.fg.unwrap_or(usual), ground).expect("colours of three parts");
                    assert!(found >= least, "{name}: role {at} has {found:.2} on {ground:?}, {least} is least");
                    compared += 1;
                }
            }
        }
        assert!(compared > 100, "{compared}");
    }

    #[test]
    fn sixteen_colours_have_no_text_in_the_ground_of_some() {
        let theme = Theme::named("ansi", Depth::Named, false).expect("theme");
        assert!(theme.styles.iter().all(|style| style.fg != Some(Color::DarkGray)), "colour 8 is the background of some terminals");
    }

    #[test]
    fn an_unknown_theme_is_an_error_with_the_nearest() {
        let mistake = Theme::named("defalt-dark", Depth::True, false).expect_err("unknown");
        assert!(mistake.contains("did you mean `default-dark`"), "{mistake}");
    }

    #[test]
    fn ascii_is_for_those_who_need_it() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        assert!(locale_is_ascii(env(&[("LANG", "C")])));
        assert!(!locale_is_ascii(env(&[("LC_ALL", "en_US.UTF-8"), ("LANG", "C")])));
        assert!(!locale_is_ascii(env(&[])));
        assert!(locale_is_ascii(env(&[("MISFIT_ASCII", "1"), ("LANG", "en_US.UTF-8")])));
    }
}
