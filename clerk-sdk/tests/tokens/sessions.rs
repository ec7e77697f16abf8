//! Verifying tokens with keys from a Backend API, by whole requests over loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use crate::loopback::{Api, MAIN, OTHER, jwks, sign, sign_with};
use clerk_sdk::Clock;
use clerk_sdk::tokens::{PublicKey, TokenErrorReason as Reason, TokenVerifier, VerifyTokenOptions};
use serde_json::{Value, json};

const NOW: i64 = 1_750_000_000;

fn claims(sub: &str) -> Value {
    json!({ "sub": sub, "sid": "sess_1", "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 100_000, "azp": "https://a.example" })
}

/// A verifier on this API, and the seconds that its clock shows.
fn verifier(api: &Api) -> (TokenVerifier, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(NOW));
    let shown = Arc::clone(&now);
    let clock = Clock::from_fn(move || shown.load(SeqCst) * 1000);
    (
        TokenVerifier::builder()
            .api(api.client())
            .clock(clock)
            .build(),
        now,
    )
}

async fn reason(verifier: &TokenVerifier, token: &str) -> Option<Reason> {
    let result = verifier.verify(token, &VerifyTokenOptions::new()).await;
    result.err().map(|error| error.reason())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_tasks_verifying_on_a_cold_cache_make_one_jwks_request() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, _) = verifier(&api);
    let token: Arc<str> = sign(MAIN, "ins_1", &claims("user_1")).into();
    let tasks: Vec<_> = (0..10_000)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), Arc::clone(&token));
            tokio::spawn(async move { reason(&verifier, &token).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), None);
    }
    assert_eq!(api.requests(), 1);
}

#[tokio::test]
async fn a_thousand_forged_kids_make_at_most_one_more_request() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, _) = verifier(&api);
    assert_eq!(
        reason(&verifier, &sign(MAIN, "ins_1", &claims("user_1"))).await,
        None
    );
    let genuine = sign(OTHER, "x", &claims("user_1"));
    let tail = genuine.split_once('.').unwrap().1;
    for number in 0..1000 {
        let header =
            json!({ "alg": "RS256", "typ": "JWT", "kid": format!("forged_{number}") }).to_string();
        let token = format!(
            "{}.{tail}",
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header)
        );
        assert_eq!(
            reason(&verifier, &token).await,
            Some(Reason::JwkKidMismatch)
        );
    }
    assert_eq!(api.requests(), 2);
}

#[tokio::test]
async fn with_the_endpoint_down_tokens_of_known_keys_keep_verifying() {
    let mut api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, now) = verifier(&api);
    assert_eq!(
        reason(&verifier, &sign(MAIN, "ins_1", &claims("user_1"))).await,
        None
    );
    api.go_down().await;
    now.fetch_add(3600, SeqCst);
    for user in ["user_1", "user_2", "user_3"] {
        assert_eq!(
            reason(&verifier, &sign(MAIN, "ins_1", &claims(user))).await,
            None
        );
    }
    assert_eq!(
        reason(&verifier, &sign(OTHER, "ins_2", &claims("user_1"))).await,
        Some(Reason::UnexpectedError)
    );
}

#[tokio::test]
async fn a_failure_of_clerks_is_an_outage_and_a_rejection_is_none() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, now) = verifier(&api);
    let token = sign(MAIN, "ins_1", &claims("user_1"));
    assert_eq!(reason(&verifier, &token).await, None);
    api.answer(503, json!({}));
    now.fetch_add(301, SeqCst);
    assert_eq!(reason(&verifier, &token).await, None);
    api.answer(
        401,
        json!({ "errors": [{ "code": "clerk_key_invalid", "message": "no" }] }),
    );
    now.fetch_add(301, SeqCst);
    assert_eq!(
        reason(&verifier, &token).await,
        Some(Reason::SecretKeyInvalid)
    );
    let requests = api.requests();
    assert_eq!(
        reason(&verifier, &token).await,
        Some(Reason::SecretKeyInvalid)
    );
    assert_eq!(
        api.requests(),
        requests,
        "a rejection is not tried again at once"
    );
}

