use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_emulator::{Emulator, TokenVersion};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::http::{Api, START, emulator, id, with};

/// The claims of a token, verified with a key of this set; expiry is checked by each test's own clock.
fn verify(token: &str, jwks: &Value) -> Result<Value, String> {
    let kid = decode_header(token).unwrap().kid.unwrap();
    let set: JwkSet = serde_json::from_value(jwks.clone()).unwrap();
    let key = DecodingKey::from_jwk(set.find(&kid).ok_or("no such key")?).unwrap();
    decode::<Value>(token, &key, &validation())
        .map(|data| data.claims)
        .map_err(|error| error.to_string())
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

async fn member_with_custom_role(emulator: &Emulator, api: &Api) -> (String, String) {
    let user = api.user("ada@example.com").await;
    let organization = id(&api
        .post("/organizations", json!({"name": "Acme Inc"}))
        .await);
    for key in [
        "org:invoices:read",
        "org:invoices:create",
        "org:reports:read",
    ] {
        api.post(
            "/organization_permissions",
            json!({"key": key, "name": key}),
        )
        .await;
    }
    let permissions = [
        "org:invoices:read",
        "org:invoices:create",
        "org:reports:read",
    ];
    let role = json!({
        "key": "org:billing", "name": "Billing", "permissions": permissions, "include_in_initial_role_set": true,
    });
    api.post("/organization_roles", role).await;
    let member = json!({"user_id": user, "role": "org:billing"});
    api.post(
        &format!("/organizations/{organization}/memberships"),
        member,
    )
    .await;
    let session = json!({"user_id": user, "active_organization_id": organization});
    let session = id(&api.post("/sessions", session).await);
    let token = api
        .post(&format!("/sessions/{session}/tokens"), json!({}))
        .await;
    let jwks = api.get("/jwks").await;
    assert!(verify(token["jwt"].as_str().unwrap(), &jwks).is_ok());
    // The address in the publishable key, by which SDKs know their own instance's cookies.
    let claims = verify(token["jwt"].as_str().unwrap(), &jwks).unwrap();
    let key = emulator.publishable_key().strip_prefix("pk_test_").unwrap();
    let issuer = claims["iss"].as_str().unwrap();
    let host = format!("{}$", issuer.strip_prefix("https://").unwrap());
    assert_eq!(STANDARD.encode(host), key);
    (token["jwt"].as_str().unwrap().to_owned(), organization)
}

#[tokio::test]
async fn session_tokens_of_version_2_have_the_organization_in_o() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (token, organization) = member_with_custom_role(&emulator, &api).await;
    let claims = verify(&token, &api.get("/jwks").await).unwrap();
    assert_eq!(claims["v"], 2);
    assert_eq!(
        claims["o"],
        json!({"id": organization, "slg": "acme-inc", "rol": "billing", "per": "read,create", "fpm": "3,1"})
    );
    assert_eq!(claims["fea"], "o:invoices,o:reports");
    assert_eq!(
        (&claims["sts"], &claims["fva"]),
        (&json!("active"), &json!([0, -1]))
    );
    assert!(claims.get("org_id").is_none());
    assert_eq!(decode_header(&token).unwrap().typ.as_deref(), Some("JWT"));
}

#[tokio::test]
async fn session_tokens_of_version_1_have_it_in_org_claims() {
    let emulator = with(Emulator::builder().token_version(TokenVersion::V1)).await;
    let api = Api::new(&emulator);
    let (token, organization) = member_with_custom_role(&emulator, &api).await;
    let claims = verify(&token, &api.get("/jwks").await).unwrap();
    assert_eq!(claims["org_id"], organization.as_str());
    assert_eq!(
        (&claims["org_slug"], &claims["org_role"]),
        (&json!("acme-inc"), &json!("org:billing"))
    );
    assert_eq!(
        claims["org_permissions"],
        json!([
            "org:invoices:read",
            "org:invoices:create",
            "org:reports:read"
        ])
    );
    assert!(claims.get("o").is_none() && claims.get("v").is_none());
}

#[tokio::test]
async fn session_tokens_live_for_a_minute_by_the_emulators_clock() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let browser = emulator.sign_in(&user).unwrap();
    let jwks = api.get("/jwks").await;
    let claims = verify(&browser.token, &jwks).unwrap();
    assert_eq!(
        (claims["iat"].as_i64(), claims["exp"].as_i64()),
        (Some(START / 1000), Some(START / 1000 + 60))
    );
    assert_eq!(
        (&claims["sub"], &claims["sid"]),
        (&json!(user), &json!(browser.session_id))
    );
    emulator.clock().advance(Duration::from_secs(300));
    let path = format!("/sessions/{}/tokens", browser.session_id);
    let longer = api.post(&path, json!({"expires_in_seconds": 600})).await;
    let claims = verify(longer["jwt"].as_str().unwrap(), &jwks).unwrap();
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        600
    );
    // Five minutes since the first factor, no second one.
    assert_eq!(claims["fva"], json!([5, -1]));
}

