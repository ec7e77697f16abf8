//! Whatever a genuine token claims: no panic, and only those are signed in whom the rules let in.
//!
//! The first byte chooses the header and the options. The first line says what is required, `role=admin permission=posts:read`;
//! all that follows is the payload, which need not be JSON.
#![no_main]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use clerk_fuzz::{
    HEADER, NOW, PRODUCTION, PUBLIC_KEY, RUNTIME, add, authenticate, choice, clerk, json, line,
    options, request, sign, user,
};
use clerk_middleware::AuthenticateOptions;
use clerk_sdk::auth::{Accepts, Auth, Factor, MachineAuth, Requirement, Reverification};
use clerk_sdk::tokens::{Claims, PublicKey, TokenVerifier, VerifyTokenOptions};
use clerk_sdk::{Clerk, Clock};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const HEADERS: [&str; 8] = [
    HEADER,
    r#"{"alg":"RS256"}"#,
    r#"{"alg":"RS256","typ":"at+jwt"}"#,
    r#"{"alg":"RS256","typ":"JWT","cat":"cl_B7d4PD333AAA"}"#,
    r#"{"alg":"RS256","typ":"JWT","cat":"cl_B7d4PD111AAA"}"#,
    r#"{"alg":"RS256","typ":"JWT","cat":"cl_B7d4PD222AAA"}"#,
    r#"{"alg":"RS512","typ":"JWT"}"#,
    r#"{"alg":"RS256","crit":["exp"]}"#,
];
/// The categories of machines and of templates, another algorithm than the one it is signed with, and what is critical.
const NO_SESSIONS: [usize; 5] = [2, 3, 5, 6, 7];
const SKEW: i64 = 5;

static LATER: AtomicI64 = AtomicI64::new(0);
static CLERK: LazyLock<Clerk> = LazyLock::new(|| clerk(options(PRODUCTION)));
static ANY: LazyLock<AuthenticateOptions> =
    LazyLock::new(|| AuthenticateOptions::new().accepts_token(Accepts::Any));
/// Its clock moves on within a run.
static VERIFIER: LazyLock<TokenVerifier> = LazyLock::new(|| {
    TokenVerifier::builder()
        .jwt_key(PublicKey::from_pem(PUBLIC_KEY).unwrap())
        .clock(Clock::from_fn(|| {
            (NOW + LATER.load(Ordering::Relaxed)) * 1000
        }))
        .build()
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = choice(data) else {
        return;
    };
    let (required, payload) = line(rest);
    let header = usize::from(choice & 7);
    let token = sign(HEADERS[header], payload);
    let mut options = VerifyTokenOptions::new();
    if choice & 8 != 0 {
        options = options.authorized_parties(["https://app.example.com"]);
    }
    if choice & 16 != 0 {
        options = options
            .audience(["api"])
            .issuer(["https://clerk.example.com"]);
    }
    LATER.store(0, Ordering::Relaxed);
    let verified = RUNTIME.block_on(VERIFIER.verify(&token, &options));
    if let Ok(claims) = &verified {
        assert!(!matches!(header, 3 | 6 | 7), "{header}");
        if let Some(payload) = json(payload) {
            holds(&payload, claims, &options);
        }
        is_judged_again(&token, claims, &options);
        authorizes(claims, required);
    }
    is_one_kind(header, &token);
});

/// What was accepted is what the rules say, read by somebody else.
fn holds(payload: &Value, claims: &Claims, options: &VerifyTokenOptions) {
    let time = |name: &str| payload.get(name).map(|at| at.as_f64().unwrap().trunc());
    assert!(time("exp").unwrap() > (NOW - SKEW) as f64);
    assert!(time("nbf").is_none_or(|at| at <= (NOW + SKEW) as f64));
    assert!(time("iat").is_none_or(|at| at <= (NOW + SKEW) as f64));
    let text = |name: &str| payload.get(name).and_then(Value::as_str);
    assert!(text("sub").is_some_and(|sub| !sub.is_empty()));
    if !options.authorized_parties.is_empty() {
        assert_eq!(text("azp"), Some("https://app.example.com"));
    }
    if !options.issuer.is_empty() {
        assert_eq!(text("iss"), Some("https://clerk.example.com"));
    }
    if !options.audience.is_empty() {
        match payload.get("aud") {
            None | Some(Value::Null) => {}
            Some(Value::String(one)) => assert!(one.is_empty() || one == "api"),
            Some(Value::Array(several)) => {
                assert!(several.iter().all(Value::is_string));
                assert!(several.iter().any(|one| one == "api"));
            }
            Some(_) => panic!("an audience that is none"),
        }
    }
    assert_eq!(payload, &Value::Object(claims.to_object()));
    assert_eq!(claims.sub(), text("sub"));
    assert_eq!(claims.sid(), text("sid"));
    assert_eq!(claims.azp(), text("azp"));
}

