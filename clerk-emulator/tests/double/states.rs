//! Export and import.

use clerk_emulator::{Clock, Emulator, Seed, StartError};
use serde_json::{Value, json};

use super::http::{Api, START, with};

/// An emulator with something of everything.
async fn full() -> Emulator {
    let emulator = with(Emulator::builder().seed(Seed::demo()).deterministic_ids(7)).await;
    let api = Api::new(&emulator);
    emulator.sign_in("user_ada").unwrap();
    let revoked = emulator.sign_in_to("user_alan", "org_engines").unwrap();
    api.post(
        &format!("/sessions/{}/revoke", revoked.session_id),
        json!({}),
    )
    .await;
    let part = reqwest::multipart::Part::bytes(vec![0, 255, 128])
        .mime_str("image/png")
        .unwrap();
    let url = format!("{}/v1/users/user_ada/profile_image", emulator.url());
    let upload = reqwest::Client::new()
        .post(url)
        .bearer_auth(emulator.secret_key())
        .multipart(reqwest::multipart::Form::new().part("file", part.file_name("ada.png")));
    assert!(upload.send().await.unwrap().status().is_success());
    api.post("/machines", json!({"name": "A"})).await;
    let digest =
        json!({"username": "imported", "password_digest": "$2b$10$x", "password_hasher": "bcrypt"});
    api.post("/users", digest).await;
    emulator
        .insert("billing/plans", json!({"name": "Pro", "slug": "pro"}))
        .unwrap();
    api.delete("/users/user_grace").await;
    emulator
}

async fn with_state(state: Value) -> Emulator {
    with(Emulator::builder().state(state)).await
}

#[tokio::test]
async fn what_is_exported_imports_as_it_was() {
    let first = full().await;
    let exported = first.export().unwrap();
    let second = with_state(exported.clone()).await;
    assert_eq!(second.export().unwrap(), exported);
    let third = with(Emulator::builder()).await;
    third.import(exported.clone()).unwrap();
    assert_eq!(third.export().unwrap(), exported);
}

#[tokio::test]
async fn an_imported_state_answers_as_the_old_one_did() {
    let first = full().await;
    let old = Api::new(&first);
    let second = with_state(first.export().unwrap()).await;
    let new = Api::new(&second);
    for path in [
        "/users/user_ada",
        "/users?order_by=-created_at",
        "/sessions?user_id=user_alan",
        "/clients",
        "/organizations/org_bletchley/memberships",
        "/users/user_ada/organization_memberships",
        "/organization_roles",
        "/machines",
        "/billing/plans",
        "/instance",
    ] {
        let text = |reply: Value, emulator: &Emulator| {
            reply.to_string().replace(emulator.url(), "http://emulator")
        };
        let before = text(old.get(path).await, &first);
        assert_eq!(text(new.get(path).await, &second), before, "{path}");
    }
    let password = json!({"password": "424242-emulator"});
    let verified = new.post("/users/user_ada/verify_password", password).await;
    assert_eq!(verified["verified"], true);
    let ada = new.get("/users/user_ada").await;
    let image = reqwest::get(ada["image_url"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(image.bytes().await.unwrap().as_ref(), [0, 255, 128]);
    // What finds users works, and no id is given twice.
    let taken = json!({"email_address": ["ada@example.com"]});
    assert_eq!(new.rejected("POST", "/users", taken).await.0, 422);
    let mary = new.user("mary@example.com").await;
    assert_eq!(
        old.rejected("GET", &format!("/users/{mary}"), Value::Null)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn tokens_of_before_are_good_after() {
    let first = full().await;
    let signed_in = first.sign_in("user_ada").unwrap();
    let second = with_state(first.export().unwrap()).await;
    let body = json!({"token": signed_in.client_token});
    let client = Api::new(&second).post("/clients/verify", body).await;
    assert_eq!(client["id"], signed_in.client_id.as_str());
}

#[tokio::test]
async fn what_is_no_state_is_refused_and_changes_nothing() {
    let emulator = full().await;
    let exported = emulator.export().unwrap();
    let mut newer = exported.clone();
    newer["version"] = 2.into();
    let mut strange = exported.clone();
    strange["state"]["secrets"] = json!({});
    let mut broken = exported.clone();
    broken["state"]["sessions"]["sessions"][0][1]["status"] = "dozing".into();
    let mut numberless = exported.clone();
    numberless["ids"] = "many".into();
    for (wrong, expected) in [
        (json!(null), "it is no object"),
        (json!({}), "version null"),
        (newer, "version 2"),
        (strange, "secrets"),
        (broken, "no session has this status"),
        (numberless, "ids is no number"),
    ] {
        let error = emulator.import(wrong.clone()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let rejected = Emulator::builder().state(wrong).start().await;
        assert!(matches!(rejected, Err(StartError::State(_))));
    }
    assert_eq!(emulator.export().unwrap(), exported);
}

#[tokio::test]
async fn a_reset_with_deterministic_ids_gives_the_same_ids_again() {
    let builder = Emulator::builder().deterministic_ids(7).seed(Seed::demo());
    let emulator = builder.clock(Clock::fixed(START)).start().await.unwrap();
    let without_salts = |mut state: Value| {
        for user in state["state"]["users"]["users"].as_array_mut().unwrap() {
            user[1]["password"] = Value::Null;
        }
        state
    };
    let before = without_salts(emulator.export().unwrap());
    Api::new(&emulator).user("mary@example.com").await;
    emulator.reset().unwrap();
    assert_eq!(without_salts(emulator.export().unwrap()), before);
}
