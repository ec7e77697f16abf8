//! The recipes of the pages do what the pages say, and the pages have them as they are tested.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

#[path = "../code/inbox.rs"]
mod inbox;
#[path = "../code/notes.rs"]
mod notes;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use clerk_emulator::{Clock, DeliveryState, Emulator, Seed};
use clerk_sdk::webhooks::Webhooks;
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use inbox::{Database, DatabaseError, Person};
use serde_json::{Value, json};

#[test]
fn pages_have_the_code_that_is_tested() {
    for (page, code) in [
        (
            include_str!("../webhooks.md"),
            include_str!("../code/inbox.rs"),
        ),
        (
            include_str!("../server-rendered-pages.md"),
            include_str!("../code/notes.rs"),
        ),
    ] {
        assert!(
            page.contains(&format!("```rust\n{code}```\n")),
            "a page lacks this:\n{code}"
        );
    }
}

/// Tables in memory, each of whose methods is one transaction.
#[derive(Default)]
struct Tables {
    inbox: Mutex<HashSet<String>>,
    people: Mutex<BTreeMap<String, Person>>,
    is_down: Mutex<bool>,
}

impl Tables {
    fn upsert(&self, person: Person) {
        let mut people = self.people.lock().unwrap();
        let is_older = people
            .get(&person.id)
            .is_some_and(|kept| kept.changed_at > person.changed_at);
        if !is_older {
            people.insert(person.id.clone(), person);
        }
    }

    fn names(&self) -> Vec<String> {
        let people = self.people.lock().unwrap();
        people
            .values()
            .filter(|person| !person.is_deleted)
            .map(|person| person.name.clone())
            .collect()
    }
}

impl Database for Tables {
    async fn receive(&self, message_id: &str, person: Person) -> Result<(), DatabaseError> {
        if *self.is_down.lock().unwrap() {
            return Err("the database is down".into());
        }
        if self.inbox.lock().unwrap().insert(message_id.to_owned()) {
            self.upsert(person);
        }
        Ok(())
    }

    async fn keep(&self, person: Person) -> Result<(), DatabaseError> {
        self.upsert(person);
        Ok(())
    }

    async fn ids(&self) -> Result<Vec<String>, DatabaseError> {
        let people = self.people.lock().unwrap();
        Ok(people
            .values()
            .filter(|person| !person.is_deleted)
            .map(|person| person.id.clone())
            .collect())
    }
}

async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn clerk(emulator: &Emulator) -> Clerk {
    let time = emulator.clock().clone();
    let options = ClerkOptions::new()
        .webhook_signing_secret(emulator.webhook_secret())
        .clock(clerk_sdk::Clock::from_fn(move || time.now()));
    Clerk::with_environment(options, Environment::from_iter(emulator.environment())).unwrap()
}

#[tokio::test]
async fn the_inbox_follows_users_and_is_made_right_after_an_outage() {
    let emulator = Emulator::builder().start().await.unwrap();
    let (clerk, tables) = (clerk(&emulator), Arc::new(Tables::default()));
    let url = serve(inbox::router(clerk.clone(), Arc::clone(&tables))).await;
    let users = clerk.users();
    // From before the webhook: only the list has her.
    let grace = users
        .create_user()
        .first_name("Grace")
        .email_address(["grace@example.com"])
        .await
        .unwrap();
    emulator.add_webhook(&format!("{url}/webhooks")).unwrap();

    let ada = users
        .create_user()
        .first_name("Ada")
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    let alan = users
        .create_user()
        .first_name("Alan")
        .email_address(["alan@example.com"])
        .await
        .unwrap();
    users
        .update_user(&ada.id)
        .last_name("Lovelace")
        .await
        .unwrap();
    users.delete_user(&alan.id).await.unwrap();
    emulator.webhooks_settled().await;
    assert!(
        emulator
            .deliveries()
            .iter()
            .all(|one| one.state == DeliveryState::Delivered)
    );
    assert_eq!(tables.names(), ["Ada Lovelace"]);

    inbox::reconcile(&clerk, &*tables).await.unwrap();
    let mut names = tables.names();
    names.sort();
    assert_eq!(names, ["Ada Lovelace", "Grace"]);

    // A deletion that was missed.
    tables
        .people
        .lock()
        .unwrap()
        .get_mut(&alan.id)
        .unwrap()
        .is_deleted = false;
    inbox::reconcile(&clerk, &*tables).await.unwrap();
    assert!(tables.people.lock().unwrap()[&alan.id].is_deleted);
    assert!(!tables.people.lock().unwrap()[&grace.id].is_deleted);
}

