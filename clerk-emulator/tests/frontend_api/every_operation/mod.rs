//! All operations of the Frontend API's document through HTTP: each response validates against the document, bad input is
//! rejected with the parameter's name, and nothing fails.

mod billing;
mod connections;
mod oauth;
mod organizations;
mod rejections;
mod signing;
mod users;
mod visitors;

use std::collections::BTreeSet;

use clerk_emulator::Emulator;
use serde_json::{Value, json};

use crate::browser::{Browser, Reply, backend, backend_with, emulator, organization, text, user};
use crate::oracle::{FRONTEND_API, Operation, operations};

/// An emulator with two people, the organization of one of them, and what was seen of its responses.
pub struct Tour {
    pub emulator: Emulator,
    pub ada: String,
    pub grace: String,
    pub engines: String,
    called: BTreeSet<&'static str>,
    failures: BTreeSet<String>,
}

impl Tour {
    async fn start() -> Self {
        let emulator = emulator().await;
        let ada = user(&emulator, "ada@example.com").await;
        let grace = user(&emulator, "grace@example.com").await;
        let engines = organization(&emulator, &ada, "Engines").await;
        Self {
            emulator,
            ada,
            grace,
            engines,
            called: BTreeSet::new(),
            failures: BTreeSet::new(),
        }
    }

    /// A browser that Ada, the administrator, is signed in to.
    pub async fn ada(&self) -> Browser {
        Browser::signed_in(&self.emulator, &self.ada).await
    }

    /// Sends a form as clerk-js does and judges the response; returns it without the client beside it.
    pub async fn form(
        &mut self,
        browser: &mut Browser,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Value {
        let reply = browser.form(method, path, fields).await;
        self.judge(method, path, &reply)
    }

    pub async fn post(
        &mut self,
        browser: &mut Browser,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Value {
        self.form(browser, "POST", path, fields).await
    }

    pub async fn get(&mut self, browser: &mut Browser, path: &str) -> Value {
        let reply = browser.get(path).await;
        self.judge("GET", path, &reply)
    }

    pub async fn delete(&mut self, browser: &mut Browser, path: &str) -> Value {
        self.form(browser, "DELETE", path, &[]).await
    }

    /// Sends a JSON body, as clerk-js does to a few paths.
    pub async fn json(
        &mut self,
        browser: &mut Browser,
        method: &str,
        path: &str,
        body: Value,
    ) -> Value {
        let reply = browser.json(method, path, body).await;
        self.judge(method, path, &reply)
    }

    pub async fn upload(&mut self, browser: &mut Browser, method: &str, path: &str) -> Value {
        let reply = browser.upload(method, path).await;
        self.judge(method, path, &reply)
    }

    /// Sends a form that leads elsewhere, and returns where to.
    pub async fn location(
        &mut self,
        browser: &mut Browser,
        path: &str,
        fields: &[(&str, &str)],
    ) -> url::Url {
        let reply = browser.form("POST", path, fields).await;
        self.judge("POST", path, &reply);
        reply.location()
    }

    /// Changes something by the Backend API.
    pub async fn change(&self, path: &str, body: Value) {
        backend_with(&self.emulator, "PATCH", path, body).await;
    }

    pub async fn backend(&self, path: &str, body: Value) -> Value {
        backend(&self.emulator, path, body).await
    }

    /// Responses that clerk-js reads and of which the document knows nothing.
    fn is_known_to_differ(operation: Operation) -> bool {
        match operation.id {
            // clerk-js takes the development browser's token from the body.
            "createDevBrowser" => true,
            // Bodies that are no JSON.
            "samlMetadata" | "getEnterpriseConnectionTestRunResult" => true,
            "requestOAuthAuthorize" | "requestOAuthAuthorizePOST" => true,
            _ => false,
        }
    }

    /// What a response has beyond the document: clients may discard a response with `iss` unless they read this (RFC 9207).
    fn is_beyond_the_document(problem: &str) -> bool {
        problem.contains("('authorization_response_iss_parameter_supported' was unexpected)")
    }

    pub fn judge(&mut self, method: &str, path: &str, reply: &Reply) -> Value {
        let bare = path.split('?').next().unwrap_or_default();
        let operation = Operation::at(&FRONTEND_API, method, bare);
        if reply.status < 400 {
            self.called.insert(operation.id);
        }
        let problems = operation.problems(reply.status, &reply.text, false);
        for problem in problems.into_iter().filter(|problem| {
            !Self::is_known_to_differ(operation) && !Self::is_beyond_the_document(problem)
        }) {
            let failure = format!("{} ({}): {problem}", operation.id, reply.status);
            self.failures.insert(failure);
        }
        if reply.status >= 400 {
            let failure = format!("{} {method} {path}: {}", operation.id, reply.text);
            eprintln!("{failure}");
            self.failures.insert(failure);
        }
        let body = reply.json();
        match body.get("response") {
            Some(response) => response.clone(),
            None => body,
        }
    }
}

pub fn id(value: &Value) -> String {
    text(&value["id"])
}

impl Tour {
    fn finish(&self) {
        let failures: Vec<&str> = self.failures.iter().map(String::as_str).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

/// A test for each area, so that what fails in one does not hide the others.
macro_rules! areas {
    ($($name:ident: $area:ident;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let mut tour = Tour::start().await;
                $area::all(&mut tour).await;
                tour.finish();
            }
        )*

        #[tokio::test]
        async fn all_operations_are_called_by_these_tests() {
            let mut tour = Tour::start().await;
            $($area::all(&mut tour).await;)*
            tour.finish();
            let missed: Vec<&str> = operations(&FRONTEND_API)
                .iter()
                .map(|operation| operation.id)
                .filter(|id| !tour.called.contains(id))
                .collect();
            assert!(missed.is_empty(), "never called: {missed:?}");
        }
    };
}

areas! {
    what_is_there_for_everybody_is_as_the_document_says: visitors;
    signing_in_and_up_is_as_the_document_says: signing;
    what_users_do_with_their_accounts_is_as_the_document_says: users;
    organizations_are_as_the_document_says: organizations;
    enterprise_connections_are_as_the_document_says: connections;
    billing_is_as_the_document_says: billing;
    the_oauth_provider_is_as_the_document_says: oauth;
}

/// Somebody who does not exist yet.
pub fn new_user(email: &str) -> Value {
    json!({"email_address": [email], "password": crate::browser::PASSWORD})
}