/// A token that is remembered passes again, and not when it has expired.
fn is_judged_again(token: &str, claims: &Claims, options: &VerifyTokenOptions) {
    let again = RUNTIME.block_on(VERIFIER.verify(token, options));
    assert!(again.is_ok_and(|again| again == *claims));
    if let Some(exp) = claims.exp() {
        LATER.store(exp - NOW + SKEW, Ordering::Relaxed);
        assert!(RUNTIME.block_on(VERIFIER.verify(token, options)).is_err());
    }
}

fn authorizes(claims: &Claims, required: &[u8]) {
    let Ok(auth) = Auth::from_claims(claims.clone()) else {
        return;
    };
    let required = String::from_utf8_lossy(required);
    let asked: Vec<Requirement> = required.split(' ').filter_map(one).collect();
    for requirement in &asked {
        let has = auth.has(requirement.clone());
        if requirement.role.is_some() || requirement.permission.is_some() {
            assert!(!has || auth.org_id.as_deref().is_some_and(|id| !id.is_empty()));
        }
        if let Some(role) = &requirement.role {
            let own = auth.org_role.as_deref().unwrap_or_default();
            assert!(!has || (!own.is_empty() && own.ends_with(role.trim_start_matches("org:"))));
        }
        if let Some(permission) = &requirement.permission {
            let bare = permission.trim_start_matches("org:");
            let mut own = auth.org_permissions.iter().flatten();
            assert!(!has || own.any(|own| *own == format!("org:{bare}")));
        }
        assert!(!Auth::signed_out().has(requirement.clone()));
        let pending = auth.clone().pending_as_signed_out();
        assert!(!auth.is_pending() || !pending.has(requirement.clone()));
    }
    assert!(!auth.has(Requirement::new()));
    // Asking for more never grants more.
    for pair in asked.windows(2) {
        let mut both = pair[0].clone();
        let (other, had) = (pair[1].clone(), auth.has(pair[0].clone()));
        both.role = both.role.or(other.role);
        both.permission = both.permission.or(other.permission);
        both.feature = both.feature.or(other.feature);
        both.plan = both.plan.or(other.plan);
        both.reverification = both.reverification.or(other.reverification);
        assert!(had || !auth.has(both));
    }
    let _ = format!("{auth:?} {claims:?}");
}

fn one(word: &str) -> Option<Requirement> {
    let (kind, name) = word.split_once('=')?;
    let new = Requirement::new();
    Some(match kind {
        "role" => new.role(name),
        "permission" => new.permission(name),
        "feature" => new.feature(name),
        "plan" => new.plan(name),
        "fresh" => new.reverification(match name {
            "strict_mfa" => Reverification::StrictMfa,
            "strict" => Reverification::Strict,
            "moderate" => Reverification::Moderate,
            "lax" => Reverification::Lax,
            minutes => Reverification::Within {
                factor: Factor::Multi,
                minutes: minutes.parse().ok()?,
            },
        }),
        _ => return None,
    })
}

/// A token is a user's or a machine's, never both, and a machine is no user by any way in.
fn is_one_kind(header: usize, token: &str) {
    let states = [
        ("authorization", "Bearer "),
        ("cookie", "__client_uat=1; __session="),
    ]
    .map(|(name, before)| {
        let mut parts = request(b"https://app.example.com/").unwrap();
        add(
            &mut parts,
            name.as_bytes(),
            format!("{before}{token}").as_bytes(),
        );
        let session = authenticate(&CLERK, &parts, &AuthenticateOptions::new());
        (session, authenticate(&CLERK, &parts, &ANY))
    });
    let machine = RUNTIME.block_on(MachineAuth::verify(
        &VERIFIER,
        token,
        &VerifyTokenOptions::new(),
    ));
    for (session, any) in &states {
        if let Some(id) = user(session) {
            assert!(!id.is_empty() && !id.starts_with("mch_"), "{id}");
            assert!(!NO_SESSIONS.contains(&header));
            assert!(machine.is_err());
            assert_eq!(user(any), Some(id));
        }
        assert!(user(any).is_none_or(|id| !id.starts_with("mch_")));
    }
    match machine {
        Ok(MachineAuth::M2m(machine)) => {
            assert!(machine.machine_id.starts_with("mch_"));
            assert!(!matches!(header, 4 | 5));
        }
        Ok(MachineAuth::OAuth(_)) => assert_eq!(header, 2),
        Ok(other) => panic!("a JWT is no {other:?}"),
        Err(_) => {}
    }
}
