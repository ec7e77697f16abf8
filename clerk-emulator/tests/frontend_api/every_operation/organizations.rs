//! Organizations, by their members.

use serde_json::json;

use super::{Tour, id};
use crate::browser::{Browser, text};

pub async fn all(tour: &mut Tour) {
    life(tour).await;
    members(tour).await;
    invitations(tour).await;
    domains(tour).await;
    joining(tour).await;
}

async fn life(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let fields = [("name", "Looms"), ("slug", "looms")];
    let looms = tour.post(browser, "/v1/organizations", &fields).await;
    let path = format!("/v1/organizations/{}", id(&looms));
    tour.get(browser, &path).await;
    tour.form(browser, "PATCH", &path, &[("name", "Jacquard")])
        .await;
    tour.upload(browser, "PUT", &format!("{path}/logo")).await;
    tour.delete(browser, &format!("{path}/logo")).await;
    tour.get(browser, &format!("{path}/roles")).await;
    tour.delete(browser, &path).await;
    tour.get(browser, "/v1/me/organization_creation_defaults")
        .await;
}

async fn members(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let list = format!("/v1/organizations/{}/memberships", tour.engines);
    let grace = tour.grace.clone();
    tour.post(
        browser,
        &list,
        &[("user_id", &grace), ("role", "org:member")],
    )
    .await;
    tour.get(browser, &list).await;
    let path = format!("{list}/{grace}");
    tour.form(browser, "PATCH", &path, &[("role", "org:admin")])
        .await;
    tour.delete(browser, &path).await;
    let fields = [("user_id", &*grace), ("role", "org:member")];
    tour.post(browser, &list, &fields).await;
    let hers = &mut Browser::signed_in(&tour.emulator, &grace).await;
    tour.get(hers, "/v1/me/organization_memberships").await;
    let path = format!("/v1/me/organization_memberships/{}", tour.engines);
    tour.delete(hers, &path).await;
}

async fn invitations(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let list = format!("/v1/organizations/{}/invitations", tour.engines);
    let member = ("role", "org:member");
    let fields = [("email_address", "grace@example.com"), member];
    let invitation = tour.post(browser, &list, &fields).await;
    tour.get(browser, &list).await;
    tour.get(browser, &format!("{list}/pending")).await;
    tour.post(
        browser,
        &format!("{list}/bulk"),
        &[
            ("email_address", "one@example.com"),
            ("email_address", "two@example.com"),
            member,
        ],
    )
    .await;
    let fields = [("email_address", "three@example.com"), member];
    let third = tour.post(browser, &list, &fields).await;
    tour.post(browser, &format!("{list}/{}/revoke", id(&third)), &[])
        .await;
    let hers = &mut Browser::signed_in(&tour.emulator, &tour.grace.clone()).await;
    tour.get(hers, "/v1/me/organization_invitations").await;
    let path = format!("/v1/me/organization_invitations/{}/accept", id(&invitation));
    tour.post(hers, &path, &[]).await;
}

async fn domains(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let list = format!("/v1/organizations/{}/domains", tour.engines);
    let domain = tour
        .post(browser, &list, &[("name", "engines.example")])
        .await;
    let path = format!("{list}/{}", id(&domain));
    tour.get(browser, &list).await;
    tour.get(browser, &path).await;
    tour.post(
        browser,
        &format!("{path}/prepare_affiliation_verification"),
        &[("affiliation_email_address", "ada@engines.example")],
    )
    .await;
    tour.post(
        browser,
        &format!("{path}/attempt_affiliation_verification"),
        &[("code", "424242")],
    )
    .await;
    tour.post(
        browser,
        &format!("{path}/update_enrollment_mode"),
        &[("enrollment_mode", "automatic_suggestion")],
    )
    .await;
    for below in [
        "prepare_ownership_verification",
        "attempt_ownership_verification",
    ] {
        tour.post(browser, &format!("{path}/{below}"), &[]).await;
    }
    let names = [("names", "mills.example"), ("names", "looms.example")];
    let made = tour.post(browser, &format!("{list}/bulk"), &names).await;
    let mill = text(&made["data"][0]["id"]);
    for below in [
        "prepare_ownership_verification",
        "attempt_ownership_verification",
    ] {
        let ids = [("organization_domain_ids", &*mill)];
        tour.post(browser, &format!("{list}/{below}/bulk"), &ids)
            .await;
    }
    tour.delete(browser, &format!("{list}/{mill}")).await;
}

/// People with an address of a domain are suggested the organization, and ask to join.
async fn joining(tour: &mut Tour) {
    let mut asked = Vec::new();
    for name in ["joan", "jean"] {
        let email = format!("{name}@engines.example");
        let user = id(&tour
            .backend("/users", json!({"email_address": [email]}))
            .await);
        let browser = &mut Browser::signed_in(&tour.emulator, &user).await;
        let list = tour.get(browser, "/v1/me/organization_suggestions").await;
        let path = format!(
            "/v1/me/organization_suggestions/{}/accept",
            text(&list["data"][0]["id"])
        );
        tour.post(browser, &path, &[]).await;
        asked.push(user);
    }
    let browser = &mut tour.ada().await;
    let list = format!("/v1/organizations/{}/membership_requests", tour.engines);
    let requests = tour.get(browser, &list).await;
    for (index, verb) in ["accept", "reject"].into_iter().enumerate() {
        let path = format!("{list}/{}/{verb}", text(&requests["data"][index]["id"]));
        tour.post(browser, &path, &[]).await;
    }
}
