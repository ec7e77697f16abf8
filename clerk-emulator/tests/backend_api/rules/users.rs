use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Api, START, emulator, id};

#[tokio::test]
async fn identifiers_are_unique() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body = json!({
        "email_address": ["ada@example.com"], "username": "ada_l", "phone_number": ["+15555550100"], "external_id": "42",
    });
    let ada = id(&api.post("/users", body).await);
    for body in [
        json!({"email_address": ["ADA@example.com"]}),
        json!({"username": "Ada_L"}),
        json!({"phone_number": ["+15555550100"]}),
        json!({"username": "another", "external_id": "42"}),
        json!({"email_address": ["b@example.com", "b@example.com"]}),
    ] {
        let rejected = api.rejected("POST", "/users", body.clone()).await;
        assert_eq!(
            rejected,
            (422, "form_identifier_exists".to_owned()),
            "{body}"
        );
    }
    // What a deleted user had is free again.
    assert_eq!(
        api.delete(&format!("/users/{ada}")).await["external_id"],
        "42"
    );
    api.user("ada@example.com").await;
}

#[tokio::test]
async fn a_user_needs_something_that_identifies_it() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let rejected = api
        .rejected("POST", "/users", json!({"first_name": "Ada"}))
        .await;
    assert_eq!(rejected, (422, "form_data_missing".to_owned()));
}

#[tokio::test]
async fn metadata_is_merged_by_patch_and_replaced_by_put() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let path = format!("/users/{user}/metadata");
    api.patch(
        &path,
        json!({"public_metadata": {"a": {"b": 1, "c": 2}}, "private_metadata": {"keep": true}}),
    )
    .await;
    let merged = api
        .patch(
            &path,
            json!({"public_metadata": {"a": {"b": null}, "d": 3}}),
        )
        .await;
    assert_eq!(merged["public_metadata"], json!({"a": {"c": 2}, "d": 3}));
    let replaced = api
        .put(&path, json!({"public_metadata": {"only": 1}}))
        .await;
    assert_eq!(replaced["public_metadata"], json!({"only": 1}));
    assert_eq!(replaced["private_metadata"], json!({"keep": true}));
}

#[tokio::test]
async fn null_clears_a_field_and_silence_keeps_it() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body =
        json!({"email_address": ["ada@example.com"], "first_name": "Ada", "last_name": "Byron"});
    let user = id(&api.post("/users", body).await);
    let changed = api
        .patch(&format!("/users/{user}"), json!({"first_name": null}))
        .await;
    assert_eq!(
        (&changed["first_name"], &changed["last_name"]),
        (&Value::Null, &json!("Byron"))
    );
}

#[tokio::test]
async fn banning_revokes_sessions_and_stops_sign_in() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let browser = emulator.sign_in(&user).unwrap();
    assert_eq!(
        api.post(&format!("/users/{user}/ban"), json!({})).await["banned"],
        true
    );
    assert_eq!(
        api.get(&format!("/sessions/{}", browser.session_id)).await["status"],
        "revoked"
    );
    assert!(emulator.sign_in(&user).is_err());
    assert_eq!(
        api.rejected("POST", "/sessions", json!({"user_id": user}))
            .await
            .0,
        400
    );
    api.post("/users/unban", json!({"user_ids": [user]})).await;
    assert!(emulator.sign_in(&user).is_ok());
}

#[tokio::test]
async fn who_may_not_sign_in_gets_no_session_in_any_way() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    for (verb, code) in [("ban", "user_banned"), ("lock", "user_locked")] {
        let user = api.user(&format!("{verb}@example.com")).await;
        api.post(&format!("/users/{user}/{verb}"), json!({})).await;
        let session = json!({"user_id": user});
        let rejected = api.rejected("POST", "/sessions", session).await;
        assert_eq!(rejected, (400, code.to_owned()));
        assert!(emulator.sign_in(&user).is_err());
        let ticket = json!({"user_id": user});
        let ticket = api.post("/sign_in_tokens", ticket).await;
        let accept = reqwest::get(ticket["url"].as_str().unwrap()).await.unwrap();
        assert_eq!(accept.status(), 403);
    }
}

#[tokio::test]
async fn passwords_verify_and_their_digests_as_well() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let created = api
        .post(
            "/users",
            json!({"username": "ada_l", "password": "correct horse"}),
        )
        .await;
    assert_eq!(created["password_enabled"], true);
    let path = format!("/users/{}/verify_password", id(&created));
    assert_eq!(
        api.post(&path, json!({"password": "correct horse"})).await["verified"],
        true
    );
    let wrong = api
        .rejected("POST", &path, json!({"password": "battery staple"}))
        .await;
    assert_eq!(wrong, (422, "incorrect_password".to_owned()));
    let short = api
        .rejected(
            "POST",
            "/users",
            json!({"username": "short", "password": "1234567"}),
        )
        .await;
    assert_eq!(short.1, "form_password_length_too_short");
    // Of the password `lètmein`, as Django's tests have it.
    let digest = "pbkdf2_sha256$1000000$seasalt$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps=";
    let body = json!({"username": "django", "password_digest": digest, "password_hasher": "pbkdf2_sha256"});
    let django = id(&api.post("/users", body).await);
    let verified = api
        .post(
            &format!("/users/{django}/verify_password"),
            json!({"password": "lètmein"}),
        )
        .await;
    assert_eq!(verified["verified"], true);
}

