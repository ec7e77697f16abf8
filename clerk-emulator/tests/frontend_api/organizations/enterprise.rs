//! Enterprise connections: test runs, and what identity providers ask for.

use serde_json::Value;

use super::{Team, rejected, rejection, response};
use crate::browser::text;

const SIGNED: &str = "PFJlc3BvbnNlPjxTaWduYXR1cmUvPjwvUmVzcG9uc2U+";
const UNSIGNED: &str = "PFJlc3BvbnNlLz4=";

impl Team {
    /// A connection of the organization, by its id.
    async fn connection(&mut self) -> String {
        let fields = [
            ("provider", "saml_okta"),
            ("name", "Okta"),
            ("domains", "engines.example"),
        ];
        let list = self.path("/enterprise_connections");
        let connection = response(&self.hers.form("POST", &list, &fields).await);
        text(&connection["id"])
    }

    async fn begin(&mut self, connection: &str) -> String {
        let runs = self.path(&format!("/enterprise_connections/{connection}/test_runs"));
        let run = response(&self.hers.form("POST", &runs, &[]).await);
        let url = text(&run["url"]);
        url.strip_prefix(self.emulator.url()).unwrap().to_owned()
    }

    async fn runs(&mut self, connection: &str) -> Value {
        let runs = self.path(&format!("/enterprise_connections/{connection}/test_runs"));
        response(&self.hers.get(&runs).await)
    }
}

#[tokio::test]
async fn a_test_run_ends_on_a_page_that_says_so() {
    let mut team = Team::start().await;
    let connection = team.connection().await;
    let start = team.begin(&connection).await;
    assert_eq!(team.runs(&connection).await["data"][0]["status"], "pending");
    let sent = team.graces.get(&start).await;
    assert_eq!(sent.status, 301);
    let page = team.graces.get(sent.header("location")).await;
    assert!(page.text.contains("The connection works"), "{}", page.text);
    let runs = team.runs(&connection).await;
    assert_eq!(runs["total_count"], 1);
    assert_eq!(runs["data"][0]["status"], "success");
}

#[tokio::test]
async fn results_of_test_runs_are_for_who_has_their_links() {
    let mut team = Team::start().await;
    let connection = team.connection().await;
    let start = team.begin(&connection).await;
    let bare = start.split('?').next().unwrap();
    let wrong = team.hers.get(&format!("{bare}?ticket=wrong")).await;
    assert_eq!(rejection(&wrong), rejected(400, "ticket_invalid"));
    let result = text(&team.runs(&connection).await["data"][0]["id"]);
    let path = format!("/v1/enterprise_connections/{connection}/test_runs/{result}?token=wrong");
    assert_eq!(team.hers.get(&path).await.status, 404);
    let runs = team.path(&format!("/enterprise_connections/{connection}/test_runs"));
    let reply = team.graces.form("POST", &runs, &[]).await;
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn a_provider_finds_where_to_send_its_responses() {
    let mut team = Team::start().await;
    let connection = team.connection().await;
    let path = format!("/v1/saml/metadata/{connection}.xml");
    let metadata = team.hers.get(&path).await;
    let location = format!("{}/v1/saml/acs/{connection}", team.emulator.url());
    assert!(metadata.text.contains(&location), "{}", metadata.text);
    let unknown = team.hers.get("/v1/saml/metadata/samlc_1.xml").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn nobody_is_signed_in_by_what_a_provider_sends() {
    let mut team = Team::start().await;
    let connection = team.connection().await;
    let path = format!("/v1/saml/acs/{connection}");
    let browser = &mut crate::browser::Browser::new(&team.emulator);
    let missing = browser.form("POST", &path, &[]).await;
    assert_eq!(rejection(&missing), rejected(422, "form_param_missing"));
    let unsigned = [("SAMLResponse", UNSIGNED)];
    let reply = browser.form("POST", &path, &unsigned).await;
    assert_eq!(rejection(&reply), rejected(400, "saml_response_not_signed"));
    let reply = browser
        .form("POST", &path, &[("SAMLResponse", SIGNED)])
        .await;
    assert_eq!(reply.status, 303);
    assert!(reply.location().path().ends_with("/sign-in"));
    assert!(reply.set_cookies().is_empty());
}

#[tokio::test]
async fn plain_members_see_connections_and_change_none() {
    let mut team = Team::start().await;
    let connection = team.connection().await;
    let list = team.path("/enterprise_connections");
    let seen = response(&team.graces.get(&list).await);
    assert_eq!(seen[0]["id"], connection.as_str());
    let path = format!("{list}/{connection}");
    let reply = team.graces.form("DELETE", &path, &[]).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "missing_organization_permission")
    );
}