#[tokio::test]
async fn tokens_verify_with_the_public_key_and_both_key_sets() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let token = emulator
        .sign_in(&api.user("ada@example.com").await)
        .unwrap()
        .token;
    let public: Value = {
        let text = reqwest::get(format!("{}/.well-known/jwks.json", emulator.url()))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!(public, api.get("/jwks").await);
    assert!(verify(&token, &public).is_ok());
    let der = test_support::pem::der(emulator.jwt_key()).unwrap();
    // A key of 2048 bits has 24 bytes before what `jsonwebtoken` wants.
    let key = DecodingKey::from_rsa_der(&der[24..]);
    assert!(decode::<Value>(&token, &key, &validation()).is_ok());
    assert_eq!(
        api.with_key("").send("GET", "/jwks", None).await.status,
        401
    );
}

#[tokio::test]
async fn after_rotation_old_tokens_have_no_key_any_more() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let old = emulator.sign_in(&user).unwrap().token;
    emulator.rotate_keys().unwrap();
    let new = emulator.sign_in(&user).unwrap().token;
    let jwks = api.get("/jwks").await;
    assert_eq!(verify(&old, &jwks), Err("no such key".to_owned()));
    assert!(verify(&new, &jwks).is_ok());
}

#[tokio::test]
async fn keys_are_built_in_or_fresh_or_given() {
    let kid =
        async |emulator: &Emulator| Api::new(emulator).get("/jwks").await["keys"][0]["kid"].clone();
    let (one, two) = (emulator().await, emulator().await);
    assert_eq!(kid(&one).await, kid(&two).await);
    let fresh = with(Emulator::builder().random_keys()).await;
    assert_ne!(kid(&one).await, kid(&fresh).await);
    let pem = include_str!("../../../test-keys/emulator-test-key.pem");
    let given = with(Emulator::builder().signing_key_pem(pem)).await;
    assert_eq!(kid(&one).await, kid(&given).await);
}

#[tokio::test]
async fn templates_fill_in_what_the_user_has() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body = json!({
        "email_address": ["ada@example.com"], "first_name": "Ada", "last_name": "Lovelace",
        "public_metadata": {"plan": {"seats": 3}}, "private_metadata": {"secret": 1},
    });
    let user = id(&api.post("/users", body).await);
    let claims = json!({
        "aud": "hasura", "email": "{{user.primary_email_address}}", "greeting": "Hello {{user.first_name}} {{user.last_name}}!",
        "seats": "{{user.public_metadata.plan.seats}}", "nick": "{{user.username || 'nobody'}}", "nested": {"id": ["{{user.id}}"]},
        "secret": "{{user.private_metadata.secret}}", "missing": "{{org.id}}",
    });
    api.post(
        "/jwt_templates",
        json!({"name": "hasura", "claims": claims, "lifetime": 300}),
    )
    .await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let path = format!("/sessions/{session}/tokens/hasura");
    let token = api.post(&path, json!({})).await;
    let claims = verify(token["jwt"].as_str().unwrap(), &api.get("/jwks").await).unwrap();
    for (name, expected) in [
        ("aud", json!("hasura")),
        ("email", json!("ada@example.com")),
        ("greeting", json!("Hello Ada Lovelace!")),
        ("seats", json!(3)),
        ("nick", json!("nobody")),
        ("nested", json!({"id": [user]})),
        ("secret", Value::Null),
        ("missing", Value::Null),
        ("sub", json!(user)),
        ("exp", json!(START / 1000 + 300)),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert!(claims.get("sid").is_none());
    let missing = api
        .rejected(
            "POST",
            &format!("/sessions/{session}/tokens/nothing"),
            json!({}),
        )
        .await;
    assert_eq!(missing.0, 404);
    let reserved = api
        .rejected(
            "POST",
            "/jwt_templates",
            json!({"name": "bad", "claims": {"sub": "me"}}),
        )
        .await;
    assert_eq!(reserved, (422, "jwt_template_reserved_claim".to_owned()));
}

#[tokio::test]
async fn templates_sign_with_a_secret_of_their_own() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let template = json!({
        "name": "supabase", "claims": {"role": "authenticated"}, "custom_signing_key": true,
        "signing_algorithm": "HS256", "signing_key": "a secret of the application",
    });
    assert!(
        api.post("/jwt_templates", template)
            .await
            .get("signing_key")
            .is_none()
    );
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let token = api
        .post(&format!("/sessions/{session}/tokens/supabase"), json!({}))
        .await;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(b"a secret of the application").unwrap();
    let claims = decode::<Value>(token["jwt"].as_str().unwrap(), &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(claims["role"], "authenticated");
}

#[tokio::test]
async fn plans_and_their_features_are_in_the_token() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let feature = json!({
        "object": "feature", "id": "feat_1", "name": "Export", "slug": "export", "description": null, "avatar_url": null,
    });
    let plan = emulator
        .insert(
            "billing/plans",
            json!({"name": "Pro", "slug": "pro", "features": [feature]}),
        )
        .unwrap();
    let item = json!({"payer_id": user, "plan_id": id(&plan), "status": "active"});
    emulator.insert("billing/subscription_items", item).unwrap();
    let token = emulator.sign_in(&user).unwrap().token;
    let claims = verify(&token, &api.get("/jwks").await).unwrap();
    assert_eq!(
        (&claims["pla"], &claims["fea"]),
        (&json!("u:pro"), &json!("u:export"))
    );
}