/// Sends an event as Clerk does, and returns the status of the response.
async fn send(url: &str, secret: &str, message_id: &str, event: &Value) -> u16 {
    let body = event.to_string();
    let headers = Webhooks::new(secret)
        .unwrap()
        .sign(message_id, body.as_bytes());
    let request = headers.into_iter().fold(
        reqwest::Client::new().post(url),
        |request, (name, value)| request.header(name, value),
    );
    request.body(body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_inbox_takes_repeated_late_and_failed_events() {
    let emulator = Emulator::builder().start().await.unwrap();
    let (clerk, tables) = (clerk(&emulator), Arc::new(Tables::default()));
    let url = serve(inbox::router(clerk.clone(), Arc::clone(&tables))).await + "/webhooks";
    let secret = emulator.webhook_secret();
    // The documented form of a user, from the emulator.
    let ada = clerk
        .users()
        .create_user()
        .first_name("Ada")
        .email_address(["ada@example.com"]);
    let ada = ada.json().await.unwrap().into_body();
    let event = |kind: &str, name: &str, at: i64| {
        let mut user = ada.clone();
        user["first_name"] = name.into();
        user["updated_at"] = at.into();
        json!({ "type": kind, "object": "event", "data": user })
    };
    let deleted = json!({ "type": "user.deleted", "object": "event", "data": { "id": ada["id"], "object": "user", "deleted": true } });

    *tables.is_down.lock().unwrap() = true;
    assert_eq!(
        send(&url, &secret, "msg_1", &event("user.created", "Ada", 100)).await,
        503
    );
    *tables.is_down.lock().unwrap() = false;
    assert_eq!(
        send(&url, &secret, "msg_1", &event("user.created", "Ada", 100)).await,
        204
    );
    assert_eq!(
        send(
            &url,
            &secret,
            "msg_3",
            &event("user.updated", "Countess", 300)
        )
        .await,
        204
    );
    // Late, and again.
    assert_eq!(
        send(
            &url,
            &secret,
            "msg_2",
            &event("user.updated", "Augusta", 200)
        )
        .await,
        204
    );
    assert_eq!(
        send(&url, &secret, "msg_1", &event("user.created", "Ada", 900)).await,
        204
    );
    assert_eq!(tables.names(), ["Countess"]);
    // What comes after a deletion was before it.
    assert_eq!(send(&url, &secret, "msg_5", &deleted).await, 204);
    assert_eq!(
        send(
            &url,
            &secret,
            "msg_4",
            &event("user.updated", "Countess of Lovelace", 400)
        )
        .await,
        204
    );
    assert!(tables.names().is_empty());
    // Not for the inbox, and not from Clerk.
    let session = json!({ "type": "role.deleted", "object": "event", "data": { "id": "role_1", "object": "role", "deleted": true } });
    assert_eq!(send(&url, &secret, "msg_6", &session).await, 204);
    assert_eq!(
        send(&url, "whsec_c29tZWJvZHkgZWxzZQ==", "msg_7", &deleted).await,
        400
    );
}

#[tokio::test]
async fn a_form_that_is_sent_after_a_minute_comes_back_with_its_input() {
    let clock = Clock::fixed(1_750_000_000_000);
    let emulator = Emulator::builder()
        .seed(Seed::demo())
        .clock(clock.clone())
        .start()
        .await
        .unwrap();
    let url = serve(notes::router(clerk(&emulator)).unwrap()).await;
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let cookies = |token: &str| format!("__session={token}; __client_uat=1; __clerk_db_jwt=dvb_1");
    let post = async |token: &str, site: &str| {
        let request = http
            .post(format!("{url}/notes"))
            .header("cookie", cookies(token))
            .header("sec-fetch-site", site);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body("text=a+%3Cb%3E+%26+c").send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let get = async |token: &str| {
        let request = http
            .get(format!("{url}/renew"))
            .header("cookie", cookies(token));
        request
            .header("accept", "text/html")
            .header("sec-fetch-dest", "document")
            .send()
            .await
            .unwrap()
    };

    let ada = emulator.sign_in("user_ada").unwrap();
    assert_eq!(post(&ada.token, "same-origin").await.0, 303);
    assert_eq!(post(&ada.token, "same-site").await.0, 403);
    assert_eq!(get(&ada.token).await.status(), 200);

    clock.advance(Duration::from_secs(65));
    let (status, page) = post(&ada.token, "same-origin").await;
    assert_eq!(status, 401);
    assert!(
        page.contains("<textarea name=\"text\">a &lt;b&gt; &amp; c</textarea>"),
        "{page}"
    );
    assert!(page.contains("href=\"/renew\""));
    // The link is a page load, which goes by Clerk.
    let renewing = get(&ada.token).await;
    assert_eq!(renewing.status(), 307);
    let location = renewing.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with(&format!("{}/v1/client/handshake", emulator.url())),
        "{location}"
    );

    let again = emulator.sign_in("user_ada").unwrap();
    assert_eq!(post(&again.token, "same-origin").await.0, 303);
}
