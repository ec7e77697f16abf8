//! Organizations by their members.

mod domains;
mod enterprise;
mod invitations;
mod life;
mod members;

use clerk_emulator::Emulator;
use serde_json::{Value, json};

use crate::browser::{Browser, Reply, backend, emulator, organization, text, user};

/// An emulator with Ada, who administers an organization, and Grace, who is a plain member of it.
pub struct Team {
    pub emulator: Emulator,
    pub ada: String,
    pub grace: String,
    pub engines: String,
    pub hers: Browser,
    pub graces: Browser,
}

impl Team {
    pub async fn start() -> Self {
        let emulator = emulator().await;
        let ada = user(&emulator, "ada@example.com").await;
        let grace = user(&emulator, "grace@example.com").await;
        let engines = organization(&emulator, &ada, "Engines").await;
        let member = json!({"user_id": grace, "role": "org:member"});
        let path = format!("/organizations/{engines}/memberships");
        backend(&emulator, &path, member).await;
        let hers = Browser::signed_in(&emulator, &ada).await;
        let graces = Browser::signed_in(&emulator, &grace).await;
        Self {
            emulator,
            ada,
            grace,
            engines,
            hers,
            graces,
        }
    }

    /// The path of something in the organization.
    pub fn path(&self, below: &str) -> String {
        format!("/v1/organizations/{}{below}", self.engines)
    }
}

/// What a reply says beside the client.
pub fn response(reply: &Reply) -> Value {
    assert!(reply.status < 300, "{reply:?}");
    reply.json()["response"].clone()
}

/// Why a request is rejected: the status and the code.
pub fn rejection(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

pub fn rejected(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The parameter that a rejection names.
pub fn named(reply: &Reply) -> String {
    text(&reply.json()["errors"][0]["meta"]["param_name"])
}
