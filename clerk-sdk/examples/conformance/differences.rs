//! Where this crate differs from the JavaScript SDK on purpose.

use serde_json::Value;

/// One case that differs.
pub(crate) struct Difference {
    id: &'static str,
    pub(crate) reason: &'static str,
    /// Where it differs, as JSON pointers, and what this crate answers there. Everywhere else it must not.
    ours: &'static [(&'static str, &'static str)],
}

impl Difference {
    /// What this crate answers, given what was recorded.
    pub(crate) fn applied_to(&self, mut recorded: Value) -> Result<Value, serde_json::Error> {
        for (pointer, json) in self.ours {
            let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
            if let Some(Value::Object(parent)) = recorded.pointer_mut(parent) {
                parent.insert(name.to_owned(), serde_json::from_str(json)?);
            }
        }
        Ok(recorded)
    }
}

pub(crate) fn of(id: &str) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| difference.id == id)
}

const NO_DATE: &str = "a time beyond all dates is refused; JavaScript's comparison with an invalid date is never true";
const AUDIENCE: &str =
    "an audience is asked for and the token's is malformed: refused, not passed over";
const EMPTY_SUBJECT: &str = "a token about nobody is refused";
const DEPTH: &str = "nesting beyond 128 levels is refused, so that no token can exhaust the stack";
const FACTORS: &str =
    "a malformed fva reads as none, and the claims still hold it; has() answers the same";
const NO_OBJECT: &str =
    "a payload that is no object is refused with a reason; JavaScript throws a TypeError";
const DEAD_TOKEN: &str =
    "Clerk answers that the token is revoked or expired: refused, not accepted";

const ONE_CALL: &str = "a list is one request, since the count is another's business; and what is set is sent, zero and false included";
const ENCODED: &str = "an id is one segment of the path, whatever is in it";
const CHARSET: &str = "JSON is JSON, whatever the media type says of its encoding";

type Changes = &'static [(&'static str, &'static str)];

const FAILED: Changes = &refused(r#""token-verification-failed""#);
const INVALID: Changes = &refused(r#""token-invalid""#);
const NOT_YET: Changes = &refused(r#""token-not-active-yet""#);
const FROM_THE_FUTURE: Changes = &refused(r#""token-iat-in-the-future""#);
const NO_TOKEN: Changes = &[("/data", "null"), ("/code", r#""token-invalid""#)];
const NO_AGES: Changes = &[("/auth/factorVerificationAge", "null")];

const fn refused(reason: &'static str) -> [(&'static str, &'static str); 3] {
    [
        ("/kind", r#""throw""#),
        ("/claims", "null"),
        ("/reason", reason),
    ]
}

const fn difference(id: &'static str, reason: &'static str, ours: Changes) -> Difference {
    Difference { id, reason, ours }
}

const DIFFERENCES: &[Difference] = &[
    difference("verifyToken/exp-1e20", NO_DATE, FAILED),
    difference("verifyToken/exp-1e13-invalid-date", NO_DATE, FAILED),
    difference("verifyToken/nbf-1e20", NO_DATE, NOT_YET),
    difference("verifyToken/iat-1e20", NO_DATE, FROM_THE_FUTURE),
    difference("verifyToken/sub-empty", EMPTY_SUBJECT, FAILED),
    difference("verifyToken/opt-aud-empty-array-claim", AUDIENCE, FAILED),
    difference("verifyToken/opt-aud-object-claim", AUDIENCE, FAILED),
    difference("verifyToken/opt-aud-number-claim", AUDIENCE, FAILED),
    difference("verifyToken/opt-aud-mixed-array-claim", AUDIENCE, FAILED),
    difference("verifyToken/opt-aud-mixed-array", AUDIENCE, FAILED),
    difference("verifyToken/payload-deep-nesting", DEPTH, INVALID),
    difference("verifyToken/payload-null", NO_OBJECT, FAILED),
    difference("verifyMachine/ak-revoked", DEAD_TOKEN, NO_TOKEN),
    difference("verifyMachine/mt-revoked", DEAD_TOKEN, NO_TOKEN),
    difference("verifyMachine/oat-revoked", DEAD_TOKEN, NO_TOKEN),
    difference(r#"has/fva=["0","0"]"#, FACTORS, NO_AGES),
    difference("has/fva=[-2,0]", FACTORS, NO_AGES),
    difference(
        "bapi/user-list-query",
        ONE_CALL,
        &[
            ("/result/totalCount", "null"),
            (
                "/calls",
                r#"[{ "method": "GET", "path": "/users", "version": "2026-05-12",
                    "authorization": "Bearer sk_live_oracle0000000000000000000000000000000000",
                    "query": [["banned", "false"], ["email_address", "a@b.c"], ["email_address", "d@e.f"],
                        ["last_active_at_since", "0"], ["limit", "10"], ["offset", "0"], ["order_by", "-created_at"]] }]"#,
            ),
        ],
    ),
    difference(
        "bapi/user-get-slash",
        ENCODED,
        &[
            ("/traceId", "null"),
            (
                "/calls",
                r#"[{ "method": "GET", "path": "/users/a%2Fb", "query": [], "version": "2026-05-12",
                    "authorization": "Bearer sk_live_oracle0000000000000000000000000000000000" }]"#,
            ),
        ],
    ),
    difference(
        "bapi/charset-content-type",
        CHARSET,
        &[("/result", r#"{ "id": "user_1", "firstName": "A" }"#)],
    ),
];
