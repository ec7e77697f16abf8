//! Domains of organizations, and who comes by them.

use serde_json::{Value, json};

use super::life::patch;
use super::{Team, named, rejected, rejection, response};
use crate::browser::{Browser, backend_get, text, user};

impl Team {
    /// Adds a domain that is not verified yet, and returns its path.
    async fn add_domain(&mut self, name: &str) -> String {
        let list = self.path("/domains");
        let domain = response(&self.hers.form("POST", &list, &[("name", name)]).await);
        assert_eq!(domain["verification"]["status"], "unverified");
        format!("{list}/{}", text(&domain["id"]))
    }

    /// Adds a domain, verifies it, and sets its mode; returns its path.
    async fn verified_domain(&mut self, name: &str, mode: &str) -> String {
        let path = self.add_domain(name).await;
        let email = format!("ada@{name}");
        let fields = [("affiliation_email_address", &*email)];
        let prepare = format!("{path}/prepare_affiliation_verification");
        response(&self.hers.form("POST", &prepare, &fields).await);
        let attempt = format!("{path}/attempt_affiliation_verification");
        response(
            &self
                .hers
                .form("POST", &attempt, &[("code", "424242")])
                .await,
        );
        let fields = [("enrollment_mode", mode)];
        let update = format!("{path}/update_enrollment_mode");
        response(&self.hers.form("POST", &update, &fields).await);
        path
    }

    async fn seen(&self) -> Value {
        let path = format!("/organizations/{}/domains", self.engines);
        backend_get(&self.emulator, &path).await.json()["data"].clone()
    }
}

