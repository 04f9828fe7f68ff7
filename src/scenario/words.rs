//! Likelihood words and the five published scales that give them numbers.
//!
//! Does not know where a word stands, nor what is done with its band.
//!
//! A band of a scale may reach 0 % or 100 %, where a logit-normal has no value. By our convention, and not the
//! scale's, such an end is taken as 0.5 % or 99.5 %; [`Word::clipped`] says so, and the table of words shows it.
//! `certain` and `impossible` of Kent's scale are no bands: they are the numbers 1 and 0.

use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::scenario::quantity::{Likelihood, Probability};

/// A published scale of likelihood words. A file names one and keeps to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// US Intelligence Community Directive 203.
    Icd203,
    /// Sherman Kent, Words of Estimative Probability, 1964.
    Kent,
    /// UK Professional Head of Intelligence Assessment probability yardstick.
    Phia,
    /// NATO AJP-2.1.
    Nato,
    /// Intergovernmental Panel on Climate Change.
    Ipcc,
}

/// One term of a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    /// The term.
    pub word: &'static str,
    /// Other words for the same term.
    pub synonyms: &'static [&'static str],
    /// The band as published, percent.
    pub published: (f64, f64),
}

/// Percent that stands for an end at 0 %; 100 % less this for one at 100 %.
const CLIP: f64 = 0.5;

const fn word(word: &'static str, synonyms: &'static [&'static str], low: f64, high: f64) -> Word {
    Word { word, synonyms, published: (low, high) }
}

const ICD203: &[Word] = &[
    word("almost no chance", &["remote"], 1.0, 5.0),
    word("very unlikely", &["highly improbable"], 5.0, 20.0),
    word("unlikely", &["improbable"], 20.0, 45.0),
    word("roughly even", &["roughly even chance", "roughly even odds"], 45.0, 55.0),
    word("likely", &["probable"], 55.0, 80.0),
    word("very likely", &["highly probable"], 80.0, 95.0),
    word("almost certain", &["nearly certain"], 95.0, 99.0),
];

const KENT: &[Word] = &[
    word("impossible", &[], 0.0, 0.0),
    word("almost certainly not", &[], 2.0, 12.0),
    word("probably not", &[], 20.0, 40.0),
    word("chances about even", &[], 40.0, 60.0),
    word("probable", &[], 63.0, 87.0),
    word("almost certain", &[], 87.0, 99.0),
    word("certain", &[], 100.0, 100.0),
];

const PHIA: &[Word] = &[
    word("remote chance", &[], 0.0, 5.0),
    word("highly unlikely", &[], 10.0, 20.0),
    word("unlikely", &[], 25.0, 35.0),
    word("realistic possibility", &[], 40.0, 50.0),
    word("likely", &["probable"], 55.0, 75.0),
    word("highly likely", &[], 80.0, 90.0),
    word("almost certain", &[], 95.0, 100.0),
];

const NATO: &[Word] = &[
    word("highly unlikely", &[], 0.0, 10.0),
    word("unlikely", &[], 10.0, 40.0),
    word("even chance", &[], 40.0, 60.0),
    word("likely", &[], 60.0, 90.0),
    word("highly likely", &[], 90.0, 100.0),
];

const IPCC: &[Word] = &[
    word("exceptionally unlikely", &[], 0.0, 1.0),
    word("extremely unlikely", &[], 0.0, 5.0),
    word("very unlikely", &[], 0.0, 10.0),
    word("unlikely", &[], 0.0, 33.0),
    word("about as likely as not", &[], 33.0, 66.0),
    word("more likely than not", &[], 50.0, 100.0),
    word("likely", &[], 66.0, 100.0),
    word("very likely", &[], 90.0, 100.0),
    word("extremely likely", &[], 95.0, 100.0),
    word("virtually certain", &[], 99.0, 100.0),
];

/// Words that people use of likelihood and that no scale gives a number, or that readers take for anything.
const VAGUE: &[&str] = &[
    "a chance",
    "a good chance",
    "chance",
    "conceivable",
    "conceivably",
    "could",
    "doubtful",
    "even",
    "even odds",
    "expected",
    "fair chance",
    "fairly likely",
    "good chance",
    "improbably",
    "may",
    "maybe",
    "might",
    "often",
    "perhaps",
    "plausible",
    "possible",
    "possibly",
    "probably",
    "quite likely",
    "rare",
    "rarely",
    "seldom",
    "slight chance",
    "slim chance",
    "small chance",
    "some chance",
    "sometimes",
    "somewhat likely",
    "toss-up",
    "uncertain",
    "unclear",
];

impl Scale {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Icd203, Self::Kent, Self::Phia, Self::Nato, Self::Ipcc];

    /// The scale that a file calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scale| scale.name() == name)
    }

    /// What a file calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Icd203 => "icd203",
            Self::Kent => "kent",
            Self::Phia => "phia",
            Self::Nato => "nato",
            Self::Ipcc => "ipcc",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Icd203 => "US Intelligence Community Directive 203",
            Self::Kent => "Sherman Kent, Words of Estimative Probability (1964)",
            Self::Phia => "UK Professional Head of Intelligence Assessment, probability yardstick",
            Self::Nato => "NATO AJP-2.1",
            Self::Ipcc => "Intergovernmental Panel on Climate Change",
        }
    }

    /// Its terms, least likely first. The IPCC's bands are nested, the others' do not overlap.
    pub fn words(self) -> &'static [Word] {
        match self {
            Self::Icd203 => ICD203,
            Self::Kent => KENT,
            Self::Phia => PHIA,
            Self::Nato => NATO,
            Self::Ipcc => IPCC,
        }
    }

    /// The term that `text` is, in any case of letters.
    pub fn find(self, text: &str) -> Option<&'static Word> {
        let text = plain(text);
        self.words().iter().find(|word| word.names().any(|name| name == text))
    }

    /// How people on this scale say a probability in [0, 1]: the word with the narrowest band that holds it, or the two
    /// words between whose bands it lies.
    pub fn spoken(self, probability: f64) -> String {
        let percent = 100.0 * probability;
        let holds = |word: &&Word| word.published.0 <= percent && percent <= word.published.1;
        let size = |word: &Word| word.published.1 - word.published.0;
        let words = self.words();
        if let Some(word) = words.iter().filter(holds).min_by(|a, b| size(a).total_cmp(&size(b))) {
            return word.word.to_owned();
        }
        let below = words.iter().rev().find(|word| word.published.1 < percent);
        let above = words.iter().find(|word| word.published.0 > percent);
        match (below, above) {
            (Some(below), Some(above)) => format!("between {} and {}", below.word, above.word),
            (Some(below), None) => format!("more than {}", below.word),
            (None, above) => above.map_or(String::new(), |above| format!("less than {}", above.word)),
        }
    }

    /// Its terms in one line, for help.
    fn list(self) -> String {
        let words: Vec<String> = self.words().iter().map(|w| format!("`{}`", w.word)).collect();
        format!("the words of `{}` are {}", self.name(), words.join(", "))
    }
}

