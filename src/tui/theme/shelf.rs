//! The themes that there are: built in, and the user's own.
//!
//! Owns: their names, reading one with what it inherits, what is wrong with it.
//! Refuses: what becomes of colours on poorer terminals (depth).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::style::Style;

#[cfg(test)]
use super::Role;
use super::{ROLES, ThemeFile};
use crate::ground::contained::contained;
use crate::ground::text::{nearest, visible};

/// The themes built in: name and file. A file's first line says what it is for.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("default-dark", include_str!("../../../themes/default-dark.toml")),
    ("default-light", include_str!("../../../themes/default-light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("ansi", include_str!("../../../themes/ansi.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// Most bytes of a theme.
const MOST_BYTES: u64 = 64 << 10;

/// Themes built in and those of a folder, of which a name goes before one built in.
#[derive(Debug, Default)]
pub struct ThemeShelf {
    own: BTreeMap<Arc<str>, OwnTheme>,
}

#[derive(Debug)]
struct OwnTheme {
    path: PathBuf,
    /// The file's text, or why there is none.
    text: Result<String, String>,
}

/// A line of the list of themes.
pub struct ToldTheme {
    /// Its name.
    pub name: Arc<str>,
    /// What it is for, or what is wrong with it.
    pub about: String,
}

impl ThemeShelf {
    /// Themes built in and the `.toml` files of a folder, which need not be there. What is wrong with one is told when it is asked for.
    pub fn with_folder(folder: &Path) -> Self {
        let mut own = BTreeMap::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "toml")
                && let Some(name) = path.file_stem().and_then(|name| name.to_str())
            {
                own.insert(name.into(), OwnTheme { text: read(&path), path });
            }
        }
        ThemeShelf { own }
    }

    /// Names of all: those built in, then the others.
    pub fn names(&self) -> Vec<Arc<str>> {
        let built_in = BUILT_IN.iter().map(|(name, _)| Arc::from(*name));
        built_in.chain(self.own.keys().filter(|name| !is_built_in(name)).cloned()).collect()
    }

    /// All of them, and what each is for.
    pub fn list(&self) -> Vec<ToldTheme> {
        let about = |name: &Arc<str>| match self.styles(name) {
            Err(mistake) => format!("cannot be used: {mistake}"),
            Ok(_) => {
                let first = self.text(name).ok().and_then(|text| text.lines().next()).unwrap_or_default();
                let own = if self.own.contains_key(name) { "your own" } else { "" };
                let told = first.strip_prefix("# ").unwrap_or(own);
                visible(told).into_owned()
            }
        };
        self.names().into_iter().map(|name| ToldTheme { about: about(&name), name }).collect()
    }

    /// The name and the styles of a theme; an unknown name is an error with the nearest one.
    pub(super) fn styles(&self, name: &str) -> Result<(Arc<str>, [Style; ROLES]), String> {
        let mut styles = [None; ROLES];
        let mut passed: Vec<(String, bool)> = Vec::new();
        let mut next = Some((name.to_owned(), self.own.contains_key(name)));
        while let Some((name, is_own)) = next.take() {
            if passed.contains(&(name.clone(), is_own)) {
                let way = passed.iter().map(|(name, _)| visible(name)).collect::<Vec<_>>().join(", ");
                return Err(format!("{}: inherits from itself, by way of {way}", self.place(&name, is_own)));
            }
            let file = self.file(&name, is_own).map_err(|mistake| match passed.last() {
                Some((heir, is_own_heir)) if !is_own && !is_built_in(&name) => {
                    format!("{}: inherits = \"{}\": {mistake}", self.place(heir, *is_own_heir), visible(&name))
                }
                _ => mistake,
            })?;
            for (role, look) in &file.roles {
                let style = look.style().map_err(|mistake| format!("{}: {role:?}: {mistake}", self.place(&name, is_own)))?;
                styles[*role as usize].get_or_insert(style);
            }
            next = file.inherits.map(|base| {
                // A theme named like one built in may inherit from that.
                let is_own_base = self.own.contains_key(&*base) && !(is_own && base == name && is_built_in(&name));
                (base, is_own_base)
            });
            passed.push((name, is_own));
        }
        let missing = styles.iter().filter(|style| style.is_none()).count();
        if missing > 0 {
            let is_own = passed.last().is_some_and(|(_, is_own)| *is_own);
            let place = passed.last().map(|(name, _)| self.place(name, is_own)).unwrap_or_default();
            return Err(format!("{place}: {missing} of {ROLES} roles are missing; inherits = \"{}\" takes them from there", BUILT_IN[0].0));
        }
        Ok((name.into(), styles.map(Option::unwrap_or_default)))
    }

    fn file(&self, name: &str, is_own: bool) -> Result<ThemeFile, String> {
        let text = if is_own { self.text(name)? } else { self.built_in(name)? };
        let place = || self.place(name, is_own);
        let parsed = contained(|| toml::from_str::<ThemeFile>(text)).map_err(|reason| format!("{}: {reason}", place()))?;
        parsed.map_err(|error| {
            let line = error
                .span()
                .map(|span| format!(" line {}", memchr::memchr_iter(b'\n', &text.as_bytes()[..span.start.min(text.len())]).count() + 1));
            format!("{}{}: {}", place(), line.unwrap_or_default(), error.message())
        })
    }

    fn text(&self, name: &str) -> Result<&str, String> {
        match self.own.get(name) {
            Some(own) => own.text.as_deref().map_err(|reason| format!("{}: {reason}", visible(&own.path.to_string_lossy()))),
            None => self.built_in(name),
        }
    }

    fn built_in(&self, name: &str) -> Result<&'static str, String> {
        if let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Ok(text);
        }
        let names = self.names();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        let near = nearest(name, &names).map_or(".".to_owned(), |near| format!("; did you mean `{near}`?"));
        Err(format!("there is no theme `{}`{near} There are: {}.", visible(name), names.join(", ")))
    }

    fn place(&self, name: &str, is_own: bool) -> String {
        let own = self.own.get(name).filter(|_| is_own);
        own.map_or_else(|| format!("themes/{}.toml", visible(name)), |own| visible(&own.path.to_string_lossy()).into_owned())
    }
}

fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(known, _)| *known == name)
}

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    if !path.is_file() {
        return Err("a theme is a plain file".to_owned());
    }
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text));
    match read {
        Err(error) => Err(error.to_string()),
        Ok(_) if text.len() as u64 > MOST_BYTES => Err("larger than 64 KiB, too large for a theme".to_owned()),
        Ok(_) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(files: &[(&str, &str)]) -> (tempfile::TempDir, ThemeShelf) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
        }
        let shelf = ThemeShelf::with_folder(folder.path());
        (folder, shelf)
    }

    #[test]
    fn own_themes_take_what_they_lack_from_others() {
        let (_folder, shelf) = shelf(&[
            ("sea", "# Blue.\ninherits = \"default-light\"\n[roles]\nkey = { fg = \"#0000aa\" }\n"),
            ("deep-sea", "inherits = \"sea\"\n"),
            ("mono", "inherits = \"mono\"\n[roles]\nkey = { add = [\"bold\"] }\n"),
        ]);
        let (_, sea) = shelf.styles("sea").unwrap();
        let (_, light) = shelf.styles("default-light").unwrap();
        assert_eq!(sea[Role::Text as usize], light[Role::Text as usize]);
        assert_ne!(sea[Role::Key as usize], light[Role::Key as usize]);
        assert_eq!(shelf.styles("deep-sea").unwrap().1, sea);
        assert!(shelf.styles("mono").is_ok(), "inherits from the one built in");
        let told: Vec<_> = shelf.list().iter().map(|theme| format!("{}: {}", theme.name, theme.about)).collect();
        assert!(told.contains(&"sea: Blue.".to_owned()) && told.contains(&"deep-sea: your own".to_owned()), "{told:?}");
        assert_eq!(told.iter().filter(|told| told.starts_with("mono:")).count(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_theme_is_said_with_its_file() {
        let (_folder, shelf) = shelf(&[
            ("round", "inherits = \"about\"\n"),
            ("about", "inherits = \"round\"\n"),
            ("odd", "inherits = \"mono\"\n[roles]\nkee = {}\n"),
            ("pink", "inherits = \"mono\"\n[roles]\nkey = { fg = \"pinkish\" }\n"),
            ("bare", "[roles]\nkey = {}\n"),
            ("own", "inherits = \"own\"\n"),
            ("lost", "inherits = \"defalt-dark\"\n"),
        ]);
        let mistake = |name: &str| shelf.styles(name).unwrap_err();
        assert!(mistake("round").contains("inherits from itself, by way of round, about"), "{}", mistake("round"));
        assert!(mistake("odd").contains("odd.toml line 3: unknown variant `kee`"), "{}", mistake("odd"));
        assert!(mistake("pink").contains("`pinkish` is not a colour"), "{}", mistake("pink"));
        assert!(mistake("bare").contains("roles are missing; inherits = \"default-dark\" takes them from there"), "{}", mistake("bare"));
        let lost = mistake("lost");
        assert!(lost.contains("lost.toml: inherits = \"defalt-dark\": ") && lost.contains("did you mean `default-dark`"), "{lost}");
        assert!(mistake("own").contains("inherits from itself, by way of own"), "{}", mistake("own"));
        let all = shelf.list();
        assert!(all.iter().any(|theme| &*theme.name == "odd" && theme.about.starts_with("cannot be used: ")));
    }
}
