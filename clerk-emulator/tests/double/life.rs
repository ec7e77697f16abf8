//! The events of a life, in order, each as Clerk's document and clerk-sdk have it.

use std::sync::LazyLock;
use std::time::Duration;

use clerk_emulator::Emulator;
use serde_json::{Map, Value, json};

use super::browser::{Browser, PASSWORD};
use super::http::{Api, START, id, with};
use super::receiver::{Receiver, SECRET};

static DOCUMENT: LazyLock<Option<Value>> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/webhooks.json");
    // Not part of the package.
    let text = std::fs::read_to_string(path).ok()?;
    Some(json_schema(&serde_json::from_str(&text).unwrap()))
});

/// Converts what OpenAPI 3.0 writes otherwise than JSON Schema; closed parts of `allOf` would reject what the other parts require.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(json_schema).collect(),
        Value::Object(fields) => {
            let mut out: Map<String, Value> = fields
                .iter()
                .map(|(name, value)| (name.clone(), json_schema(value)))
                .collect();
            if out.get("additionalProperties") == Some(&json!(false)) {
                out.remove("additionalProperties");
            }
            if out.get("nullable") == Some(&json!(true)) {
                out.remove("nullable");
                return json!({"anyOf": [out, {"type": "null"}]});
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

fn problems(body: &Value) -> Vec<String> {
    let Some(document) = &*DOCUMENT else {
        return Vec::new();
    };
    let kind = body["type"].as_str().unwrap();
    let schema = &document["x-webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]
        ["schema"];
    assert!(!schema.is_null(), "the document has no {kind}");
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&root).unwrap();
    validator
        .iter_errors(body)
        .map(|error| format!("{kind}{}: {error}", error.instance_path()))
        .collect()
}

struct Stage {
    emulator: Emulator,
    api: Api,
    receiver: Receiver,
}

impl Stage {
    async fn new() -> Self {
        let receiver = Receiver::start().await;
        let emulator = with(Emulator::builder().webhook(&receiver.url, SECRET)).await;
        let api = Api::new(&emulator);
        Self {
            emulator,
            api,
            receiver,
        }
    }

    /// A millisecond later.
    fn tick(&self) {
        self.emulator.clock().advance(Duration::from_millis(1));
    }

    /// Checks all events and returns their types.
    async fn told(&self) -> Vec<String> {
        self.emulator.webhooks_settled().await;
        for event in self.receiver.events(SECRET, START) {
            assert_eq!(event.decode_error, None, "{}: {}", event.kind, event.raw);
        }
        let bodies = self.receiver.bodies();
        let wrong: Vec<String> = bodies.iter().flat_map(problems).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        self.receiver.kinds()
    }

    fn last(&self) -> Value {
        self.receiver.bodies().last().unwrap()["data"].clone()
    }
}

#[tokio::test]
async fn of_a_user() {
    let stage = Stage::new().await;
    let api = &stage.api;
    let ada = api.user("ada@example.com").await;
    stage.tick();
    api.patch(&format!("/users/{ada}"), json!({"first_name": "Ada"}))
        .await;
    stage.tick();
    api.patch(
        &format!("/users/{ada}/metadata"),
        json!({"public_metadata": {"a": 1}}),
    )
    .await;
    let session = id(&api.post("/sessions", json!({"user_id": ada})).await);
    api.post(&format!("/sessions/{session}/revoke"), json!({}))
        .await;
    let second = stage.emulator.sign_in(&ada).unwrap();
    api.post(&format!("/users/{ada}/ban"), json!({})).await;
    api.post(&format!("/users/{ada}/unban"), json!({})).await;
    let third = stage.emulator.sign_in(&ada).unwrap();
    api.delete(&format!("/users/{ada}")).await;
    assert_eq!(
        stage.told().await,
        [
            "user.created",
            "user.updated",
            "user.updated",
            "session.created",
            "session.revoked",
            "session.created",
            "session.revoked",
            "user.updated",
            "user.updated",
            "session.created",
            "user.deleted",
            "session.removed",
        ]
    );
    let bodies = stage.receiver.bodies();
    assert_eq!(bodies[1]["data"]["first_name"], "Ada");
    assert_eq!(bodies[4]["data"]["status"], "revoked");
    assert_eq!(bodies[6]["data"]["id"], second.session_id.as_str());
    assert_eq!(
        bodies[10]["data"],
        json!({"object": "user", "id": ada, "deleted": true})
    );
    assert_eq!(stage.last()["id"], third.session_id.as_str());
    assert_eq!(stage.last()["user"]["id"], ada.as_str());
}

#[tokio::test]
async fn of_an_organization() {
    let stage = Stage::new().await;
    let api = &stage.api;
    let ada = api.user("ada@example.com").await;
    let alan = api.user("alan@example.com").await;
    let organization = api
        .post(
            "/organizations",
            json!({"name": "Engines", "created_by": ada}),
        )
        .await;
    let at = format!("/organizations/{}", id(&organization));
    stage.tick();
    api.patch(&at, json!({"name": "Analytical Engines"})).await;
    let member = json!({"user_id": alan, "role": "org:member"});
    api.post(&format!("{at}/memberships"), member).await;
    stage.tick();
    let admin = json!({"role": "org:admin"});
    api.patch(&format!("{at}/memberships/{alan}"), admin).await;
    let invitation = json!({"email_address": "grace@example.com", "role": "org:member"});
    let invitation = id(&api.post(&format!("{at}/invitations"), invitation).await);
    api.post(
        &format!("{at}/invitations/{invitation}/revoke"),
        json!({"requesting_user_id": ada}),
    )
    .await;
    let silent =
        json!({"email_address": "mary@example.com", "role": "org:member", "notify": false});
    api.post(&format!("{at}/invitations"), silent).await;
    let domain = json!({"name": "engines.example", "enrollment_mode": "automatic_invitation"});
    let domain = id(&api.post(&format!("{at}/domains"), domain).await);
    stage.tick();
    let mode = json!({"enrollment_mode": "manual_invitation"});
    api.patch(&format!("{at}/domains/{domain}"), mode).await;
    api.delete(&format!("{at}/domains/{domain}")).await;
    api.delete(&format!("{at}/memberships/{alan}")).await;
    api.delete(&at).await;
    assert_eq!(
        stage.told().await,
        [
            "user.created",
            "user.created",
            "organization.created",
            "organizationMembership.created",
            "organization.updated",
            "organizationMembership.created",
            "organizationMembership.updated",
            "organizationInvitation.created",
            "email.created",
            "organizationInvitation.revoked",
            "organizationInvitation.created",
            "organizationDomain.created",
            "organizationDomain.updated",
            "organizationDomain.deleted",
            "organizationMembership.deleted",
            "organization.deleted",
            "organizationMembership.deleted",
        ]
    );
    // Deleted, with events for everything that it had.
    assert_eq!(stage.last()["organization"]["name"], "Analytical Engines");
    assert_eq!(stage.last()["public_user_data"]["user_id"], ada.as_str());
}

#[tokio::test]
async fn of_a_member_that_is_deleted() {
    let stage = Stage::new().await;
    let api = &stage.api;
    let ada = api.user("ada@example.com").await;
    let body = json!({"name": "Engines", "created_by": ada});
    api.post("/organizations", body).await;
    api.delete(&format!("/users/{ada}")).await;
    let told = stage.told().await;
    assert_eq!(
        told[3..],
        ["user.deleted", "organizationMembership.deleted"]
    );
    let member = stage.last();
    assert_eq!(member["public_user_data"]["identifier"], "ada@example.com");
}

#[tokio::test]
async fn of_roles_and_permissions() {
    let stage = Stage::new().await;
    let api = &stage.api;
    let permission =
        json!({"key": "org:reports:read", "name": "Read reports", "description": "Reads."});
    let permission = id(&api.post("/organization_permissions", permission).await);
    let role = json!({"key": "org:auditor", "name": "Auditor", "description": "Looks.", "permissions": [permission]});
    let role = id(&api.post("/organization_roles", role).await);
    stage.tick();
    api.patch(
        &format!("/organization_roles/{role}"),
        json!({"name": "Reviser"}),
    )
    .await;
    stage.tick();
    api.patch(
        &format!("/organization_permissions/{permission}"),
        json!({"name": "Read all"}),
    )
    .await;
    api.delete(&format!("/organization_roles/{role}")).await;
    api.delete(&format!("/organization_permissions/{permission}"))
        .await;
    assert_eq!(
        stage.told().await,
        [
            "permission.created",
            "role.created",
            "role.updated",
            "permission.updated",
            "role.deleted",
            "permission.deleted",
        ]
    );
}

#[tokio::test]
async fn of_waiting_invitations_and_codes() {
    let stage = Stage::new().await;
    let api = &stage.api;
    let entry = json!({"email_address": "ada@example.com"});
    let entry = id(&api.post("/waitlist_entries", entry).await);
    stage.tick();
    api.post(&format!("/waitlist_entries/{entry}/invite"), json!({}))
        .await;
    let body = json!({"email_address": "alan@example.com", "notify": false});
    api.post("/invitations", body).await;
    let grace = api.user("grace@example.com").await;
    let body = json!({"user_id": grace, "email_address": "hopper@example.com"});
    let email = id(&api.post("/email_addresses", body).await);
    api.post(
        &format!("/email_addresses/{email}/prepare_verification"),
        json!({"strategy": "email_code"}),
    )
    .await;
    let body = json!({"user_id": grace, "phone_number": "+15555550123"});
    let phone = id(&api.post("/phone_numbers", body).await);
    api.post(
        &format!("/phone_numbers/{phone}/prepare_verification"),
        json!({"strategy": "phone_code"}),
    )
    .await;
    let told = stage.told().await;
    assert_eq!(told[0], "waitlistEntry.created");
    assert!(
        told.contains(&"waitlistEntry.updated".to_owned()),
        "{told:?}"
    );
    let bodies = stage.receiver.bodies();
    let of = |kind: &str| -> Vec<&Value> {
        bodies
            .iter()
            .filter(|body| body["type"] == kind)
            .map(|body| &body["data"])
            .collect()
    };
    let emails = of("email.created");
    assert_eq!(emails.len(), 2, "{told:?}");
    assert_eq!(emails[0]["slug"], "invitation");
    assert_eq!(emails[0]["to_email_address"], "ada@example.com");
    assert_eq!(emails[1]["slug"], "verification_code");
    assert_eq!(emails[1]["data"]["otp_code"], "424242");
    assert_eq!(emails[1]["email_address_id"], email.as_str());
    let texts = of("sms.created");
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0]["to_phone_number"], "+15555550123");
}

