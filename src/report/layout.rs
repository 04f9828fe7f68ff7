//! Text on a terminal of 80 columns: padding, wrapping, headings, and the few styles in use.
//!
//! Does not know what it lays out. Styles are escape codes, taken out again on the way to a pipe or a file.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a terminal that everything fits into.
pub const WIDTH: usize = 80;

/// Headings.
pub const HEADING: Style = Style::new().bold();
/// What matters less.
pub const FAINT: Style = Style::new().dimmed();
/// Bars and curves.
pub const BAR: Style = AnsiColor::Cyan.on_default();
/// Warnings.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// `text` in `style`.
pub fn styled(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

/// `text` in `style`, as a line.
pub fn line(style: Style, text: &str) -> String {
    styled(style, text) + "\n"
}

/// Columns that `text` takes; it must not hold escape codes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` and spaces to its right.
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// `text` and spaces to its left.
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// `text` in at most so many columns: of what is longer the middle is left out, since names that are alike mostly begin
/// alike. For tables; what is read back to the author stands in full.
pub fn shorten(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(1);
    let fitting = |letters: &mut dyn Iterator<Item = char>, room: usize| {
        let mut kept = String::new();
        for letter in letters {
            if width(&kept) + letter.width().unwrap_or(0) > room {
                break;
            }
            kept.push(letter);
        }
        kept
    };
    let start = fitting(&mut text.chars(), room.div_ceil(2));
    let end = fitting(&mut text.chars().rev(), room / 2);
    Cow::Owned(start + "…" + &end.chars().rev().collect::<String>())
}

/// A name in a first column of so many columns, after an indent of two; one that is too long for it has a line of its
/// own.
pub fn label(name: &str, column: usize) -> String {
    if width(name) > column {
        format!("{}\n  {}", shorten(name, WIDTH - 2), " ".repeat(column))
    } else {
        left(name, column)
    }
}

/// A heading, and beside it in faint letters what its columns are; below it where there is no room.
pub fn heading(title: &str, note: &str) -> String {
    let title = &shorten(title, WIDTH);
    let shown = styled(HEADING, title);
    match width(title) + 2 + width(note) {
        _ if note.is_empty() => format!("\n{shown}\n"),
        columns if columns <= WIDTH => format!("\n{shown}  {}\n", styled(FAINT, note)),
        _ => format!("\n{shown}\n{}", styled(FAINT, &wrap(note, 2, 2))),
    }
}

/// `text` in lines of at most `WIDTH` columns, the first indented by `first`, the others by `rest`.
/// Line breaks and control characters of the text count as spaces.
pub fn wrap(text: &str, first: usize, rest: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    flow(words.map(str::to_owned), " ", first, rest)
}

/// Items joined by `separator`, broken between items only.
pub fn flow(items: impl IntoIterator<Item = String>, separator: &str, first: usize, rest: usize) -> String {
    let mut lines = String::new();
    let mut line = " ".repeat(first);
    let mut empty = true;
    for item in items {
        if !empty {
            // A separator may yet have to stand behind it.
            let joined = width(&line) + width(separator) + width(&item) + width(separator.trim_end());
            if joined <= WIDTH {
                line.push_str(separator);
            } else {
                line.push_str(separator.trim_end());
                lines.push_str(line.trim_end());
                lines.push('\n');
                line = " ".repeat(rest);
            }
        }
        line.push_str(&item);
        empty = false;
    }
    if !empty {
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}

/// An author's words on one line: line breaks and control characters become single spaces.
pub fn plain(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_stay_within_the_width() {
        let text = "word ".repeat(40);
        let wrapped = wrap(&text, 2, 4);
        assert!(wrapped.lines().all(|l| width(l) <= WIDTH));
        assert!(wrapped.starts_with("  word word"));
        assert_eq!(wrapped.lines().nth(1).map(|l| l.len() - l.trim_start().len()), Some(4));
        assert_eq!(wrapped.split_whitespace().count(), 40);
        assert_eq!(wrap("", 2, 2), "");
    }

    #[test]
    fn a_separator_at_the_end_of_a_line_has_its_place() {
        let items = (0..40).map(|n| "x".repeat(3 + n % 7));
        for separator in [", ", " → "] {
            let flowed = flow(items.clone(), separator, 12, 14);
            assert!(flowed.lines().all(|l| width(l) <= WIDTH), "{flowed}");
        }
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(shorten("seven_s", 7), "seven_s");
        assert_eq!(shorten("north_of_the_river", 9), "nort…iver");
        assert_eq!(shorten("north_of_the_river", 8), "nort…ver");
        assert_eq!(shorten("한국의봄여름", 8), "한국…름", "a letter of two columns that does not fit is left out");
        assert_eq!(label("war", 5), "war  ");
        assert_eq!(label("recognition", 5), "recognition\n       ");
        assert!(label(&"x".repeat(10_000), 12).lines().all(|line| width(line) + 2 <= WIDTH));
        assert!(heading(&"x".repeat(10_000), "share of runs").lines().all(|line| line.chars().count() < 100));
    }

    #[test]
    fn wide_letters_count_double_and_escapes_are_removed() {
        assert_eq!(left("한", 4), "한  ");
        assert_eq!(plain("a\u{1b}[31m\n b"), "a [31m b");
    }
}
