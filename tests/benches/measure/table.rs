//! The one table: what was measured, beside what limits it, and the mark it is held to.

use std::fmt;
use std::path::PathBuf;

use konductro_tests::server::binary;
use serde::Serialize;

/// What a number is held to.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The ratio to the limit may not be lower.
    RatioAtLeast(f64),
    /// The ratio to the limit may not be higher.
    RatioAtMost(f64),
    /// The number itself must be lower.
    Under(f64),
    /// Nothing is promised.
    None,
}

/// A number with its unit.
#[derive(Debug, Clone, Serialize)]
pub struct Quantity {
    pub value: f64,
    pub unit: &'static str,
}

#[derive(Debug, Serialize)]
struct Row {
    what: String,
    measured: Quantity,
    limit: Option<(String, Quantity)>,
    ratio: Option<f64>,
    mark: Mark,
    met: Option<bool>,
}

/// All rows so far.
#[derive(Debug, Default, Serialize)]
pub struct Table {
    rows: Vec<Row>,
}

impl Quantity {
    pub fn new(value: f64, unit: &'static str) -> Self {
        Self { value, unit }
    }

    /// Milliseconds.
    pub fn ms(seconds: f64) -> Self {
        Self::new(seconds * 1e3, "ms")
    }

    /// Commands a second.
    pub fn rate(value: f64) -> Self {
        Self::new(value, "/s")
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = if self.value.abs() >= 100.0 { 0 } else { 2 };
        write!(f, "{:.decimals$} {}", self.value, self.unit)
    }
}

impl Table {
    /// Adds a number that has a limit beside it.
    pub fn compare(&mut self, what: impl Into<String>, measured: Quantity, limit: (&str, Quantity), mark: Mark) {
        let ratio = measured.value / limit.1.value;
        let met = match mark {
            Mark::RatioAtLeast(mark) => Some(ratio >= mark),
            Mark::RatioAtMost(mark) => Some(ratio <= mark),
            Mark::Under(mark) => Some(measured.value < mark),
            Mark::None => None,
        };
        let limit = Some((limit.0.to_owned(), limit.1));
        self.add(Row { what: what.into(), measured, limit, ratio: Some(ratio), mark, met });
    }

    /// Adds a number that stands for itself.
    pub fn note(&mut self, what: impl Into<String>, measured: Quantity) {
        self.add(Row { what: what.into(), measured, limit: None, ratio: None, mark: Mark::None, met: None });
    }

    /// Adds a number that must stay under another, whatever the machine.
    pub fn under(&mut self, what: impl Into<String>, measured: Quantity, most: f64) {
        let met = Some(measured.value < most);
        self.add(Row { what: what.into(), measured, limit: None, ratio: None, mark: Mark::Under(most), met });
    }

    fn add(&mut self, row: Row) {
        eprintln!("         {}: {}", row.what, row.measured);
        self.rows.push(row);
    }

    /// Writes it beside the build, and says where.
    pub fn save(&self) -> PathBuf {
        let target = binary().parent().and_then(|profile| profile.parent()).expect("target/<profile>").to_owned();
        let file = target.join("measure.json");
        std::fs::write(&file, serde_json::to_string_pretty(self).expect("a table is JSON"))
            .expect("target is writable");
        file
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["what", "measured", "limit, measured in the same run", "ratio", "mark", ""].map(str::to_owned);
        let rows: Vec<[String; 6]> = std::iter::once(head).chain(self.rows.iter().map(Row::cells)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: [usize; 6] = std::array::from_fn(width);
        for (index, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "| {cell:<width$} ")?;
            }
            writeln!(f, "|")?;
            if index == 0 {
                widths.iter().try_for_each(|width| write!(f, "|{}", "-".repeat(width + 2)))?;
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

impl Row {
    fn cells(&self) -> [String; 6] {
        let mark = match self.mark {
            Mark::RatioAtLeast(mark) => format!("≥ {mark} ×"),
            Mark::RatioAtMost(mark) => format!("≤ {mark} ×"),
            Mark::Under(mark) => format!("< {mark} {}", self.measured.unit),
            Mark::None => String::new(),
        };
        [
            self.what.clone(),
            self.measured.to_string(),
            self.limit.as_ref().map(|(name, limit)| format!("{limit} ({name})")).unwrap_or_default(),
            self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            mark,
            self.met.map(|met| if met { "met" } else { "MISSED" }).unwrap_or_default().to_owned(),
        ]
    }
}