#[tokio::test]
async fn a_domain_is_verified_by_the_code_that_an_address_of_it_gets() {
    let mut team = Team::start().await;
    let path = team.add_domain("engines.example").await;
    let prepare = format!("{path}/prepare_affiliation_verification");
    let attempt = format!("{path}/attempt_affiliation_verification");
    let code = [("code", "424242")];
    let early = team.hers.form("POST", &attempt, &code).await;
    assert_eq!(rejection(&early), rejected(400, "verification_missing"));
    let fields = [("affiliation_email_address", "ada@other.example")];
    let other = team.hers.form("POST", &prepare, &fields).await;
    assert_eq!(
        (other.status, named(&other).as_str()),
        (422, "affiliation_email_address")
    );
    let fields = [("affiliation_email_address", "ada@engines.example")];
    response(&team.hers.form("POST", &prepare, &fields).await);
    let wrong = team.hers.form("POST", &attempt, &[("code", "1")]).await;
    assert_eq!(rejection(&wrong), rejected(422, "form_code_incorrect"));
    let verified = response(&team.hers.form("POST", &attempt, &code).await);
    assert_eq!(verified["verification"]["status"], "verified");
    assert_eq!(verified["affiliation_verification"]["attempts"], 2);
    assert_eq!(team.seen().await[0]["verification"]["status"], "verified");
    let again = team.hers.form("POST", &prepare, &fields).await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn codes_of_domains_cannot_be_guessed() {
    let mut team = Team::start().await;
    let path = team.add_domain("engines.example").await;
    let prepare = format!("{path}/prepare_affiliation_verification");
    let fields = [("affiliation_email_address", "ada@engines.example")];
    response(&team.hers.form("POST", &prepare, &fields).await);
    let attempt = format!("{path}/attempt_affiliation_verification");
    for _ in 0..5 {
        team.hers.form("POST", &attempt, &[("code", "1")]).await;
    }
    let late = team
        .hers
        .form("POST", &attempt, &[("code", "424242")])
        .await;
    assert_eq!(rejection(&late), rejected(400, "verification_failed"));
}

#[tokio::test]
async fn ownership_is_verified_after_it_was_prepared() {
    let mut team = Team::start().await;
    let path = team.add_domain("engines.example").await;
    let (prepare, attempt) = (
        format!("{path}/prepare_ownership_verification"),
        format!("{path}/attempt_ownership_verification"),
    );
    assert_eq!(team.hers.form("POST", &attempt, &[]).await.status, 400);
    let prepared = response(&team.hers.form("POST", &prepare, &[]).await);
    let verification = &prepared["ownership_verification"];
    assert_eq!(verification["txt_record_name"], "_clerk.engines.example");
    let verified = response(&team.hers.form("POST", &attempt, &[]).await);
    assert_eq!(verified["ownership_verification"]["status"], "verified");
}

#[tokio::test]
async fn several_domains_are_added_as_far_as_they_can_be() {
    let mut team = Team::start().await;
    team.add_domain("engines.example").await;
    let list = team.path("/domains");
    let names = [
        ("names", "engines.example"),
        ("names", "looms.example"),
        ("names", "no domain"),
    ];
    let made = response(
        &team
            .hers
            .form("POST", &format!("{list}/bulk"), &names)
            .await,
    );
    assert_eq!(made["data"][0]["name"], "looms.example");
    assert_eq!(made["errors"][0]["name"], "engines.example");
    assert_eq!(made["errors"][0]["code"], "form_identifier_exists");
    assert_eq!(made["errors"].as_array().unwrap().len(), 2);
    assert_eq!(team.seen().await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn domains_need_the_instances_settings_and_a_permission() {
    let mut team = Team::start().await;
    let list = team.path("/domains");
    let fields = [("name", "engines.example")];
    let reply = team.graces.form("POST", &list, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "missing_organization_permission")
    );
    let settings = "/v1/instance/organization_settings";
    patch(&team, settings, json!({"domains_enabled": false})).await;
    let reply = team.hers.form("POST", &list, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_domains_not_enabled")
    );
    let on = json!({"domains_enabled": true, "domains_enrollment_modes": ["automatic_invitation"]});
    patch(&team, settings, on).await;
    let fields = [
        ("name", "engines.example"),
        ("enrollment_mode", "automatic_suggestion"),
    ];
    let reply = team.hers.form("POST", &list, &fields).await;
    assert_eq!(
        (reply.status, named(&reply).as_str()),
        (422, "enrollment_mode")
    );
}

#[tokio::test]
async fn a_domain_that_is_not_verified_enrolls_nobody() {
    let mut team = Team::start().await;
    let path = team.add_domain("engines.example").await;
    let fields = [("enrollment_mode", "automatic_suggestion")];
    let update = format!("{path}/update_enrollment_mode");
    let reply = team.hers.form("POST", &update, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_domain_not_verified")
    );
}

#[tokio::test]
async fn an_organization_is_suggested_asked_for_and_joined() {
    let mut team = Team::start().await;
    team.verified_domain("engines.example", "automatic_suggestion")
        .await;
    let joan = user(&team.emulator, "joan@engines.example").await;
    let browser = &mut Browser::signed_in(&team.emulator, &joan).await;
    let own = "/v1/me/organization_suggestions";
    let page = response(
        &browser
            .get(&format!("{own}?status=pending&status=accepted"))
            .await,
    );
    let suggestion = &page["data"][0];
    assert_eq!(suggestion["public_organization_data"]["name"], "Engines");
    let accept = format!("{own}/{}/accept", text(&suggestion["id"]));
    let accepted = response(&browser.form("POST", &accept, &[]).await);
    assert_eq!(accepted["status"], "accepted");
    let again = browser.form("POST", &accept, &[]).await;
    assert_eq!(
        rejection(&again),
        rejected(400, "organization_suggestion_already_accepted")
    );
    let list = team.path("/membership_requests");
    assert_eq!(team.graces.get(&list).await.status, 403);
    let asked = response(&team.hers.get(&format!("{list}?status=pending")).await);
    let request = &asked["data"][0];
    assert_eq!(request["public_user_data"]["user_id"], joan.as_str());
    let accept = format!("{list}/{}/accept", text(&request["id"]));
    response(&team.hers.form("POST", &accept, &[]).await);
    let path = format!("/users/{joan}/organization_memberships");
    let members = backend_get(&team.emulator, &path).await.json();
    assert_eq!(members["data"][0]["role"], "org:member");
    assert_eq!(team.hers.form("POST", &accept, &[]).await.status, 400);
}

#[tokio::test]
async fn a_request_that_is_rejected_makes_no_member() {
    let mut team = Team::start().await;
    team.verified_domain("engines.example", "automatic_suggestion")
        .await;
    let joan = user(&team.emulator, "joan@engines.example").await;
    let browser = &mut Browser::signed_in(&team.emulator, &joan).await;
    let own = "/v1/me/organization_suggestions";
    let page = response(&browser.get(own).await);
    let accept = format!("{own}/{}/accept", text(&page["data"][0]["id"]));
    response(&browser.form("POST", &accept, &[]).await);
    let list = team.path("/membership_requests");
    let asked = response(&team.hers.get(&list).await);
    let reject = format!("{list}/{}/reject", text(&asked["data"][0]["id"]));
    let rejected = response(&team.hers.form("POST", &reject, &[]).await);
    assert_eq!(rejected["status"], "rejected");
    let path = format!("/users/{joan}/organization_memberships");
    let members = backend_get(&team.emulator, &path).await.json();
    assert_eq!(members["total_count"], 0);
}

#[tokio::test]
async fn a_domain_invites_by_itself_until_it_does_so_no_more() {
    let mut team = Team::start().await;
    let joan = user(&team.emulator, "joan@engines.example").await;
    let path = team
        .verified_domain("engines.example", "automatic_invitation")
        .await;
    let domain = response(&team.hers.get(&path).await);
    assert_eq!(domain["total_pending_invitations"], 1);
    let fields = [
        ("enrollment_mode", "manual_invitation"),
        ("delete_pending", "true"),
    ];
    let update = format!("{path}/update_enrollment_mode");
    let domain = response(&team.hers.form("POST", &update, &fields).await);
    assert_eq!(domain["total_pending_invitations"], 0);
    let browser = &mut Browser::signed_in(&team.emulator, &joan).await;
    let own = "/v1/me/organization_invitations?status=pending";
    assert_eq!(response(&browser.get(own).await)["total_count"], 0);
    let path = format!("/organizations/{}/invitations", team.engines);
    let seen = backend_get(&team.emulator, &path).await.json();
    assert_eq!(seen["data"][0]["status"], "revoked");
}

#[tokio::test]
async fn domains_that_are_deleted_suggest_nothing() {
    let mut team = Team::start().await;
    let joan = user(&team.emulator, "joan@engines.example").await;
    let path = team
        .verified_domain("engines.example", "automatic_suggestion")
        .await;
    let domain = response(&team.hers.get(&path).await);
    assert_eq!(domain["total_pending_suggestions"], 1);
    response(&team.hers.form("DELETE", &path, &[]).await);
    let browser = &mut Browser::signed_in(&team.emulator, &joan).await;
    let own = "/v1/me/organization_suggestions";
    assert_eq!(response(&browser.get(own).await)["total_count"], 0);
    assert_eq!(team.hers.get(&path).await.status, 404);
}

#[tokio::test]
async fn an_organization_has_so_many_domains() {
    let mut team = Team::start().await;
    for number in 0..10 {
        team.add_domain(&format!("d{number}.example")).await;
    }
    let list = team.path("/domains");
    let fields = [("name", "one-more.example")];
    let reply = team.hers.form("POST", &list, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_domain_quota_exceeded")
    );
}