#[tokio::test]
async fn a_key_that_was_rotated_out_stops_verifying_within_five_minutes_even_for_tokens_seen_before()
 {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, now) = verifier(&api);
    let old = sign(MAIN, "ins_1", &claims("user_1"));
    assert_eq!(reason(&verifier, &old).await, None);
    api.answer(200, jwks(&[("ins_2", OTHER)]));
    now.fetch_add(299, SeqCst);
    assert_eq!(reason(&verifier, &old).await, None);
    now.fetch_add(1, SeqCst);
    assert_eq!(reason(&verifier, &old).await, Some(Reason::JwkKidMismatch));
    assert_eq!(
        reason(&verifier, &sign(OTHER, "ins_2", &claims("user_1"))).await,
        None
    );
}

#[tokio::test]
async fn a_kid_that_gets_another_key_does_not_keep_tokens_of_the_old_one() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, now) = verifier(&api);
    let old = sign(MAIN, "ins_1", &claims("user_1"));
    assert_eq!(reason(&verifier, &old).await, None);
    api.answer(200, jwks(&[("ins_1", OTHER)]));
    now.fetch_add(300, SeqCst);
    assert_eq!(
        reason(&verifier, &old).await,
        Some(Reason::TokenInvalidSignature)
    );
}

#[tokio::test]
async fn two_instances_with_one_kid_never_accept_each_others_tokens() {
    let (one, two) = (
        Api::start(200, jwks(&[("ins", MAIN)])).await,
        Api::start(200, jwks(&[("ins", OTHER)])).await,
    );
    let (of_one, of_two) = (
        sign(MAIN, "ins", &claims("user_1")),
        sign(OTHER, "ins", &claims("user_1")),
    );
    let (first, second) = (verifier(&one).0, verifier(&two).0);
    for _ in 0..2 {
        assert_eq!(reason(&first, &of_one).await, None);
        assert_eq!(reason(&second, &of_two).await, None);
        assert_eq!(
            reason(&first, &of_two).await,
            Some(Reason::TokenInvalidSignature)
        );
        assert_eq!(
            reason(&second, &of_one).await,
            Some(Reason::TokenInvalidSignature)
        );
    }
}

#[tokio::test]
async fn a_verifier_whose_client_moves_to_another_instance_forgets_the_first() {
    let (one, two) = (
        Api::start(200, jwks(&[("ins", MAIN)])).await,
        Api::start(200, jwks(&[("ins", OTHER)])).await,
    );
    let client = one.client();
    let clock = Clock::from_fn(|| NOW * 1000);
    let verifier = TokenVerifier::builder()
        .api(client.clone())
        .clock(clock)
        .build();
    let (of_one, of_two) = (
        sign(MAIN, "ins", &claims("user_1")),
        sign(OTHER, "ins", &claims("user_1")),
    );
    assert_eq!(reason(&verifier, &of_one).await, None);
    client.update(|config| config.server_api_url = two.url.clone());
    assert_eq!(
        reason(&verifier, &of_one).await,
        Some(Reason::TokenInvalidSignature)
    );
    assert_eq!(reason(&verifier, &of_two).await, None);
    client.update(|config| config.http_options.user_agent = Some("something else".to_owned()));
    assert_eq!(reason(&verifier, &of_two).await, None);
    assert_eq!((one.requests(), two.requests()), (1, 1));
}