#[tokio::test]
async fn one_time_codes_are_those_of_now_and_backup_codes_work_once() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let body = json!({"username": "ada_l", "totp_secret": secret, "backup_codes": ["spare"]});
    let user = id(&api.post("/users", body).await);
    let path = format!("/users/{user}/verify_totp");
    emulator.clock().set(1_111_111_109_000);
    assert_eq!(
        api.post(&path, json!({"code": "081804"})).await["code_type"],
        "totp"
    );
    emulator.clock().advance(Duration::from_secs(120));
    assert_eq!(
        api.rejected("POST", &path, json!({"code": "081804"}))
            .await
            .0,
        422
    );
    assert_eq!(
        api.post(&path, json!({"code": "spare"})).await["code_type"],
        "backup_code"
    );
    assert_eq!(
        api.rejected("POST", &path, json!({"code": "spare"}))
            .await
            .1,
        "form_code_incorrect"
    );
    api.delete(&format!("/users/{user}/mfa")).await;
    assert_eq!(
        api.get(&format!("/users/{user}")).await["two_factor_enabled"],
        false
    );
}

#[tokio::test]
async fn an_address_becomes_primary_once_it_is_verified() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let email = api
        .post(
            "/email_addresses",
            json!({"user_id": user, "email_address": "new@example.com"}),
        )
        .await;
    assert_eq!(email["verification"], Value::Null);
    let email = id(&email);
    let primary = json!({"primary_email_address_id": email});
    assert_eq!(
        api.rejected("PATCH", &format!("/users/{user}"), primary.clone())
            .await
            .0,
        422
    );
    let path = format!("/email_addresses/{email}");
    let verification = id(&api
        .post(&format!("{path}/prepare_verification"), json!({}))
        .await);
    let attempt = |code: &str| json!({"verification_id": verification, "code": code});
    assert_eq!(
        api.rejected(
            "POST",
            &format!("{path}/attempt_verification"),
            attempt("000000")
        )
        .await
        .1,
        "form_code_incorrect"
    );
    let verified = api
        .post(&format!("{path}/attempt_verification"), attempt("424242"))
        .await;
    assert_eq!(verified["status"], "verified");
    let changed = api.patch(&format!("/users/{user}"), primary).await;
    assert_eq!(changed["primary_email_address_id"], email.as_str());
    // Without it, the other verified one takes its place; the last one stays.
    api.delete(&path).await;
    let left = api.get(&format!("/users/{user}")).await;
    assert_eq!(
        left["primary_email_address_id"],
        left["email_addresses"][0]["id"]
    );
    let last = format!("/email_addresses/{}", id(&left["email_addresses"][0]));
    assert_eq!(api.rejected("DELETE", &last, Value::Null).await.0, 400);
}

#[tokio::test]
async fn deleting_a_user_deletes_what_hangs_on_it() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let browser = emulator.sign_in(&user).unwrap();
    let organization = id(&api
        .post(
            "/organizations",
            json!({"name": "Acme", "created_by": user}),
        )
        .await);
    api.delete(&format!("/users/{user}")).await;
    assert_eq!(
        api.rejected("GET", &format!("/users/{user}"), Value::Null)
            .await
            .1,
        "resource_not_found"
    );
    assert_eq!(
        api.rejected(
            "GET",
            &format!("/sessions/{}", browser.session_id),
            Value::Null
        )
        .await
        .0,
        404
    );
    let members = api
        .get(&format!("/organizations/{organization}/memberships"))
        .await;
    assert_eq!(members["total_count"], 0);
}

#[tokio::test]
async fn an_uploaded_image_is_served_at_its_url() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let http = reqwest::Client::new();
    let boundary = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nbytes\r\n--b--\r\n";
    let request = http
        .post(format!("{}/v1/users/{user}/profile_image", emulator.url()))
        .bearer_auth(emulator.secret_key())
        .header("content-type", "multipart/form-data; boundary=b")
        .body(boundary);
    let shown = crate::http::reply(request).await.body;
    assert_eq!(shown["has_image"], true);
    let image = reqwest::get(shown["image_url"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(image.headers()["content-type"], "image/png");
    assert_eq!(image.bytes().await.unwrap(), "bytes");
    let without = api.delete(&format!("/users/{user}/profile_image")).await;
    assert_eq!(without["has_image"], false);
    assert!(
        reqwest::get(without["image_url"].as_str().unwrap())
            .await
            .unwrap()
            .status()
            .is_success()
    );
}

#[tokio::test]
async fn a_given_time_of_creation_is_kept() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body = json!({"username": "early", "created_at": "2020-01-01T00:00:00Z"});
    assert_eq!(
        api.post("/users", body).await["created_at"],
        1_577_836_800_000_i64
    );
    assert_eq!(
        api.post("/users", json!({"username": "later"})).await["created_at"],
        START
    );
    let wrong = api
        .rejected(
            "POST",
            "/users",
            json!({"username": "never", "created_at": "yesterday"}),
        )
        .await;
    assert_eq!(wrong.1, "form_param_format_invalid");
}
