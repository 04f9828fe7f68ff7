//! Likelihood words and the five published scales that give them numbers.

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
