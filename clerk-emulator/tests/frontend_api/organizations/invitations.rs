//! Invitations to organizations.

use super::{Team, named, rejected, rejection, response};
use crate::browser::{Browser, backend_get, text, user};

const MEMBER: (&str, &str) = ("role", "org:member");

#[tokio::test]
async fn who_is_invited_accepts_and_is_a_member() {
    let mut team = Team::start().await;
    let list = team.path("/invitations");
    let fields = [("email_address", "joan@example.com"), MEMBER];
    let invitation = response(&team.hers.form("POST", &list, &fields).await);
    assert!(invitation["url"].is_null());
    let joan = user(&team.emulator, "joan@example.com").await;
    let browser = &mut Browser::signed_in(&team.emulator, &joan).await;
    let own = "/v1/me/organization_invitations";
    let pending = response(&browser.get(&format!("{own}?status=pending")).await);
    assert_eq!(pending["total_count"], 1);
    let data = &pending["data"][0]["public_organization_data"];
    assert_eq!(data["name"], "Engines");
    let accept = format!("{own}/{}/accept", text(&invitation["id"]));
    let accepted = response(&browser.form("POST", &accept, &[]).await);
    assert_eq!(accepted["status"], "accepted");
    let path = format!("/users/{joan}/organization_memberships");
    let members = backend_get(&team.emulator, &path).await.json();
    assert_eq!(members["data"][0]["role"], "org:member");
    let again = browser.form("POST", &accept, &[]).await;
    assert_eq!(
        rejection(&again),
        rejected(400, "organization_invitation_not_pending")
    );
}

#[tokio::test]
async fn nobody_accepts_the_invitation_of_somebody_else() {
    let mut team = Team::start().await;
    let fields = [("email_address", "joan@example.com"), MEMBER];
    let list = team.path("/invitations");
    let invitation = response(&team.hers.form("POST", &list, &fields).await);
    let jean = user(&team.emulator, "jean@example.com").await;
    let browser = &mut Browser::signed_in(&team.emulator, &jean).await;
    let path = format!(
        "/v1/me/organization_invitations/{}/accept",
        text(&invitation["id"])
    );
    assert_eq!(browser.form("POST", &path, &[]).await.status, 404);
}

#[tokio::test]
async fn revoked_invitations_are_listed_as_such_and_cannot_be_accepted() {
    let mut team = Team::start().await;
    let list = team.path("/invitations");
    let fields = [("email_address", "joan@example.com"), MEMBER];
    let invitation = text(&response(&team.hers.form("POST", &list, &fields).await)["id"]);
    let revoke = format!("{list}/{invitation}/revoke");
    let revoked = response(&team.hers.form("POST", &revoke, &[]).await);
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(team.hers.form("POST", &revoke, &[]).await.status, 400);
    for (status, count) in [
        ("status=revoked", 1),
        ("status=pending", 0),
        ("status=pending&status=revoked", 1),
    ] {
        let page = response(
            &team
                .hers
                .get(&format!("{list}?paginated=true&{status}"))
                .await,
        );
        assert_eq!(page["total_count"], count, "{status}");
    }
    let path = format!("/organizations/{}/invitations/{invitation}", team.engines);
    let seen = backend_get(&team.emulator, &path).await.json();
    assert_eq!(seen["status"], "revoked");
    let joan = user(&team.emulator, "joan@example.com").await;
    let browser = &mut Browser::signed_in(&team.emulator, &joan).await;
    let path = format!("/v1/me/organization_invitations/{invitation}/accept");
    assert_eq!(browser.form("POST", &path, &[]).await.status, 400);
}

#[tokio::test]
async fn all_of_several_are_invited_or_none() {
    let mut team = Team::start().await;
    let bulk = team.path("/invitations/bulk");
    let one = ("email_address", "one@example.com");
    let fields = [one, ("email_address", "no address"), MEMBER];
    let reply = team.hers.form("POST", &bulk, &fields).await;
    assert_eq!(
        (reply.status, named(&reply).as_str()),
        (422, "email_address")
    );
    let pending = team.path("/invitations/pending");
    let none = response(&team.hers.get(&pending).await);
    assert_eq!(none.as_array().unwrap().len(), 0);
    let fields = [one, ("email_address", "two@example.com"), MEMBER];
    let made = response(&team.hers.form("POST", &bulk, &fields).await);
    assert_eq!(made.as_array().unwrap().len(), 2);
    let path = format!("/organizations/{}/invitations", team.engines);
    let seen = backend_get(&team.emulator, &path).await.json();
    assert_eq!(seen["total_count"], 2);
}

#[tokio::test]
async fn members_and_those_who_are_invited_are_not_invited_again() {
    let mut team = Team::start().await;
    let list = team.path("/invitations");
    let fields = [("email_address", "grace@example.com"), MEMBER];
    let reply = team.hers.form("POST", &list, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(400, "already_a_member_in_organization")
    );
    let fields = [("email_address", "joan@example.com"), MEMBER];
    response(&team.hers.form("POST", &list, &fields).await);
    let reply = team.hers.form("POST", &list, &fields).await;
    assert_eq!(rejection(&reply), rejected(400, "duplicate_record"));
    let reply = team.graces.form("POST", &list, &fields).await;
    assert_eq!(reply.status, 403);
}
