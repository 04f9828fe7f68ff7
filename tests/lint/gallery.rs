//! The scenarios of the gallery are examples to follow: nothing in them is dead or idle.

use crate::support::scenarios_in;

/// What may be warned of all the same: the author's business, not a slip.
const MEANT: [&str; 4] = ["order-matters", "zero-delay-cycle", "no-because", "no-evidence"];

#[test]
fn the_gallery_has_no_dead_wood() {
    let paths = scenarios_in(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(!paths.is_empty());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a scenario is text");
        let found = super::all(&text);
        let slips: Vec<_> = found.iter().filter(|warning| !MEANT.contains(&warning.code)).collect();
        assert!(slips.is_empty(), "{}: {slips:#?}", path.display());
    }
}
