//! Findings as a pull request, a workflow and a build server read them.
//!
//! Owns: annotations, JUnit's XML, a comment in Markdown, the list for people.
//! Refuses: finding, redaction of documents: findings carry none.

use std::fmt::Write as _;

use crate::ground::markdown;
use crate::ground::text::{clip_middle, visible};
use crate::triage::gate::{GateFinding, GateKind, GateReport, GateWeight};

/// Most tables that a finding names.
const MOST_TABLES: usize = 4;

/// Most characters of a line to paste.
const LONGEST_MEND: usize = 2_000;

/// Most findings of a section that are listed for people; the JSON has all.
const MOST_LISTED: usize = 100;

/// `a, b and 3 more`.
fn tables(finding: &GateFinding) -> String {
    let more = finding.tables.len().saturating_sub(MOST_TABLES);
    let named = finding.tables.iter().take(MOST_TABLES).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// Tables and what is the matter, in one sentence.
fn sentence(finding: &GateFinding) -> String {
    let tables = tables(finding);
    let colon = if tables.is_empty() { "" } else { ": " };
    visible(&format!("{tables}{colon}{}", finding.sentence)).into_owned()
}

/// Why a finding is muted.
fn muted(finding: &GateFinding) -> Option<String> {
    finding.muted.as_ref().map(|entry| visible(&format!("accepted until {}: {}", entry.until, entry.reason)).into_owned())
}

/// The list for people.
pub(super) fn text(report: &GateReport) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let word = if finding.muted.is_some() { "accepted" } else { finding.weight.name() };
        let _ = writeln!(out, "{word} {}: {}", finding.title, sentence(finding));
        if let Some((file, line)) = &finding.place {
            let _ = writeln!(out, "  at    {} line {line}", visible(file));
        }
        if finding.kind == GateKind::Sample {
            finding.why.iter().for_each(|why| out.push_str(&format!("  says  {}\n", visible(why))));
        }
        // The comparison above tells those of what is deployed.
        if finding.kind != GateKind::Deploy {
            finding.mend.iter().for_each(|mend| out.push_str(&format!("  mend  {}\n", clip_middle(&visible(mend), LONGEST_MEND))));
        }
        let _ = writeln!(out, "  id    {}", finding.fingerprint);
        if let Some(told) = muted(finding) {
            let _ = writeln!(out, "  {told}");
        }
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {}", visible(note));
    }
    let _ = writeln!(out, "{}", report.summary());
    out
}

/// Annotations of a workflow of GitHub: errors, warnings, notices at file and line.
pub(super) fn github(report: &GateReport) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let level = match finding.weight {
            _ if finding.muted.is_some() => "notice",
            GateWeight::Stops => "error",
            GateWeight::Unknown => "warning",
            GateWeight::Notice => "notice",
        };
        let place = finding.place.as_ref().map(|(file, line)| format!("file={},line={line},", property(file))).unwrap_or_default();
        let mut told = vec![sentence(finding)];
        told.extend(finding.why.iter().map(|why| visible(why).into_owned()));
        told.extend(finding.mend.iter().map(|mend| clip_middle(&visible(mend), LONGEST_MEND).into_owned()));
        told.extend(muted(finding));
        told.push(format!("id {}", finding.fingerprint));
        let _ = writeln!(out, "::{level} {place}title={}::{}", property(&finding.title), data(&told.join("\n")));
    }
    for note in &report.notes {
        let _ = writeln!(out, "::notice title=misfit::{}", data(&visible(note)));
    }
    let _ = writeln!(out, "::notice title=misfit::{}", data(&report.summary()));
    out
}

/// The text of an annotation.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of an annotation.
pub(super) fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

