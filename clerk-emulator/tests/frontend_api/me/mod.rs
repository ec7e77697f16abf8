//! What users do with their own accounts: `/v1/me`.

mod account;
mod contacts;
mod devices;
mod external_accounts;
mod passkeys;
mod second_factors;
mod sessions;

use clerk_emulator::Emulator;
use serde_json::Value;

use crate::browser::{Browser, Reply, backend_get, emulator, user};

/// Ada, signed in to a browser.
pub struct Ada {
    pub emulator: Emulator,
    pub id: String,
    pub browser: Browser,
}

impl Ada {
    pub async fn new() -> Self {
        let emulator = emulator().await;
        let id = user(&emulator, "ada@example.com").await;
        let browser = Browser::signed_in(&emulator, &id).await;
        Self {
            emulator,
            id,
            browser,
        }
    }

    /// What a form returns, without the client beside it.
    pub async fn form(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) -> Value {
        let reply = self.browser.form(method, path, fields).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["response"].clone()
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Value {
        self.form("POST", path, fields).await
    }

    /// The error of a form that is rejected: its status, its code and the parameter that it names.
    pub async fn rejected(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (u16, String, String) {
        let reply = self.browser.form(method, path, fields).await;
        error_of(&reply)
    }

    /// Ada as the Backend API shows her.
    pub async fn backend(&self) -> Value {
        backend_get(&self.emulator, &format!("/users/{}", self.id))
            .await
            .json()
    }

    /// Adds and verifies an address or a number; returns its path.
    pub async fn verified(&mut self, field: &str, value: &str) -> String {
        let (list, strategy) = match field {
            "email_address" => ("/v1/me/email_addresses", "email_code"),
            _ => ("/v1/me/phone_numbers", "phone_code"),
        };
        let contact = self.post(list, &[(field, value)]).await;
        let path = format!("{list}/{}", crate::browser::text(&contact["id"]));
        let prepare = format!("{path}/prepare_verification");
        self.post(&prepare, &[("strategy", strategy)]).await;
        let attempt = format!("{path}/attempt_verification");
        let verified = self.post(&attempt, &[("code", "424242")]).await;
        assert_eq!(verified["verification"]["status"], "verified");
        path
    }
}

pub fn error_of(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    let error = &body["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        reply.status,
        text(&error["code"]),
        text(&error["meta"]["param_name"]),
    )
}

/// An error to compare with.
pub fn error(status: u16, code: &str, parameter: &str) -> (u16, String, String) {
    (status, code.to_owned(), parameter.to_owned())
}