#[tokio::test]
async fn of_a_browser() {
    let stage = Stage::new().await;
    let mut browser = Browser::new(&stage.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let body = json!({"email_address": "ada@example.com", "password": PASSWORD});
    let begun = browser.post("/v1/client/sign_ups", body).await.json();
    let path = format!("/v1/client/sign_ups/{}", id(&begun["response"]));
    let code = json!({"strategy": "email_code", "code": "424242"});
    let strategy = json!({"strategy": "email_code"});
    browser
        .post(&format!("{path}/prepare_verification"), strategy)
        .await;
    browser
        .post(&format!("{path}/attempt_verification"), code.clone())
        .await;
    browser.delete("/v1/client/sessions").await;
    let body = json!({"identifier": "ada@example.com", "strategy": "email_code"});
    let begun = browser.post("/v1/client/sign_ins", body).await.json();
    let path = format!("/v1/client/sign_ins/{}", id(&begun["response"]));
    browser
        .post(&format!("{path}/attempt_first_factor"), code)
        .await;
    let told = stage.told().await;
    assert_eq!(
        told,
        [
            "email.created",
            "user.created",
            "session.created",
            told[3].as_str(),
            "email.created",
            "session.created",
        ]
    );
    assert!(["session.ended", "session.removed"].contains(&told[3].as_str()));
}

#[tokio::test]
async fn of_a_subscription_item() {
    let stage = Stage::new().await;
    let ada = stage.api.user("ada@example.com").await;
    let insert = |collection: &str, document: Value| {
        let made = stage.emulator.insert(collection, document).unwrap();
        id(&made)
    };
    let plan = insert("billing/plans", json!({"name": "Pro", "slug": "pro"}));
    let item = insert(
        "billing/subscription_items",
        json!({"payer_id": ada, "plan_id": plan, "status": "active"}),
    );
    stage.tick();
    stage
        .api
        .delete(&format!("/billing/subscription_items/{item}"))
        .await;
    assert_eq!(
        stage.told().await,
        [
            "user.created",
            "subscriptionItem.active",
            "subscriptionItem.canceled",
        ]
    );
    let bodies = stage.receiver.bodies();
    assert_eq!(bodies[1]["data"]["plan"]["slug"], "pro");
    assert_eq!(stage.last()["payer"]["email"], "ada@example.com");
}
