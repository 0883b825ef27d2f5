//! What holds something back, in one word for a label: the sentences have numbers and times in them.

/// The parts of sentences that tell, the more special ones first.
const TELLTALES: [(&str, &str); 22] = [
    ("removal budget", "removal_budget"),
    ("ceiling", "cost"),
    ("would cost", "cost"),
    ("the mode is", "mode"),
    ("high signal", "high_signal"),
    ("high mark", "high_mark"),
    ("too many members are unhealthy", "breaker"),
    ("launches in a row failed", "back_off"),
    ("next try", "back_off"),
    ("max is", "max"),
    ("are allowed", "max"),
    ("largest allowed", "largest_step"),
    ("for certain", "doubt"),
    ("lost at once", "doubt"),
    ("can't be believed", "doubt"),
    ("nodes were not read", "doubt"),
    ("no desired size", "undecided"),
    ("low for", "window"),
    ("is old for", "window"),
    ("is not done", "busy"),
    ("removal: member", "busy"),
    ("goes when", "replacement"),
];

/// What holds back, by the sentence that says so.
pub(super) fn by(text: &str) -> &'static str {
    let telling = TELLTALES.iter().find(|(part, _)| text.contains(part));
    match telling {
        Some((_, by)) => by,
        // The signals' own words follow.
        None if text.starts_with("removals: ") => "unknown_signal",
        None => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::by;

    #[test]
    fn sentences_of_the_core_have_their_words() {
        for (text, word) in [
            ("12 are wanted, max is 8", "max"),
            ("3 more are wanted, 8 may exist and 8 are allowed", "max"),
            ("5 would cost more than $1.2000/h", "cost"),
            ("creates: $1.3000/h would exceed the ceiling of $1.2000/h", "cost"),
            ("creates: 3 launches in a row failed, next try at 2026-01-05T08:00:00Z", "back_off"),
            ("removals: a high signal fires", "high_signal"),
            ("removals: too many members are unhealthy at once", "breaker"),
            ("removals: the installation's removal budget is used up", "removal_budget"),
            ("removal: low for 20 s of 300 s", "window"),
            ("removal: member web-abcde-3 is warming up", "busy"),
            ("removals: WebCpuLow fired and was not confirmed since", "unknown_signal"),
            ("the mode is paused", "mode"),
            ("a step of 9 is cut to 4, the largest allowed", "largest_step"),
            ("something new", "other"),
        ] {
            assert_eq!(by(text), word, "{text}");
        }
    }
}
