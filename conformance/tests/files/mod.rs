//! The recorded files.

use std::path::Path;

use clerk_conformance::{Kind, read};
use serde_json::Value;

/// The cases of a kind and what was recorded of them. `None` where the files are not at hand.
pub(crate) fn of(kind: Kind) -> Option<(Vec<Value>, Vec<Value>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    if !folder.exists() {
        println!("skipped: the recorded cases are not at hand");
        return None;
    }
    let file = |name: &str| {
        read(
            &folder
                .join(format!("{kind}.{name}.jsonl"))
                .to_string_lossy(),
        )
    };
    Some((file("cases").unwrap(), file("expected").unwrap()))
}
