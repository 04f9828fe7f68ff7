//! Values without quotes: which words can stand bare, and what to say of those that cannot.
//!
//! Does not know how entries follow each other.

use unicode_normalization::char::is_combining_mark;

use super::lexer::Kind;
use super::walk::{Inside, LISTS, Walk};
use crate::diagnostic::Diagnostic;
use crate::scenario::quantity::{dates_meant, with_its_digits, with_month_name};

/// Functions of the expression language: a name with a bracket that is not quoted is probably one of these.
const FUNCTIONS: [&str; 11] =
    ["count", "since", "during", "min", "max", "how_many", "ever", "stays", "first", "total", "highest"];

/// Fields that hold sentences, in which anything may stand.
const PROSE: [&str; 9] = ["title", "about", "says", "name", "note", "who", "url", "cameo", "omitted"];

impl Walk<'_> {
    /// Index behind the value at `at`.
    pub(super) fn value(&mut self, at: usize, close: usize, inside: Inside) -> usize {
        match self.kind(at) {
            Some(Kind::Open) if self.is_variable(at, close) => self.variable(at),
            Some(Kind::Open) => self.brackets(at),
            Some(Kind::Text) if self.texts_end(at, close, inside) > at + 1 => self.several_texts(at, close, inside),
            Some(Kind::Text) => self.text_value(at, close),
            Some(Kind::Word | Kind::Sign) if self.word(at) == "-" && at + 1 < close => self.dashes(at, close),
            Some(Kind::Word)
                if self.word(at + 1) == "("
                    && at + 1 < close
                    && !FUNCTIONS.contains(&self.word(at))
                    && is_identifier(self.word(at))
                    && self.same_line(at)
                    && self.gap(at).is_empty() =>
            {
                let (span, name) = (self.tokens[at].span, self.word(at).to_owned());
                self.error(
                    "name-before-bracket",
                    format!("`{name}` has no place before `(`"),
                    span,
                    "brackets stand alone, without a name of their kind; a condition with brackets stands in quotes",
                );
                self.slips.repair(span.start, &vec![b' '; name.len()]);
                self.brackets(at + 1)
            }
            _ => {
                let end = self.run(at, close, inside);
                if end == at + 1 && self.kind(at) == Some(Kind::Word) {
                    self.bare(at);
                } else {
                    self.prose(at, end, inside);
                }
                end
            }
        }
    }

    /// `{x}` without quotes.
    fn variable(&mut self, at: usize) -> usize {
        let (span, name) = (self.span(at, at + 3), self.word(at + 1).to_owned());
        let message = format!("`{{{name}}}` needs quotes, because of its braces");
        let help = format!("write `\"{{{name}}}\"` for a variable of a template; a list of names is `[{name}]`");
        self.error("needs-quotes", message, span, help);
        self.slips.hole(span);
        at + 3
    }

    /// `- a - b`, a list as other formats write it. Hands back the index behind it.
    fn dashes(&mut self, at: usize, close: usize) -> usize {
        let (mut end, mut values) = (at, Vec::new());
        while end + 1 < close && self.word(end) == "-" {
            let value = end + 1;
            end = if self.kind(value) == Some(Kind::Open) { self.mates[value] + 1 } else { value + 1 };
            let span = self.span(value, end);
            values.push(self.text[span.start..span.end].to_owned());
            if end + 1 < close && self.kind(end) == Some(Kind::Comma) && self.word(end + 1) == "-" {
                end += 1;
            }
        }
        let list = values.join(", ");
        let list = if list.chars().count() <= 60 && !list.contains('\n') { list } else { "…".to_owned() };
        let span = self.span(at, end);
        self.error("dash", "a list stands in square brackets, not behind dashes", span, format!("write `[{list}]`"));
        self.slips.hole(span);
        end
    }

    fn is_variable(&self, at: usize, close: usize) -> bool {
        self.word(at) == "{"
            && at + 2 < close
            && self.mates[at] == at + 2
            && self.kind(at + 1) == Some(Kind::Word)
            && self.gap(at).is_empty()
    }

    /// Index behind the texts from `at` that are joined by `and` and the like, or, where one value is due, by commas.
    fn texts_end(&self, at: usize, close: usize, inside: Inside) -> usize {
        let text = |i: usize| i < close && self.kind(i) == Some(Kind::Text) && self.kind(i + 1) != Some(Kind::Colon);
        let mut end = at + 1;
        loop {
            let joined = matches!(self.word(end), "and" | "or" | "then" | "plus" | "&" | "&&" | "+" | "|" | "||" | ";");
            let comma = inside == Inside::Fields && self.kind(end) == Some(Kind::Comma);
            if end < close && (joined || comma) && text(end + 1) {
                end += 2;
            } else if end < close && inside == Inside::Fields && text(end) {
                end += 1;
            } else {
                return end;
            }
        }
    }

    /// `then: "a" and "b"`: a list, or one text, that is written as several.
    fn several_texts(&mut self, at: usize, close: usize, inside: Inside) -> usize {
        let end = self.texts_end(at, close, inside);
        let span = self.span(at, end);
        let texts: Vec<&str> = (at..end).filter(|i| self.kind(*i) == Some(Kind::Text)).map(|i| self.word(i)).collect();
        let field = if inside == Inside::Fields { self.field_of(at).to_owned() } else { String::new() };
        let what = match field.as_str() {
            "then" => "changes",
            "on" => "events",
            _ => "values",
        };
        let list = texts.join(", ");
        let list =
            if list.chars().count() <= 100 && !list.contains('\n') { list } else { "\"…\", \"…\"".to_owned() };
        let sign = self.word(at + 1);
        let sign = if matches!(sign, "and" | "or") { sign } else { "and" };
        let error = if inside == Inside::Values {
            let message = format!("the values of a list are separated by commas, not by `{}`", self.word(at + 1));
            Diagnostic::error("several-texts", message, span).help(format!("write `[{list}]`"))
        } else if LISTS.contains(&field.as_str()) {
            let message = format!("several {what} stand in a list, in square brackets");
            Diagnostic::error("several-texts", message, span).help(format!("write `{field}: [{list}]`"))
        } else if matches!(field.as_str(), "when" | "except" | "stop_when" | "ask") {
            let parts: Vec<&str> = texts.iter().map(|text| text.trim_matches('"')).collect();
            let whole = parts.join(&format!(" {sign} "));
            let message = format!("`{field}` is one text, and these are several");
            Diagnostic::error("several-texts", message, span)
                .help(format!("write it in one pair of quotes: `{field}: \"{whole}\"`"))
        } else {
            Diagnostic::error("several-texts", "one text is due here, and these are several", span)
                .help("write all of it in one pair of quotes; a `\"` inside a text is written `\\\"`")
        };
        self.slips.report(error);
        self.slips.hole(span);
        end
    }

    /// A text; one that is followed at once by a word had a quote inside.
    fn text_value(&mut self, at: usize, close: usize) -> usize {
        let glued = at + 1 < close && self.kind(at + 1) == Some(Kind::Word) && self.gap(at).is_empty();
        if !glued {
            return at + 1;
        }
        let mut end = at + 1;
        while end < close
            && matches!(self.kind(end), Some(Kind::Word | Kind::Text | Kind::Sign))
            && self.same_line(end - 1)
        {
            end += 1;
        }
        let span = self.span(at, end);
        let field = self.field_around(at);
        let whole = self.text[span.start..span.end].replace('"', "");
        let help = if field.is_empty() || PROSE.contains(&field) {
            "use single quotes inside a text, or write `\\\"` for each".to_owned()
        } else {
            format!("nothing in here has quotes of its own: write `\"{}\"`", whole.trim())
        };
        self.error("quote-inside", "a `\"` inside a text ends it", span, help);
        self.slips.hole(span);
        end
    }

    /// Index behind the words that belong together without quotes: up to a comma, a bracket, or the next name with a
    /// colon.
    fn run(&self, at: usize, close: usize, inside: Inside) -> usize {
        let mut end = at + 1;
        while end < close {
            let named = inside != Inside::Values && self.kind(end + 1) == Some(Kind::Colon);
            match self.kind(end) {
                Some(Kind::Word) if named || (inside == Inside::Values && !self.same_line(end - 1)) => break,
                Some(Kind::Sign) if self.word(end) == ";" => break,
                // A sentence goes on behind its comma: no name with a colon follows.
                Some(Kind::Comma) if end > at + 1 && inside != Inside::Values && self.goes_on(end + 1, close) => {
                    end += 1;
                }
                Some(Kind::Word | Kind::Sign | Kind::Colon) => end += 1,
                Some(Kind::Open) if self.word(end) == "(" && self.same_line(end - 1) => end = self.mates[end] + 1,
                _ => break,
            }
        }
        end
    }

    fn goes_on(&self, at: usize, close: usize) -> bool {
        at + 1 < close
            && self.kind(at) == Some(Kind::Word)
            && matches!(self.kind(at + 1), Some(Kind::Word | Kind::Comma))
    }

    /// Several words without quotes.
    fn prose(&mut self, at: usize, end: usize, inside: Inside) {
        let span = self.span(at, end);
        let text = &self.text[span.start..span.end];
        let quantity = end == at + 2
            && is_number(self.word(at))
            && matches!(self.word(at + 1), "%" | "min" | "h" | "d" | "w" | "y");
        let short = if quantity {
            format!("{}{}", self.word(at), self.word(at + 1))
        } else if text.chars().count() <= 40 && !text.contains(['\n', '"']) {
            text.to_owned()
        } else {
            "…".to_owned()
        };
        let names: Vec<&str> = (at..end).map(|i| self.word(i)).filter(|word| is_identifier(word)).collect();
        let error = Diagnostic::error("needs-quotes", "this needs quotes: only a single word can stand without", span);
        let listed = at >= 2 && ["ladder", "states", "one_of"].contains(&self.word(at - 2));
        let field = self.field_of(at);
        let listed_words = match field {
            "then" | "on" => split_list(text, field == "on"),
            "" if inside == Inside::Values => split_list(text, true),
            _ => None,
        };
        let numbers: Vec<&str> = (at..end).map(|i| self.word(i)).filter(|word| is_number(word)).collect();
        let range = at >= 3 && self.field_of(at - 1) == "range";
        let error = if let ([low, high], true) = (&numbers[..], range) {
            error.help(format!("write `({low}, {high})`"))
        } else if let Some(list) = listed_words {
            if field.is_empty() {
                error.help(format!("write `[{list}]`"))
            } else {
                error.help(format!("several stand in a list: `{field}: [{list}]`"))
            }
        } else if let Some(date) = with_month_name(text) {
            error.help(format!("write dates as year-month-day, in quotes: `\"{date}\"`"))
        } else if listed {
            error.help(format!("the values stand in a list: `{}: [{}]`", self.word(at - 2), names.join(", ")))
        } else if inside == Inside::Values && names.len() == end - at && self.is_value_list(at) {
            let help = format!("write `{}` for one value, or `{}` for several", names.join("_"), names.join(", "));
            error.help(help)
        } else if inside == Inside::Values && names.len() == end - at {
            self.several_names(error, at, end)
        } else {
            error.help(format!("write `\"{short}\"`"))
        };
        self.slips.report(error);
        self.slips.hole(span);
    }

    /// Several names in a list with nothing between them: one text or several names, as the list and the names say.
    fn several_names(&self, error: Diagnostic, at: usize, end: usize) -> Diagnostic {
        let names: Vec<&str> = (at..end).map(|i| self.word(i)).collect();
        let quoted = format!("write `\"{}\"`", names.join(" "));
        let apart = names.join(", ");
        let events = matches!(self.field_around(at), "on" | "forbid");
        match names.as_slice() {
            ["emit", event] if events => error.help(format!("an event is its name alone: write `{event}`")),
            [.., "begins" | "ends"] | ["emit", _] => error.help(quoted),
            _ if events || names.iter().all(|name| self.is_entry(name)) => {
                error.help(format!("put commas between them: `{apart}`"))
            }
            _ if self.field_around(at) == "then" => error.help(quoted),
            _ => error.help(quoted).help(format!("or put commas between, if these are several names: `{apart}`")),
        }
    }

    /// Whether the author gives something this name.
    fn is_entry(&self, name: &str) -> bool {
        (1..self.tokens.len()).any(|at| {
            let begins = matches!(self.kind(at - 1), Some(Kind::Open | Kind::Comma));
            begins && self.word(at) == name && self.kind(at + 1) == Some(Kind::Colon)
        })
    }

    /// The field whose value stands at `at`, perhaps in a list.
    fn field_around(&self, at: usize) -> &str {
        match self.field_of(at) {
            "" => self.around(at).filter(|open| self.word(*open) == "[").map_or("", |open| self.field_of(open)),
            field => field,
        }
    }

    /// A single word without quotes.
    fn bare(&mut self, at: usize) {
        let (span, word) = (self.tokens[at].span, self.word(at).to_owned());
        if self.slips.holes.contains(&span) || is_number(&word) || (is_identifier(&word) && word != "Some") {
            return;
        }
        let (message, help) = if self.is_event(at) { unquoted_event(&word) } else { unquoted(&word) };
        self.error("needs-quotes", message, span, help);
        self.slips.hole(span);
    }

    /// Whether `at` stands in a list of values that the author names.
    fn is_value_list(&self, at: usize) -> bool {
        self.around(at).is_some_and(|open| ["ladder", "states", "one_of"].contains(&self.field_of(open)))
    }

    /// Whether an event is due at `at`: the value of `on`, or one of its list.
    fn is_event(&self, at: usize) -> bool {
        let value =
            if self.field_of(at) == "on" { Some(at) } else { self.around(at).filter(|open| self.word(*open) == "[") };
        value.is_some_and(|value| self.field_of(value) == "on")
    }

    /// Words that cannot stand bare, wherever they stand: all that can be said where brackets do not pair.
    pub(super) fn loose_words(&mut self) {
        for at in 0..self.tokens.len() {
            let alone = !matches!(self.kind(at + 1), Some(Kind::Word | Kind::Sign | Kind::Open | Kind::Colon));
            if self.kind(at) == Some(Kind::Word) && at > 0 && self.kind(at - 1) != Some(Kind::Word) && alone {
                self.bare(at);
            }
        }
    }
}

