//! Whatever the Backend API says of a machine's token: it is accepted only where it says that the token is neither revoked
//! nor expired, and whose it is.
//!
//! The first byte chooses the kind of token and the status; all that follows is the body of the answer.
#![no_main]

use std::sync::LazyLock;

use clerk_fuzz::{
    PRODUCTION, RUNTIME, Upstream, add, authenticate, choice, clerk, json, options, request,
};
use clerk_middleware::AuthenticateOptions;
use clerk_sdk::Clerk;
use clerk_sdk::auth::{Accepts, AuthObject, MachineAuth};
use clerk_sdk::tokens::VerifyTokenOptions;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const TOKENS: [&str; 4] = [
    "ak_0123456789abcdefghijklmnopqrstuv",
    "mt_0123456789abcdefghijklmnopqrstuv",
    "oat_0123456789abcdefghijklmnopqrstuv",
    "ak_abcdefghijklmnopqrstuv0123456789",
];
/// A 429 would end the asking.
const STATUSES: [u16; 8] = [200, 200, 200, 200, 201, 401, 404, 500];

static API: LazyLock<Upstream> = LazyLock::new(Upstream::start);
static CLERK: LazyLock<Clerk> =
    LazyLock::new(|| clerk(options(PRODUCTION).server_api_url(API.url())));

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = choice(data) else {
        return;
    };
    let token = TOKENS[usize::from(choice & 3)];
    let status = STATUSES[usize::from(choice >> 2 & 7)];
    API.answer(status, &[("content-type", b"application/json")], body);
    let mut options = VerifyTokenOptions::new();
    if choice & 32 != 0 {
        options = options.audience(["api"]);
    }
    let verifier = CLERK.token_verifier().unwrap();
    let verified = RUNTIME.block_on(MachineAuth::verify(&verifier, token, &options));
    if let Ok(machine) = &verified {
        assert!(matches!(status, 200 | 201));
        // What serde_json does not read, JavaScript may.
        if let Some(answer) = json(body) {
            says(&answer, machine, !options.audience.is_empty());
        }
    }
    let mut parts = request(b"/").unwrap();
    add(
        &mut parts,
        b"authorization",
        format!("Bearer {token}").as_bytes(),
    );
    let any = AuthenticateOptions::new()
        .accepts_token(Accepts::Any)
        .verify_token(options);
    let state = authenticate(&CLERK, &parts, &any);
    match (verified, state.auth()) {
        (Ok(machine), Some(AuthObject::Machine(same))) => assert_eq!(machine, *same),
        (Ok(machine), other) => panic!("{machine:?} {other:?}"),
        (Err(_), _) => assert!(!state.is_signed_in()),
    }
});

fn says(answer: &Value, machine: &MachineAuth, asks_audience: bool) {
    assert_ne!(answer["active"], Value::Bool(false));
    assert_eq!(answer["revoked"], Value::Bool(false));
    assert_eq!(answer["expired"], Value::Bool(false));
    let (id, subject) = match machine {
        MachineAuth::ApiKey(key) => (&key.id, &key.subject),
        MachineAuth::M2m(token) => (&token.id, &token.machine_id),
        MachineAuth::OAuth(token) => {
            let audience = &token.audience;
            assert!(!asks_audience || audience.iter().any(|one| one == "api"));
            (&token.id, &token.user_id)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(answer["id"], **id);
    assert_eq!(answer["subject"], **subject);
    let _ = format!("{machine:?}");
}