/// JUnit's XML: a case for each finding; where there is none, one that passes and says what was compared.
pub(super) fn junit(report: &GateReport, compared: &str) -> String {
    let (failures, errors) = (report.count(GateWeight::Stops), report.count(GateWeight::Unknown));
    let all = report.findings.len().max(1);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = format!("tests=\"{all}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{}\"", report.muted());
    let _ = writeln!(out, "<testsuites {counts}>\n<testsuite name=\"misfit compat\" {counts}>");
    if report.findings.is_empty() {
        let compared = xml(compared);
        let _ = writeln!(out, "<testcase classname=\"misfit.compat\" name=\"no findings\"><system-out>{compared}</system-out></testcase>");
    }
    for finding in &report.findings {
        let parts = [finding.title.clone(), tables(finding), finding.fingerprint.clone()];
        let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let place = finding.place.as_ref().map(|(file, line)| format!(" file=\"{}\" line=\"{line}\"", xml(file))).unwrap_or_default();
        let _ = write!(out, "<testcase classname=\"misfit.compat.{}\" name=\"{}\"{place}>", finding.kind.name(), xml(&name));
        let message = xml(&sentence(finding));
        let body = xml(&finding.why.iter().chain(&finding.mend).cloned().collect::<Vec<_>>().join("\n"));
        let _ = match (muted(finding), finding.weight) {
            (Some(told), _) => write!(out, "<skipped message=\"{}\"/>", xml(&told)),
            (None, GateWeight::Stops) => write!(out, "<failure message=\"{message}\" type=\"{}\">{body}</failure>", xml(&finding.title)),
            (None, GateWeight::Unknown) => write!(out, "<error message=\"{message}\" type=\"{}\">{body}</error>", xml(&finding.title)),
            (None, GateWeight::Notice) => write!(out, "<system-out>{message}</system-out>"),
        };
        out.push_str("</testcase>\n");
    }
    if !report.notes.is_empty() {
        let _ = writeln!(out, "<system-out>{}</system-out>", xml(&report.notes.join("\n")));
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

/// Text in XML: what a terminal would obey and what XML forbids is shown, line ends in attributes stay.
fn xml(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(visible).collect();
    let mut out = String::new();
    for c in lines.join("\n").chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A comment for a pull request: the sum, then each kind folded.
pub(super) fn markdown(report: &GateReport) -> String {
    let mut out = format!("**misfit compat**: {}\n", report.summary());
    let is_muted = |finding: &&GateFinding| finding.muted.is_some();
    let of = |weight: GateWeight| {
        report.findings.iter().filter(move |finding| finding.weight == weight && !is_muted(finding)).collect::<Vec<_>>()
    };
    section(&mut out, "Findings", &of(GateWeight::Stops), true);
    section(&mut out, "Could not be judged", &of(GateWeight::Unknown), true);
    section(&mut out, "Notices", &of(GateWeight::Notice), false);
    section(&mut out, "Accepted", &report.findings.iter().filter(is_muted).collect::<Vec<_>>(), false);
    for note in &report.notes {
        let _ = write!(out, "\n{}\n", markdown::prose(note));
    }
    out
}

/// A file without the folders of a machine.
pub(super) fn told_file(file: &str) -> &str {
    let path = std::path::Path::new(file);
    let name = path.is_absolute().then(|| path.file_name().and_then(std::ffi::OsStr::to_str)).flatten();
    name.unwrap_or(file)
}

fn section(out: &mut String, title: &str, findings: &[&GateFinding], is_open: bool) {
    if findings.is_empty() {
        return;
    }
    let open = if is_open { " open" } else { "" };
    let _ = write!(out, "\n<details{open}>\n<summary>{title}: {}</summary>\n\n", findings.len());
    for finding in findings.iter().take(MOST_LISTED) {
        let of = if finding.tables.is_empty() { String::new() } else { format!(" {}", markdown::code(&tables(finding))) };
        let _ = writeln!(out, "- {}{of}: {}", markdown::code(&finding.title), markdown::prose(&finding.sentence));
        if let Some((file, line)) = &finding.place {
            let _ = writeln!(out, "  - at {} line {line}", markdown::code(told_file(file)));
        }
        // What the validator says of a sample may hold what stands in it.
        for why in finding.why.iter().filter(|_| finding.kind != GateKind::Sample) {
            let _ = writeln!(out, "  - {}", markdown::prose(why));
        }
        if let Some(mend) = &finding.mend {
            let _ = writeln!(out, "  - {}", markdown::code(&clip_middle(mend, LONGEST_MEND)));
        }
        if let Some(told) = muted(finding) {
            let _ = writeln!(out, "  - {}", markdown::prose(&told));
        }
        let _ = writeln!(out, "  - id {}", markdown::code(&finding.fingerprint));
    }
    if findings.len() > MOST_LISTED {
        let _ = writeln!(out, "\nand {} more", findings.len() - MOST_LISTED);
    }
    out.push_str("\n</details>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> GateReport {
        let finding = |weight, sentence: &str| GateFinding {
            kind: GateKind::Refused,
            weight,
            title: "newly fail".into(),
            sentence: sentence.into(),
            why: vec!["a <rule> & \"more\"".into()],
            mend: Some("one\ntwo".into()),
            tables: vec!["acme/ping.1".into()],
            place: Some(("schemas/a,b:c.json".into(), 7)),
            fingerprint: "0123456789abcdef:3".into(),
            amount: 3,
            moved: None,
            muted: None,
        };
        let mut report = GateReport::default();
        report.add([finding(GateWeight::Stops, "3 rows fail: 100% <b>@team\u{1b}[31m\u{0}"), finding(GateWeight::Notice, "fine")]);
        report
    }

    #[test]
    fn annotations_name_file_and_line_and_nothing_breaks_out() {
        let told = github(&report());
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 3, "{told}");
        assert!(
            lines[0].starts_with("::error file=schemas/a%2Cb%3Ac.json,line=7,title=newly fail::acme/ping.1: 3 rows fail: 100%25 <b>"),
            "{told}"
        );
        assert!(lines[1].starts_with("::notice file=") && !told.contains('\u{1b}'), "{told}");
    }

    #[test]
    fn the_list_tells_the_line_that_ends_a_finding() {
        assert!(text(&report()).contains("  mend  one"), "{}", text(&report()));
    }

    #[test]
    fn xml_is_well_formed_whatever_stands_in_it() {
        let told = junit(&report(), "");
        assert!(told.contains("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\""), "{told}");
        assert!(told.contains("a &lt;rule&gt; &amp; &quot;more&quot;&#10;one"), "{told}");
        assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{told:?}");
        assert_eq!(told.matches("<testcase ").count(), told.matches("</testcase>").count());
        let none = junit(&GateReport::default(), "2 tables unchanged; <no> change");
        assert!(
            none.contains("tests=\"1\"")
                && none.contains("name=\"no findings\"><system-out>2 tables unchanged; &lt;no&gt; change</system-out>")
        );
        let mut bare = report();
        bare.findings.iter_mut().for_each(|finding| finding.tables.clear());
        assert!(junit(&bare, "").contains("name=\"newly fail 0123456789abcdef:3\""), "{}", junit(&bare, ""));
    }

    #[test]
    fn a_comment_folds_and_links_nothing() {
        let told = markdown(&report());
        assert!(told.starts_with("**misfit compat**: 1 finding, 1 notice\n"), "{told}");
        assert!(
            told.contains("<details open>\n<summary>Findings: 1</summary>") && told.contains("<details>\n<summary>Notices: 1</summary>")
        );
        assert!(!told.contains(" <b>@team") || told.contains("`100% <b>@team"), "{told}");
    }
}