#[tokio::test]
async fn a_token_seen_before_is_judged_again_by_time_and_by_options() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, now) = verifier(&api);
    let mut brief = claims("user_1");
    brief["exp"] = json!(NOW + 60);
    let token = sign(MAIN, "ins_1", &brief);
    assert_eq!(reason(&verifier, &token).await, None);
    let options = VerifyTokenOptions::new().authorized_parties(["https://b.example"]);
    let error = verifier.verify(&token, &options).await.unwrap_err();
    assert_eq!(error.reason(), Reason::TokenInvalidAuthorizedParties);
    let options = VerifyTokenOptions::new().header_types(["other"]);
    assert_eq!(
        verifier
            .verify(&token, &options)
            .await
            .unwrap_err()
            .reason(),
        Reason::TokenInvalid
    );
    let key = PublicKey::from_pem(include_str!("../keys/other.public.pem")).unwrap();
    let options = VerifyTokenOptions::new().jwt_key(key);
    assert_eq!(
        verifier
            .verify(&token, &options)
            .await
            .unwrap_err()
            .reason(),
        Reason::TokenInvalidSignature
    );
    now.store(NOW + 65, SeqCst);
    assert_eq!(reason(&verifier, &token).await, Some(Reason::TokenExpired));
    now.store(NOW - 26, SeqCst);
    assert_eq!(
        reason(&verifier, &token).await,
        Some(Reason::TokenNotActiveYet)
    );
}

#[tokio::test]
async fn a_token_seen_before_is_judged_again_by_when_it_was_issued_and_for_whom() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, now) = verifier(&api);
    let mut claims = claims("user_1");
    claims.as_object_mut().unwrap().remove("nbf");
    claims["iat"] = json!(NOW);
    claims["aud"] = json!(["a", "b"]);
    let token = sign(MAIN, "ins_1", &claims);
    assert_eq!(reason(&verifier, &token).await, None);
    for (audience, expected) in [
        ("b", None),
        ("c", Some(Reason::TokenVerificationFailed)),
        ("a", None),
    ] {
        let options = VerifyTokenOptions::new().audience([audience]);
        let verified = verifier.verify(&token, &options).await;
        assert_eq!(verified.err().map(|error| error.reason()), expected);
    }
    now.store(NOW - 60, SeqCst);
    assert_eq!(
        reason(&verifier, &token).await,
        Some(Reason::TokenIatInTheFuture)
    );
    now.store(NOW, SeqCst);
    assert_eq!(reason(&verifier, &token).await, None);
}

#[tokio::test]
async fn a_changed_byte_anywhere_in_a_token_seen_before_is_noticed() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, _) = verifier(&api);
    let token = sign(MAIN, "ins_1", &claims("user_1"));
    assert_eq!(reason(&verifier, &token).await, None);
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(reason(&verifier, &changed).await.is_some(), "byte {at}");
        assert_eq!(reason(&verifier, &token).await, None);
    }
}

#[tokio::test]
async fn another_library_agrees_about_which_tokens_are_genuine() {
    let key = PublicKey::from_pem(include_str!("../keys/main.public.pem")).unwrap();
    let verifier = TokenVerifier::builder()
        .jwt_key(key)
        .clock(Clock::from_fn(|| NOW * 1000))
        .build();
    let oracle = jsonwebtoken::DecodingKey::from_rsa_components(MAIN.1.trim(), "AQAB").unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_exp = false;
    for number in 0..200 {
        let signer = if number % 3 == 0 { OTHER } else { MAIN };
        let mut token = sign(signer, "ins_1", &claims(&format!("user_{number}")));
        if number % 5 == 0 {
            token.replace_range(token.len() - 10..token.len() - 9, "-");
        }
        let theirs = jsonwebtoken::decode::<Value>(&token, &oracle, &validation);
        let ours = verifier.verify(&token, &VerifyTokenOptions::new()).await;
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{number}");
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(Value::Object(ours.to_object()), theirs.claims);
        }
    }
}