impl Word {
    /// The term and its synonyms.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.word).chain(self.synonyms.iter().copied())
    }

    /// What it means as a number: a number for `certain` and `impossible`, else a band with its open ends clipped.
    ///
    /// # Panics
    /// Never: the bands of the tables lie in 0 to 100 %.
    pub fn likelihood(&self) -> Likelihood {
        let (low, high) = self.published;
        let fraction = |percent: f64| Probability::new(percent / 100.0).expect("a percent of a scale lies in 0 to 100");
        if low >= high {
            return Likelihood::Number(fraction(low));
        }
        Likelihood::Judged {
            word: Some(self.word.to_owned()),
            low: fraction(low.max(CLIP)),
            high: fraction(high.min(100.0 - CLIP)),
        }
    }

    /// Whether the band reaches 0 % or 100 %, so that an end had to be moved to 0.5 % or 99.5 %.
    pub fn clipped(&self) -> bool {
        let (low, high) = self.published;
        low < high && (low < CLIP || high > 100.0 - CLIP)
    }
}

/// `text` as the tables write it: lower case, single spaces.
fn plain(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether somebody who writes `text` means a likelihood, on a scale or on none.
pub fn is_likelihood_word(text: &str) -> bool {
    let text = plain(&text.replace(['_', '-'], " "));
    VAGUE.contains(&text.as_str()) || Scale::ALL.into_iter().any(|scale| scale.find(&text).is_some())
}

/// Words of which phrases about likelihood are made, none of them a number by itself.
const CORES: [&str; 34] = [
    "likely",
    "unlikely",
    "probable",
    "probably",
    "improbable",
    "possible",
    "possibly",
    "possibility",
    "impossible",
    "certain",
    "certainly",
    "certainty",
    "uncertain",
    "sure",
    "chance",
    "chances",
    "odds",
    "likelihood",
    "probability",
    "risk",
    "plausible",
    "conceivable",
    "doubtful",
    "expected",
    "low",
    "medium",
    "moderate",
    "high",
    "always",
    "never",
    "maybe",
    "perhaps",
    "often",
    "rarely",
];

/// Words that stand beside them.
const ADVERBS: [&str; 53] = [
    "a",
    "about",
    "absolutely",
    "all",
    "almost",
    "an",
    "and",
    "as",
    "at",
    "barely",
    "be",
    "but",
    "definitely",
    "even",
    "extremely",
    "fair",
    "fairly",
    "good",
    "great",
    "happen",
    "hardly",
    "highly",
    "is",
    "it",
    "just",
    "less",
    "little",
    "more",
    "most",
    "near",
    "nearly",
    "no",
    "not",
    "of",
    "only",
    "pretty",
    "quite",
    "rather",
    "real",
    "realistic",
    "reasonably",
    "relatively",
    "remote",
    "slight",
    "slightly",
    "slim",
    "small",
    "some",
    "somewhat",
    "strong",
    "there",
    "to",
    "very",
];

/// Whether somebody who writes `text` where a probability is due speaks of likelihood, in whatever words.
pub fn speaks_of_likelihood(text: &str) -> bool {
    let text = plain(&text.replace(['_', '-'], " "));
    let words = || text.split(' ');
    let core = |word: &str| CORES.contains(&word);
    is_likelihood_word(&text) || words().any(core) && words().all(|word| core(word) || ADVERBS.contains(&word))
}

/// What `text` means on the file's scale; `None` if it is no likelihood word at all. `span` is where it stands.
///
/// # Errors
/// The word is on another scale or on none, or the file names no scale.
pub fn judge(text: &str, scale: Option<Scale>, span: Span) -> Option<Result<Likelihood, Box<Diagnostic>>> {
    if let Some(word) = scale.and_then(|scale| scale.find(text)) {
        return Some(Ok(word.likelihood()));
    }
    if !speaks_of_likelihood(text) {
        return misspelt(text, scale, span).map(Err);
    }
    Some(Err(match scale {
        Some(scale) => elsewhere(text, scale, span),
        None => unscaled(text, span),
    }))
}

/// A word of the scale with a slip of the pen in it. A single short word is left alone: it may be a name.
fn misspelt(text: &str, scale: Option<Scale>, span: Span) -> Option<Box<Diagnostic>> {
    let written = plain(text);
    let long = written.len() >= if written.contains(' ') { 8 } else { 6 };
    if !long || !written.chars().all(|c| c.is_alphabetic() || c == ' ') {
        return None;
    }
    let slips = 1 + usize::from(written.contains(' '));
    let scales = scale.map_or(Scale::ALL.to_vec(), |scale| vec![scale]);
    let words = scales.into_iter().flat_map(Scale::words).flat_map(Word::names);
    let near = nearest(&written, words).filter(|word| strsim::damerau_levenshtein(word, &written) <= slips)?;
    let message = format!("`{text}` is no word for a likelihood");
    Some(Diagnostic::error("unknown-word", message, span).help(format!("did you mean `{near}`?")).into())
}

fn homes(text: &str) -> Vec<(Scale, &'static Word)> {
    Scale::ALL.into_iter().filter_map(|scale| scale.find(text).map(|word| (scale, word))).collect()
}

fn bands(homes: &[(Scale, &'static Word)]) -> String {
    let bands: Vec<String> = homes
        .iter()
        .map(|(scale, word)| format!("{} to {}% on `{}`", word.published.0, word.published.1, scale.name()))
        .collect();
    bands.join(", ")
}

fn unscaled(text: &str, span: Span) -> Box<Diagnostic> {
    let homes = homes(text);
    if homes.is_empty() {
        return vague(text, None, span);
    }
    Diagnostic::error("no-scale", format!("`{text}` needs a scale, and this file names none"), span)
        .help(format!("it means different things to different people: {}", bands(&homes)))
        .help(format!(
            "choose a scale at the top of the file: `words: {},`; or write a number such as `\"60%\"`",
            homes[0].0.name()
        ))
        .into()
}

fn elsewhere(text: &str, scale: Scale, span: Span) -> Box<Diagnostic> {
    let spaced = plain(&text.replace(['_', '-'], " "));
    if scale.find(&spaced).is_some() {
        return Diagnostic::error("unknown-word", format!("`{text}` is written with spaces, in quotes"), span)
            .help(format!("write `\"{spaced}\"`"))
            .into();
    }
    let homes = homes(&spaced);
    if homes.is_empty() {
        return vague(text, Some(scale), span);
    }
    let message = format!("`{text}` is not a word of the scale `{}` that this file uses", scale.name());
    Diagnostic::error("other-scale", message, span)
        .help(format!("it is {}; scales must not be mixed in one file", bands(&homes)))
        .help(format!("{}; or write a number such as `\"60%\"`", scale.list()))
        .into()
}

fn vague(text: &str, scale: Option<Scale>, span: Span) -> Box<Diagnostic> {
    let why =
        format!("`{text}` has no number: it is on no scale of likelihood words, and readers take it for anything");
    let error = Diagnostic::error("vague-word", why, span);
    let written = plain(text);
    let error = match written.as_str() {
        "always" | "certain" | "certainly" | "sure" | "definitely" => error.help("for what always happens write `1`"),
        "never" | "impossible" => error.help("for what never happens write `0`"),
        _ => error,
    };
    let Some(scale) = scale else {
        return error
            .help("write a number such as `\"30%\"` or `\"1 in 300\"`, or a band such as `\"about 20% to 45%\"`")
            .into();
    };
    let held = scale
        .words()
        .iter()
        .map(|word| word.word)
        .filter(|word| written.strip_suffix(word).is_some_and(|before| before.ends_with(' ')));
    let error = match held.max_by_key(|word| word.len()) {
        Some(word) => error.help(format!("did you mean `\"{word}\"`?")),
        None => error,
    };
    error.help(format!("{}; or write a number such as `\"30%\"`", scale.list())).into()
}

/// Which scale somebody may have meant who wrote `name`, and all that there are.
pub fn unknown_scale(name: &str, span: Span) -> Diagnostic {
    let names = Scale::ALL.map(Scale::name);
    let squeezed: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut error =
        Diagnostic::error("unknown-scale", format!("there is no scale of likelihood words called `{name}`"), span)
            .help(format!("the scales are {}", names.map(|n| format!("`{n}`")).join(", ")));
    if let Some(near) = nearest(&squeezed, names) {
        error = error.help(format!("did you mean `{near}`?"));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Span {
        Span::new(0, 1)
    }

    #[test]
    fn a_probability_is_spoken_on_the_scale() {
        let icd = |p: f64| Scale::Icd203.spoken(p);
        assert_eq!(
            (icd(0.3).as_str(), icd(0.5).as_str(), icd(0.005).as_str()),
            ("unlikely", "roughly even", "less than almost no chance")
        );
        assert_eq!(Scale::Phia.spoken(0.22), "between highly unlikely and unlikely");
        assert_eq!(Scale::Ipcc.spoken(0.995), "virtually certain");
    }

    #[test]
    fn every_word_of_every_scale_has_a_number_and_bands_do_not_repeat() {
        for scale in Scale::ALL {
            for word in scale.words() {
                let point = word.likelihood().point().value();
                let (low, high) = word.published;
                assert!((low..=high).contains(&(point * 100.0)), "{} on {}: {point}", word.word, scale.name());
                for name in word.names() {
                    assert_eq!(scale.find(&name.to_uppercase()), Some(word));
                }
            }
            let points: Vec<f64> = scale.words().iter().map(|w| w.likelihood().point().value()).collect();
            let ordered = points.windows(2).all(|p| p[0] < p[1]);
            assert!(ordered, "{}: {points:?}", scale.name());
        }
    }

    #[test]
    fn open_ends_are_clipped_and_say_so() {
        let remote = Scale::Phia.find("remote chance").unwrap();
        assert!(remote.clipped());
        let Likelihood::Judged { low, high, .. } = remote.likelihood() else { panic!("a band") };
        assert_eq!((low.value(), high.value()), (0.005, 0.05));
        assert!(!Scale::Icd203.words().iter().any(Word::clipped));
        assert!(!Scale::Kent.find("certain").unwrap().clipped());
    }

    #[test]
    fn certain_and_impossible_are_numbers() {
        assert_eq!(
            Scale::Kent.find("certain").unwrap().likelihood(),
            Likelihood::Number(Probability::new(1.0).unwrap())
        );
        assert_eq!(
            Scale::Kent.find("impossible").unwrap().likelihood(),
            Likelihood::Number(Probability::new(0.0).unwrap())
        );
    }

    #[test]
    fn the_same_word_differs_by_scale() {
        let published = |scale: Scale| scale.find("likely").map(|w| w.published);
        assert_eq!(published(Scale::Icd203), Some((55.0, 80.0)));
        assert_eq!(published(Scale::Phia), Some((55.0, 75.0)));
        assert_eq!(published(Scale::Nato), Some((60.0, 90.0)));
        assert_eq!(published(Scale::Ipcc), Some((66.0, 100.0)));
        assert_eq!(published(Scale::Kent), None);
    }

    #[test]
    fn a_word_of_another_scale_of_none_and_without_a_scale_are_three_mistakes() {
        let code = |text, scale| match judge(text, scale, here()) {
            Some(Err(error)) => error.code,
            Some(Ok(_)) => "fine",
            None => "no word",
        };
        assert_eq!(code("likely", Some(Scale::Icd203)), "fine");
        assert_eq!(code("virtually certain", Some(Scale::Icd203)), "other-scale");
        assert_eq!(code("likely", Some(Scale::Kent)), "other-scale");
        assert_eq!(code("likely", None), "no-scale");
        assert_eq!(code("possible", Some(Scale::Icd203)), "vague-word");
        assert_eq!(code("may", None), "vague-word");
        assert_eq!(code("fair chance", Some(Scale::Ipcc)), "vague-word");
        assert_eq!(code("very_likely", Some(Scale::Icd203)), "unknown-word");
        assert_eq!(code("tension", Some(Scale::Icd203)), "no word");
    }
}
