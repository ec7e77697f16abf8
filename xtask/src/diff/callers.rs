//! Two public surfaces compared: what a caller who compiled against the old one meets in the new one.

use std::collections::BTreeSet;

use super::surface::{Entity, Member, Role, Surface};
use super::{Change, Entry, Severity, Side};

/// Compares the surfaces of two generated trees.
pub(super) fn compare(old: &Surface, new: &Surface) -> Vec<Entry> {
    let mut out = Vec::new();
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for path in paths {
        match (old.get(path), new.get(path)) {
            (Some(gone), None) => out.push(entry(
                path,
                path,
                Change::Removed,
                gone.kind,
                (Severity::Breaking, "code that names it does not compile"),
            )),
            (None, Some(fresh)) => out.push(entry(
                path,
                path,
                Change::Added,
                fresh.kind,
                (Severity::Feature, "nothing names it yet"),
            )),
            (Some(old), Some(new)) if old.kind != new.kind => out.push(entry(
                path,
                path,
                Change::Changed,
                &format!("{} -> {}", old.kind, new.kind),
                (Severity::Breaking, "it is used in another way"),
            )),
            (Some(old), Some(new)) => compare_entity(path, old, new, &mut out),
            (None, None) => {}
        }
    }
    out
}

fn entry(
    subject: &str,
    at: &str,
    change: Change,
    what: &str,
    (severity, why): (Severity, &str),
) -> Entry {
    Entry {
        severity,
        change,
        side: Side::Callers,
        subject: subject.to_owned(),
        at: at.to_owned(),
        what: what.to_owned(),
        why: why.to_owned(),
    }
}

fn compare_entity(path: &str, old: &Entity, new: &Entity, out: &mut Vec<Entry>) {
    deprecation(path, path, old.deprecated, new.deprecated, out);
    if !old.exhaustive && new.exhaustive {
        out.push(entry(
            path,
            path,
            Change::Changed,
            "is exhaustive now",
            (Severity::Feature, "callers may build and match it in full"),
        ));
    }
    if old.exhaustive && !new.exhaustive {
        out.push(entry(
            path,
            path,
            Change::Changed,
            "is non_exhaustive now",
            (
                Severity::Breaking,
                "callers can no longer build or match it in full",
            ),
        ));
    }
    let names: BTreeSet<&String> = old.members.keys().chain(new.members.keys()).collect();
    for name in names {
        let at = if path == "Client" || !name.starts_with("impl ") {
            format!("{path}::{name}")
        } else {
            format!("{path}: {name}")
        };
        match (old.members.get(name), new.members.get(name)) {
            (Some(gone), None) => out.push(entry(
                path,
                &at,
                Change::Removed,
                &shown(gone),
                (Severity::Breaking, "code that uses it does not compile"),
            )),
            (None, Some(fresh)) => {
                let grows = matches!(fresh.role, Role::Field | Role::Variant);
                let verdict = if grows && old.exhaustive {
                    (
                        Severity::Breaking,
                        "callers build or match the type in full",
                    )
                } else {
                    (Severity::Feature, "nothing uses it yet")
                };
                out.push(entry(path, &at, Change::Added, &shown(fresh), verdict));
            }
            (Some(one), Some(two)) => {
                deprecation(path, &at, one.deprecated, two.deprecated, out);
                if let Some((what, verdict)) = judge(one, two, old, new) {
                    out.push(entry(path, &at, Change::Changed, &what, verdict));
                }
            }
            (None, None) => {}
        }
    }
}

fn deprecation(path: &str, at: &str, old: bool, new: bool, out: &mut Vec<Entry>) {
    let (change, verdict) = match (old, new) {
        (false, true) => (
            Change::Added,
            (Severity::Feature, "callers are warned when they compile"),
        ),
        (true, false) => (
            Change::Removed,
            (Severity::Patch, "callers are no longer warned"),
        ),
        _ => return,
    };
    out.push(entry(path, at, change, "deprecated", verdict));
}

fn shown(member: &Member) -> String {
    match (member.role, &member.wire) {
        (Role::Field, _) => member.code.clone(),
        (Role::Variant, Some(wire)) if member.code.is_empty() => format!("{wire:?}"),
        (Role::Variant, Some(wire)) => format!("{wire:?} with {}", member.code),
        _ => member.code.clone(),
    }
}

/// What changed in a member that both have, and how bad that is.
fn judge(
    old: &Member,
    new: &Member,
    old_owner: &Entity,
    new_owner: &Entity,
) -> Option<(String, (Severity, &'static str))> {
    let change = format!("{} -> {}", old.code, new.code);
    if old.code != new.code || old.role != new.role {
        let verdict = match old.role {
            Role::Route => (Severity::Feature, "it compiles; requests go elsewhere"),
            Role::Authenticated if new.code == "true" => {
                (Severity::Breaking, "calls without a secret key fail")
            }
            Role::Authenticated => (Severity::Feature, "it is sent without the secret key"),
            Role::Value => (
                Severity::Feature,
                "it compiles; requests carry another value",
            ),
            Role::Output => (Severity::Breaking, "awaiting it gives another type"),
            _ => (
                Severity::Breaking,
                "the type or the signature is another one",
            ),
        };
        return Some((change, verdict));
    }
    // A name that stands at another place: what callers pass there means something else.
    let place = |names: &[String], name: &String| names.iter().position(|n| n == name);
    let moved = old
        .arguments
        .iter()
        .enumerate()
        .any(|(at, name)| place(&new.arguments, name).is_some_and(|now| now != at));
    if moved {
        return Some((
            format!(
                "({}) -> ({})",
                old.arguments.join(", "),
                new.arguments.join(", ")
            ),
            (
                Severity::Breaking,
                "it compiles; arguments have changed places",
            ),
        ));
    }
    if old.wire == new.wire {
        return None;
    }
    let what = format!(
        "{} -> {} on the wire",
        old.wire.as_deref().unwrap_or("nothing"),
        new.wire.as_deref().unwrap_or("nothing")
    );
    // The old name lives on under another Rust name: this one has come to mean something else.
    let moved = |a: &Entity, wire: &Option<String>| {
        wire.is_some() && a.members.values().any(|member| member.wire == *wire)
    };
    let verdict = if old.role == Role::Variant {
        (
            Severity::Breaking,
            "it compiles; the variant stands for another value",
        )
    } else if moved(new_owner, &old.wire) || moved(old_owner, &new.wire) {
        (
            Severity::Breaking,
            "it compiles; the name stands for another value",
        )
    } else {
        (
            Severity::Feature,
            "it compiles; another name is sent or read",
        )
    };
    Some((what, verdict))
}
