//! Whether one regular expression accepts everything that another one accepts.

use std::collections::BTreeSet;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};

/// Bounds memory and time: a pattern beyond this counts as not comparable.
const MAX_BYTES: usize = 1 << 20;
const MAX_PAIRS: usize = 20_000;

/// Whether every text that `old` accepts is accepted by `new`; `None` where that cannot be told.
pub(super) fn accepts_all_of(old: &str, new: &str) -> Option<bool> {
    let (one, two) = (automaton(old)?, automaton(new)?);
    let begin = |dfa: &Dfa| dfa.start_state(&start::Config::new()).ok();
    let first = (Some(begin(&one)?), Some(begin(&two)?));
    let mut seen = BTreeSet::from([first]);
    let mut open = vec![first];
    // A missing state stands for a text that matched already: what follows does not matter.
    while let Some((a, b)) = open.pop() {
        let Some(b) = b else { continue };
        let ends = |dfa: &Dfa, at: StateID| dfa.is_match_state(dfa.next_eoi_state(at));
        if a.is_none_or(|a| ends(&one, a)) && !ends(&two, b) {
            return Some(false);
        }
        if seen.len() > MAX_PAIRS {
            return None;
        }
        for byte in 0..=u8::MAX {
            let a = match a {
                Some(a) => {
                    let next = one.next_state(a, byte);
                    if one.is_dead_state(next) {
                        continue;
                    }
                    (!one.is_match_state(next)).then_some(next)
                }
                None => None,
            };
            let next = two.next_state(b, byte);
            let pair = (a, (!two.is_match_state(next)).then_some(next));
            if seen.insert(pair) {
                open.push(pair);
            }
        }
    }
    Some(true)
}

type Dfa = dense::DFA<Vec<u32>>;

fn automaton(pattern: &str) -> Option<Dfa> {
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Unanchored)
                .dfa_size_limit(Some(MAX_BYTES))
                .determinize_size_limit(Some(MAX_BYTES)),
        )
        // ECMAScript's classes are those of ASCII.
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(pattern)
        .ok()
}
