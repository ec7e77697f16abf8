//! What each normalizing rule touched: printed by `regen`, kept in the manifest, compared with the last run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Every rule, in the order it is applied, with the reason it exists.
///
/// A rule that is not in this list cannot report, so the printed table is always complete:
/// a rule without a place says `0`.
pub const RULES: &[(&str, &str)] = &[
    (
        "operation-id",
        "an operation without an id, or with a name already taken, gets one of its own",
    ),
    (
        "inline-components",
        "shared parameters, responses and bodies are written where they are used",
    ),
    (
        "one-error-type",
        "every error status is read by the runtime's one error type",
    ),
    (
        "any-success",
        "any 2xx is a success: the live API returns 201 where 200 is declared",
    ),
    (
        "text-reply",
        "a GET that declares 200 without content is read as text instead of being dropped",
    ),
    (
        "text-response",
        "a response of another media type than JSON is the text as it comes",
    ),
    (
        "left-out",
        "what has no name, no payload or no place is left out",
    ),
    (
        "paginated",
        "`paginated=true` is always sent, so that a list has one shape; the parameter disappears",
    ),
    (
        "list-envelope",
        "a response that is exactly its items and `total_count` becomes `Page<T>`",
    ),
    (
        "colliding-parameter",
        "of two parameters with one Rust name the deprecated one is dropped, else one is renamed",
    ),
    (
        "undeclared-path",
        "a parameter of the path that nothing declares is a text",
    ),
    (
        "text-parameter",
        "a parameter that is no scalar and no list of them is the text that the caller makes of it",
    ),
    (
        "header-parameter",
        "header and cookie parameters are left to `.header()`",
    ),
    (
        "required-header",
        "a header or cookie that must be sent is left to `.header()` as well",
    ),
    (
        "joined-parameter",
        "`explode: false` arrays are sent as one comma-separated value",
    ),
    (
        "multipart",
        "multipart bodies become parts, from bytes or a stream",
    ),
    (
        "json-body",
        "a body of another media type is sent as JSON, which the API accepts everywhere",
    ),
    (
        "deep-reference",
        "a reference to a part of another schema is written out",
    ),
    (
        "dangling-reference",
        "a reference that leads to no schema is any JSON value",
    ),
    (
        "ref-siblings",
        "keywords beside `$ref` keep their meaning where they have one (`nullable`, `deprecated`)",
    ),
    (
        "typeless",
        "a schema without `type` gets the one its keywords imply, or is any JSON value",
    ),
    (
        "required-alternatives",
        "`anyOf` that only lists `required` sets says nothing about the shape",
    ),
    (
        "recursive-composition",
        "a composition that contains itself gets a name, so that it has an end",
    ),
    (
        "too-deep",
        "what is nested too deep to follow is any JSON value",
    ),
    (
        "single-composition",
        "a composition of one schema is that schema",
    ),
    ("all-of", "`allOf` of several objects is one flat object"),
    (
        "union",
        "a union of objects is one object whose fields are all optional: an unknown kind still reads",
    ),
    (
        "mixed-union",
        "a union that mixes objects and scalars is any JSON value",
    ),
    (
        "phantom-required",
        "a required property that is not declared cannot be required",
    ),
    (
        "endless-required",
        "what a type requires of its own type is not required: nothing could hold it",
    ),
    ("overlay", "curated corrections from `openapi/overlay.toml`"),
    (
        "bare-component",
        "a component that is an array, a map or a scalar is written where it is used",
    ),
    (
        "nullable-component",
        "a nullable component makes its references nullable instead",
    ),
    ("boolean-enum", "an enum of booleans is a boolean"),
    (
        "single-enum",
        "an enum of one value in a response is a string: a second value will come",
    ),
    (
        "enum-cleanup",
        "empty, null and duplicate enum values are dropped, enums of numbers are numbers",
    ),
    (
        "colliding-value",
        "two values of an enum with one spelling: the second variant gets a number",
    ),
    (
        "hoist-response",
        "an inline response gets a name, equal ones share it",
    ),
    ("hoist", "inline objects and enums get names of ours"),
    (
        "body-type",
        "a JSON body of an operation is a type of its own",
    ),
    (
        "number",
        "`number` without a format is an integer when its name says that it counts or is a time",
    ),
    (
        "timestamp",
        "integers that are points in time are `Timestamp`",
    ),
    (
        "no-request-default",
        "a default is the server's business: what the caller did not set is not sent",
    ),
    (
        "patch",
        "a nullable request field can be kept, nulled or set",
    ),
    (
        "optional-collection",
        "an optional request array or map can be sent empty",
    ),
    (
        "nullable-response",
        "a nullable field of a response may be missing as well",
    ),
    (
        "object-tag",
        "the `object` tag of a response is never needed to read it",
    ),
    (
        "open-objects",
        "`additionalProperties: false` is not enforced on what the live API returns",
    ),
    (
        "extra-properties",
        "a request object that takes further properties has a place for them",
    ),
    (
        "unnamed-constraints",
        "validation keywords become documentation",
    ),
    (
        "colliding-field",
        "two fields with one Rust name: the second gets a suffix",
    ),
    (
        "colliding-type",
        "two types with one Rust name: the second gets a suffix",
    ),
    ("prune", "schemas that nothing reaches are not generated"),
];