/// `a, b`, `a and b`: the list that is meant, each value in quotes where it needs them. `joined`: by words too.
fn split_list(text: &str, joined: bool) -> Option<String> {
    let text = if joined { text.replace(" and ", ",").replace(" or ", ",") } else { text.to_owned() };
    let parts: Vec<String> = text
        .split(',')
        .map(str::trim)
        .map(|part| if is_identifier(part) { part.to_owned() } else { format!("\"{}\"", part.trim_matches('"')) })
        .collect();
    let sound = parts.len() > 1 && parts.iter().all(|part| part.len() > 2 || is_identifier(part)) && text.len() <= 100;
    sound.then(|| parts.join(", "))
}

/// The same where an event is due, which is neither a date nor a posture.
fn unquoted_event(word: &str) -> (String, String) {
    if let Some(date) = dates_meant(word).first().filter(|_| word.starts_with(|c: char| c.is_ascii_digit())) {
        return (format!("`{word}` is a date, and `on` names an event"), format!("for a date write `at: \"{date}\"`"));
    }
    if let Some((actor, posture)) = word.split_once('.').filter(|(a, p)| is_identifier(a) && is_identifier(p)) {
        let name = format!("{actor}.{posture}");
        return (
            format!("`{word}` is a posture, and `on` names an event, in quotes"),
            format!("write `\"{name} rises\"`, `\"{name} falls\"`, or with one of its values `\"{name} becomes …\"`"),
        );
    }
    unquoted(word)
}

