//! What the rules did last time and do now: a silent change upstream shows in them.

use anyhow::bail;

use super::generated::Manifest;
use super::options::Options;
use crate::normalize::report::Counts;

/// Stops at rules that fell silent, and at rules that lose something and fire for the first time.
pub(super) fn refuse(now: &Manifest, last: &Manifest, options: &Options) -> anyhow::Result<()> {
    let collect = |of: fn(&Counts, &Counts) -> Vec<String>| {
        let documents = now.documents.iter();
        // A document that comes new has no last time.
        documents
            .filter_map(|(name, now)| Some((name, now, last.documents.get(name)?)))
            .flat_map(|(name, now, last)| {
                of(&now.rules, &last.rules)
                    .into_iter()
                    .map(move |rule| format!("{name}: {rule}"))
            })
            .collect::<Vec<_>>()
    };
    let silent = collect(Counts::silenced_since);
    if !silent.is_empty() && !options.accept_silent_rules {
        bail!(
            "rules that fired before find nothing any more: {}\n\
             Look at what changed upstream. When it is right so, run again with --accept-silent-rules; nothing was written",
            silent.join(", ")
        );
    }
    let losing = collect(Counts::losing_since);
    if !losing.is_empty() && !options.accept_losses {
        bail!(
            "rules that lose something of the document fire for the first time: {}\n\
             The table above says where. Teach xtask what is lost, give a name in openapi/overlay.toml, or run again with \
             --accept-losses; nothing was written",
            losing.join(", ")
        );
    }
    Ok(())
}