/// The rules after which something of the document is missing, or stands for something else, in the generated code. The
/// first time one of them fires, a person has to look.
pub const LOSING: &[&str] = &[
    "colliding-field",
    "colliding-parameter",
    "colliding-type",
    "colliding-value",
    "dangling-reference",
    "json-body",
    "left-out",
    "mixed-union",
    "operation-id",
    "required-header",
    "text-response",
    "text-parameter",
    "too-deep",
];

/// How often each rule fired and where.
#[derive(Debug, Default, Clone)]
pub struct Report {
    places: BTreeMap<&'static str, Vec<String>>,
    notes: Vec<String>,
}

impl Report {
    /// Records that `rule` changed something at `place`.
    pub fn hit(&mut self, rule: &'static str, place: impl Into<String>) {
        debug_assert!(
            RULES.iter().any(|(name, _)| *name == rule),
            "rule {rule} is not in RULES"
        );
        self.places.entry(rule).or_default().push(place.into());
    }

    /// Records something a maintainer should read, such as a curated fact that found no place.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The notes, in the order they were made.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The places a rule touched.
    #[must_use]
    pub fn places(&self, rule: &str) -> &[String] {
        self.places.get(rule).map_or(&[], Vec::as_slice)
    }

    /// Places touched by each rule, every rule present.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts(
            RULES
                .iter()
                .map(|(name, _)| ((*name).to_owned(), self.places(name).len()))
                .collect(),
        )
    }

    /// The table that `regen` prints.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = String::new();
        for (name, why) in RULES {
            let places = self.places(name);
            let example = places
                .first()
                .map(|p| format!("  e.g. {p}"))
                .unwrap_or_default();
            let line = format!("{:>5}  {name:<22} {why}{example}\n", places.len());
            out.push_str(&line);
        }
        out
    }
}

/// Places touched by each rule, as kept in the manifest of a generated tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, usize>);

impl Counts {
    /// The rules that lose something of a document, fire now and did not before.
    #[must_use]
    pub fn losing_since(&self, before: &Self) -> Vec<String> {
        self.0
            .iter()
            .filter(|(rule, count)| **count > 0 && LOSING.contains(&rule.as_str()))
            .filter(|(rule, _)| before.0.get(*rule).copied().unwrap_or(0) == 0)
            .map(|(rule, count)| format!("{rule} ({count} places)"))
            .collect()
    }

    /// The rules that fired before and do not any more.
    #[must_use]
    pub fn silenced_since(&self, before: &Self) -> Vec<String> {
        before
            .0
            .iter()
            .filter(|(rule, count)| **count > 0 && self.0.get(*rule).copied().unwrap_or(0) == 0)
            .map(|(rule, count)| format!("{rule} (touched {count} places before)"))
            .collect()
    }
}
