#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::tokens::{Claims, TokenType};

fn auth(claims: Value) -> Auth {
    Auth::from_claims(Claims::from_value(claims).unwrap()).unwrap()
}

#[test]
fn a_kind_is_accepted_only_where_it_is_named() {
    let kinds = [
        TokenType::Session,
        TokenType::ApiKey,
        TokenType::M2m,
        TokenType::OAuth,
    ];
    for kind in kinds {
        assert!(Accepts::Any.includes(kind));
        for other in kinds {
            assert_eq!(Accepts::from(kind).includes(other), kind == other);
            assert_eq!(Accepts::from([kind]).includes(other), kind == other);
        }
    }
    assert!(!Accepts::AnyOf(Vec::new()).includes(TokenType::Session));
}

#[test]
fn what_is_not_accepted_becomes_signed_out_of_the_one_kind() {
    let session = AuthObject::Session(auth(json!({ "sub": "user_1" })));
    let signed_out = AuthObject::Session(Auth::signed_out());
    let no_machine = AuthObject::NoMachine(TokenType::M2m);
    assert_eq!(session.token_type(), Some(TokenType::Session));
    assert_eq!(no_machine.token_type(), Some(TokenType::M2m));
    assert_eq!(AuthObject::InvalidToken.token_type(), None);

    let accepted = |given: &AuthObject, accepts: Accepts| given.clone().accepted_as(&accepts);
    assert_eq!(accepted(&session, Accepts::default()), session);
    assert_eq!(accepted(&session, TokenType::M2m.into()), no_machine);
    assert_eq!(accepted(&no_machine, Accepts::default()), signed_out);
    assert_eq!(
        accepted(&no_machine, [TokenType::Session].into()),
        AuthObject::InvalidToken
    );
    assert_eq!(accepted(&no_machine, [TokenType::M2m].into()), no_machine);
    assert_eq!(
        accepted(&AuthObject::InvalidToken, Accepts::Any),
        AuthObject::InvalidToken
    );
    assert_eq!(
        accepted(&AuthObject::InvalidToken, Accepts::default()),
        signed_out
    );
}

#[test]
fn malformed_claims_are_named_in_the_error() {
    let claims = json!({ "sub": "user_1", "v": 2, "o": { "id": "org_1", "per": 5 } });
    let error = Auth::from_claims(Claims::from_value(claims).unwrap()).unwrap_err();
    assert_eq!(error.claim(), "o.per");
    assert!(error.to_string().contains("o.per"), "{error}");
}

#[test]
fn no_minutes_and_fewer_are_never_fresh() {
    let within = |minutes| Reverification::Within {
        factor: Factor::First,
        minutes,
    };
    for age in [0.0, -5.0] {
        let ages = FactorAges {
            first: Some(age),
            second: None,
        };
        for minutes in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(!within(minutes).is_met_by(ages), "{age} {minutes}");
        }
        assert!(within(0.5).is_met_by(ages));
    }
}

#[test]
fn an_actor_that_is_null_is_no_actor() {
    assert_eq!(auth(json!({ "sub": "user_1", "act": null })).actor, None);
    let actor = json!({ "sub": "user_2" });
    let acted = auth(json!({ "sub": "user_1", "act": actor }));
    assert_eq!(acted.actor, Some(actor));
}

#[test]
fn of_a_pending_session_only_the_status_is_kept() {
    let pending = auth(json!({ "sub": "user_1", "sid": "sess_1", "sts": "pending" }));
    assert!(pending.is_signed_in() && pending.is_pending());
    let signed_out = pending.pending_as_signed_out();
    assert!(!signed_out.is_signed_in() && signed_out.is_pending());
    assert_eq!(signed_out.session_status.as_deref(), Some("pending"));
    assert_eq!((signed_out.session_id, signed_out.claims), (None, None));

    let active = auth(json!({ "sub": "user_1", "sts": "active" }));
    assert!(!active.is_pending());
    assert_eq!(active.clone().pending_as_signed_out(), active);
}

#[test]
fn a_role_and_permissions_need_an_organization() {
    let outside =
        json!({ "sub": "user_1", "org_role": "org:admin", "org_permissions": ["org:posts:read"] });
    for id in [None, Some("")] {
        let mut claims = outside.clone();
        if let Some(id) = id {
            claims["org_id"] = id.into();
        }
        let auth = auth(claims);
        assert!(!auth.has(Role("org:admin")), "{id:?}");
        assert!(!auth.has(Permission("org:posts:read")), "{id:?}");
    }
    let mut inside = outside;
    inside["org_id"] = "org_1".into();
    let auth = auth(inside);
    assert!(auth.has(Role("admin")) && auth.has(Permission("posts:read")));
}
