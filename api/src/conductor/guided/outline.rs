//! A document as sections, so that it can be amended in one place and stay untouched in every other.
//!
//! Parsing and rendering give back the same bytes; only what an amendment touches changes.

use super::identifier::{self, Id};
use super::wording::{cell, folded};

/// What a list says that holds nothing yet; goes away with the first item.
pub(super) const NOTHING: &str = "*None at present.*";

/// A document in sections.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    sections: Vec<Section>,
}

/// A heading of the first or second level, with what follows it.
#[derive(Debug, Clone)]
pub(super) struct Section {
    heading: String,
    lines: Vec<String>,
}

/// An item, for a list or, where the section is a table, as a row.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// As a bullet, without the dash.
    pub(super) bullet: String,
    /// As cells.
    pub(super) cells: Vec<String>,
}

impl Outline {
    /// Reads a document.
    pub(super) fn parse(markdown: &str) -> Self {
        let mut sections = vec![Section { heading: String::new(), lines: Vec::new() }];
        let mut fenced = false;
        for line in markdown.lines() {
            let start = line.trim_start();
            fenced ^= start.starts_with("```") || start.starts_with("~~~");
            if !fenced && (line.starts_with("# ") || line.starts_with("## ")) {
                sections.push(Section { heading: line.to_owned(), lines: Vec::new() });
            } else if let Some(section) = sections.last_mut() {
                section.lines.push(line.to_owned());
            }
        }
        Self { sections }
    }

    /// Writes the document.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        for section in &self.sections {
            if !section.heading.is_empty() {
                text.push_str(&section.heading);
                text.push('\n');
            }
            for line in &section.lines {
                text.push_str(line);
                text.push('\n');
            }
        }
        text.trim_matches('\n').to_owned()
    }

    /// The section whose heading holds one of the words; a new one at the end where there is none.
    pub(super) fn section(&mut self, words: &[&str], heading: &str) -> &mut Section {
        let found = self.sections.iter().position(|section| {
            let title = folded(&section.heading);
            words.iter().any(|word| title.contains(word))
        });
        let at = found.unwrap_or_else(|| {
            if let Some(last) = self.sections.last_mut() {
                last.end_with_blank();
            }
            self.sections.push(Section { heading: format!("## {heading}"), lines: vec![String::new()] });
            self.sections.len() - 1
        });
        &mut self.sections[at]
    }

    /// The line range of the block that an id heads, in its section.
    pub(super) fn block(&mut self, id: &Id) -> Option<Block<'_>> {
        let places: Vec<(usize, usize, bool)> = self
            .sections
            .iter()
            .enumerate()
            .flat_map(|(section, content)| {
                content.lines.iter().enumerate().filter_map(move |(at, line)| {
                    let (first, start, _) = identifier::first_in(line)?;
                    let heads = line[..start].chars().all(|c| !c.is_alphanumeric());
                    (first == *id && heads).then(|| (section, at, line.starts_with("###")))
                })
            })
            .collect();
        let (section, at, headed) = places.iter().find(|(.., headed)| *headed).or(places.first()).copied()?;
        let lines = &mut self.sections[section].lines;
        let mut fenced = false;
        let end = if headed {
            let rest = lines[at + 1..].iter().position(|line| {
                fenced ^= line.trim_start().starts_with("```");
                !fenced && line.starts_with("###") && !line.starts_with("####")
            });
            rest.map_or(lines.len(), |rest| at + 1 + rest)
        } else {
            at + 1
        };
        Some(Block { lines, at, end, headed })
    }

    /// Exchanges words everywhere but in ids, tells how often.
    pub(super) fn substitute(&mut self, from: &str, to: &str) -> usize {
        let mut times = 0;
        for line in self.sections.iter_mut().flat_map(|section| section.lines.iter_mut()) {
            let found = line.matches(from).count();
            if found > 0 {
                *line = line.replace(from, to);
                times += found;
            }
        }
        times
    }

    /// Takes out the first list line that holds the words, and gives it back.
    pub(super) fn take_line(&mut self, words: &str) -> Option<String> {
        for section in &mut self.sections {
            let found = section
                .lines
                .iter()
                .position(|line| line.contains(words) && (line.starts_with("- ") || line.starts_with('|')));
            if let Some(at) = found {
                let line = section.lines.remove(at);
                if !section.lines.iter().any(|line| line.starts_with("- ") || line.starts_with('|')) {
                    section.push_paragraph(NOTHING);
                }
                return Some(line);
            }
        }
        None
    }

    /// Every line of the document.
    pub(super) fn lines(&self) -> impl Iterator<Item = &String> {
        self.sections.iter().flat_map(|section| section.lines.iter())
    }
}

impl Section {
    /// Adds an item after the last of its kind.
    pub(super) fn push(&mut self, item: &Item) {
        self.lines.retain(|line| line.trim() != NOTHING);
        let columns = |line: &str| line.replace("\\|", "").matches('|').count().saturating_sub(1);
        let row = self.lines.iter().rposition(|line| line.starts_with('|') && columns(line) == item.cells.len());
        if let Some(at) = row.filter(|_| !item.cells.is_empty()) {
            let row = item.cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | ");
            self.lines.insert(at + 1, format!("| {row} |"));
            return;
        }
        let line = format!("- {}", item.bullet);
        match self.lines.iter().rposition(|line| line.starts_with("- ") || line.starts_with("* ")) {
            Some(at) => {
                let continued = self.lines[at + 1..]
                    .iter()
                    .take_while(|line| line.starts_with("  ") && !line.trim().is_empty())
                    .count();
                self.lines.insert(at + 1 + continued, line);
            }
            None => self.push_paragraph(&line),
        }
    }

    /// Adds a paragraph, or several lines, at the end.
    pub(super) fn push_paragraph(&mut self, text: &str) {
        self.lines.retain(|line| line.trim() != NOTHING);
        self.end_with_blank();
        self.lines.extend(text.lines().map(str::to_owned));
        self.lines.push(String::new());
    }

    /// The first line that holds all the marks.
    pub(super) fn line_with(&mut self, marks: &[&str]) -> Option<&mut String> {
        self.lines.iter_mut().find(|line| marks.iter().all(|mark| line.contains(mark)))
    }

    /// Drops the lines that hold all the marks; tells how many.
    pub(super) fn drop_lines(&mut self, marks: &[&str]) -> usize {
        let before = self.lines.len();
        self.lines.retain(|line| !marks.iter().all(|mark| line.contains(mark)));
        before - self.lines.len()
    }

    fn end_with_blank(&mut self) {
        while self.lines.last().is_some_and(|line| line.trim().is_empty()) {
            self.lines.pop();
        }
        self.lines.push(String::new());
    }
}

/// A requirement or a decision with its own heading, or the one line that begins with an id.
pub(super) struct Block<'a> {
    lines: &'a mut Vec<String>,
    at: usize,
    end: usize,
    headed: bool,
}

impl Block<'_> {
    /// Whether it has a heading of its own.
    pub(super) fn is_headed(&self) -> bool {
        self.headed
    }

    /// Its text.
    pub(super) fn text(&self) -> String {
        self.lines[self.at..self.end].join("\n")
    }

    /// Puts another text in its place.
    pub(super) fn replace(self, text: &str) {
        let mut new: Vec<String> = text.trim_matches('\n').lines().map(str::to_owned).collect();
        if self.headed {
            new.push(String::new());
        }
        self.lines.splice(self.at..self.end, new);
    }

    /// Takes it out.
    pub(super) fn remove(self) {
        self.lines.drain(self.at..self.end);
    }
}
