//! Colours as roles.
//!
//! Owns: the roles, the theme files built in, reading a theme, what becomes of colours on poorer terminals and under NO_COLOR, the glyphs
//! with their ASCII forms.
//! Refuses: deciding where a role is used (view).

mod depth;

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

pub use depth::Depth;
use depth::reduce;

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

/// The themes built in: name and file. A file's first line says what it is for.
const BUILT_IN: &[(&str, &str)] = &[
    ("default-dark", include_str!("../../themes/default-dark.toml")),
    ("default-light", include_str!("../../themes/default-light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("ansi", include_str!("../../themes/ansi.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// A style for every role.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Its file's name.
    pub name: &'static str,
    styles: [Style; ROLES],
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

    /// Names of the themes built in, and what each is for.
    pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.iter().map(|(name, text)| (*name, text.lines().next().unwrap_or_default().trim_start_matches("# ")))
    }

    /// A theme by name, for a terminal of that depth; an unknown name is an error with the nearest one.
    pub fn named(name: &str, depth: Depth, ascii: bool) -> Result<Self, String> {
        let Some((name, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) else {
            let near = crate::ground::text::nearest(name, &Self::names().collect::<Vec<_>>())
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_else(|| ".".to_owned());
            let all = Self::names().collect::<Vec<_>>().join(", ");
            return Err(format!("there is no theme `{}`{near} There are: {all}.", crate::ground::text::visible(name)));
        };
        let styles = parse(text).map_err(|mistake| format!("themes/{name}.toml: {mistake}"))?;
        Ok(Theme { name, styles: styles.map(|style| reduce(style, depth)), glyphs: if ascii { &ASCII } else { &UNICODE } })
    }

    /// The theme behind this one in the list.
    pub fn next(&self, depth: Depth) -> Self {
        let at = BUILT_IN.iter().position(|(name, _)| *name == self.name).unwrap_or(0);
        let (name, _) = BUILT_IN[(at + 1) % BUILT_IN.len()];
        Self::named(name, depth, self.glyphs == &ASCII).unwrap_or_else(|_| self.clone())
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

fn parse(text: &str) -> Result<[Style; ROLES], String> {
    let file: ThemeFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut styles = [Style::new(); ROLES];
    let mut missing = ROLES;
    for (role, look) in &file.roles {
        styles[*role as usize] = look.style().map_err(|mistake| format!("{role:?}: {mistake}"))?;
        missing -= 1;
    }
    if missing > 0 { Err(format!("{missing} of {ROLES} roles are missing")) } else { Ok(styles) }
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
