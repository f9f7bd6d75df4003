//! What several commands say of JSON: a text, a list, columns. What comes from a server is shown on a terminal, so
//! nothing of it can move the cursor or change a colour.

use serde_json::Value;

/// A text on one line; empty where there is none.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map(line).unwrap_or_default()
}

/// The texts of a list, with commas.
pub(super) fn joined(value: &Value) -> String {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// A text without line breaks and control characters.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text of several lines without other control characters.
pub(super) fn lines(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || ['\n', '\t'].contains(c)).collect()
}

/// Rows in columns, each as wide as its widest text.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|text| text.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let shown = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_server_moves_the_cursor() {
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a [2Jb c");
        assert_eq!(lines("a\u{1b}[2J\r\nb\tc"), "a[2J\nb\tc");
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["PAY-1".to_owned(), "x".to_owned()], vec!["PAY-12".to_owned(), "y".to_owned()]];
        assert_eq!(columns(&rows), "PAY-1   x\nPAY-12  y");
    }
}