/// What is wrong with a word that cannot stand bare, and what to write.
fn unquoted(word: &str) -> (String, String) {
    let dates: Vec<String> = dates_meant(word).iter().map(|date| format!("`\"{date}\"`")).collect();
    if !dates.is_empty() && word.matches(['-', '/', '.']).count() >= 2 {
        return (format!("a date needs quotes: `{word}`"), format!("write {}", dates.join(" or ")));
    }
    let quoted = format!("write `\"{word}\"`");
    let begins_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
    if let Some((low, high)) = word.split_once("..") {
        let high = high.trim_start_matches(['=', '.']);
        return (format!("`{word}` is not how a range is written"), format!("write `({low}, {high})`"));
    }
    if let Some(number) = with_its_digits(word) {
        return (format!("`{word}` is not how a number is written"), format!("write `{number}`"));
    }
    if word.contains('-') && word.split('-').all(is_identifier) {
        let joined = word.replace('-', "_");
        let help = format!("write `{joined}`: a name holds no minus sign; a text stands in quotes, `\"{word}\"`");
        return (format!("a minus sign cannot stand in a bare name: `{word}`"), help);
    }
    let what = if word.ends_with('%') {
        "a percent needs quotes"
    } else if begins_with_digit && word.matches(['-', '/', '.']).count() >= 2 {
        "a date needs quotes"
    } else if begins_with_digit && word.ends_with(|c: char| c.is_alphabetic()) {
        "a number with a unit needs quotes"
    } else if word.contains(['{', '}']) {
        "a name with braces needs quotes"
    } else if word.contains('/') {
        "a name with a slash needs quotes"
    } else if word.contains('.') {
        "a name with a dot needs quotes"
    } else if word.contains('-') {
        "a name with a minus sign needs quotes"
    } else if word == "Some" {
        "a word of the file's own notation needs quotes as a name"
    } else {
        "this needs quotes"
    };
    (format!("{what}: `{word}`"), quoted)
}

/// Whether ron reads `word` as a bare name.
pub(super) fn is_identifier(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || is_combining_mark(c))
}

/// Whether `word` is a number as this format writes them: `60`, `-2.5`, `1e-5`, `1_000`.
pub(super) fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits =
        |t: &str| t.starts_with(|c: char| c.is_ascii_digit()) && t.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    digits(whole) && digits(part) && digits(exponent)
}