#[tokio::test]
async fn keys_of_any_accepted_form_verify_and_a_public_key_is_no_shared_secret() {
    let token = sign(MAIN, "ins_1", &claims("user_1"));
    let pem = include_str!("../keys/main.public.pem");
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let forms = [
        pem.to_owned(),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', " "),
        format!("\"{}\"", pem.trim()),
        bare,
        include_str!("../keys/main.pkcs1.pem").to_owned(),
    ];
    for form in forms {
        let key = PublicKey::from_pem(&form).unwrap();
        let verifier = TokenVerifier::builder()
            .jwt_key(key)
            .clock(Clock::from_fn(|| NOW * 1000))
            .build();
        assert_eq!(reason(&verifier, &token).await, None, "{form}");
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        let secret = jsonwebtoken::EncodingKey::from_secret(pem.as_bytes()).unwrap();
        let confused = jsonwebtoken::encode(&header, &claims("user_1"), &secret).unwrap();
        assert_eq!(
            reason(&verifier, &confused).await,
            Some(Reason::TokenInvalidAlgorithm)
        );
    }
}

#[test]
fn what_is_no_public_key_is_rejected_by_its_name() {
    use clerk_sdk::tokens::KeyError;
    assert!(PublicKey::from_pem(include_str!("../keys/big.public.pem")).is_ok());
    let private = include_str!("../keys/main.private.pem");
    let certificate = private.replace("PRIVATE KEY", "CERTIFICATE");
    let cases = [
        ("", KeyError::Empty),
        (" \n", KeyError::Empty),
        ("sk_test_123", KeyError::NotBase64),
        (private, KeyError::PrivateKey),
        (&certificate, KeyError::OtherKind),
        (include_str!("../keys/small.public.pem"), KeyError::Rejected),
        ("AAAA", KeyError::Rejected),
    ];
    for (pem, error) in cases {
        assert_eq!(PublicKey::from_pem(pem).unwrap_err(), error);
    }
}

#[tokio::test]
async fn algorithms_that_a_key_is_not_for_are_rejected() {
    use jsonwebtoken::{Algorithm, Header};
    let mut undeclared = jwks(&[("ins_1", MAIN)]);
    undeclared["keys"][0].as_object_mut().unwrap().remove("alg");
    let declared = jwks(&[("ins_1", MAIN)]);
    for algorithm in [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
    ] {
        let mut header = Header::new(algorithm);
        header.kid = Some("ins_1".to_owned());
        let token = sign_with(MAIN, &header, &claims("user_1"));
        let with = |keys: Value| {
            let token = token.clone();
            async move {
                let api = Api::start(200, keys).await;
                reason(&verifier(&api).0, &token).await
            }
        };
        let (free, bound) = (with(undeclared.clone()).await, with(declared.clone()).await);
        match algorithm {
            Algorithm::RS256 => assert_eq!((free, bound), (None, None)),
            Algorithm::PS256 => assert_eq!(
                (free, bound),
                (
                    Some(Reason::TokenInvalidAlgorithm),
                    Some(Reason::TokenInvalidAlgorithm)
                )
            ),
            _ => assert_eq!((free, bound), (None, Some(Reason::TokenVerificationFailed))),
        }
    }
}

#[tokio::test]
async fn a_missing_secret_key_is_said_without_a_request() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let client = api.client();
    client.update(|config| config.secret_key = "".into());
    let verifier = TokenVerifier::new(client);
    assert_eq!(
        reason(&verifier, &sign(MAIN, "ins_1", &claims("user_1"))).await,
        Some(Reason::JwkFailedToResolve)
    );
    assert_eq!(api.requests(), 0);
}

#[tokio::test]
async fn nothing_printed_shows_a_token_or_a_claim() {
    let api = Api::start(200, jwks(&[("ins_1", MAIN)])).await;
    let (verifier, _) = verifier(&api);
    let mut secret = claims("user_1");
    secret["note"] = json!("confidential");
    let token = sign(MAIN, "ins_1", &secret);
    let claims = verifier
        .verify(&token, &VerifyTokenOptions::new())
        .await
        .unwrap();
    let error = verifier
        .verify(&format!("{token}AAAA"), &VerifyTokenOptions::new())
        .await
        .unwrap_err();
    let jwt = clerk_sdk::tokens::decode_jwt(&token).unwrap();
    let printed = format!("{verifier:?} {claims:?} {error:?} {error} {jwt:?}");
    assert!(
        !printed.contains("confidential") && !printed.contains(&token),
        "{printed}"
    );
}
