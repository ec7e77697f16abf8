//! Members of organizations.

use serde_json::json;

use super::{Team, named, rejected, rejection, response};
use crate::browser::{backend, backend_get, text, user};

async fn roles(team: &Team) -> Vec<(String, String)> {
    let path = format!("/organizations/{}/memberships?order_by=+role", team.engines);
    let members = backend_get(&team.emulator, &path).await.json();
    let members = members["data"].as_array().unwrap().iter();
    members
        .map(|member| {
            let user = text(&member["public_user_data"]["user_id"]);
            (user, text(&member["role"]))
        })
        .collect()
}

#[tokio::test]
async fn members_are_listed_by_role_and_by_what_they_are_called() {
    let mut team = Team::start().await;
    let all = response(&team.graces.get(&team.path("/memberships")).await);
    assert_eq!(all.as_array().unwrap().len(), 2);
    for (query, found) in [
        ("role=org:admin", 1),
        ("role[]=org:admin&role[]=org:member", 2),
        ("role=org:none", 0),
        ("query=grace", 1),
        ("limit=1", 2),
    ] {
        let path = team.path(&format!("/memberships?paginated=true&{query}"));
        let page = response(&team.hers.get(&path).await);
        assert_eq!(page["total_count"], found, "{query}");
    }
    let path = team.path("/memberships?paginated=true&limit=1&offset=1");
    let page = response(&team.hers.get(&path).await);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert!(page["data"][0].get("private_metadata").is_none());
}

#[tokio::test]
async fn members_are_added_get_roles_and_are_removed() {
    let mut team = Team::start().await;
    let joan = user(&team.emulator, "joan@example.com").await;
    let list = team.path("/memberships");
    let fields = [("user_id", &*joan), ("role", "org:member")];
    response(&team.hers.form("POST", &list, &fields).await);
    let again = team.hers.form("POST", &list, &fields).await;
    assert_eq!(
        rejection(&again),
        rejected(400, "already_a_member_in_organization")
    );
    let path = format!("{list}/{joan}");
    let member = response(
        &team
            .hers
            .form("PATCH", &path, &[("role", "org:admin")])
            .await,
    );
    assert_eq!(member["role"], "org:admin");
    assert!(
        roles(&team)
            .await
            .contains(&(joan.clone(), "org:admin".into()))
    );
    response(&team.hers.form("DELETE", &path, &[]).await);
    assert_eq!(roles(&team).await.len(), 2);
    let gone = team.hers.form("DELETE", &path, &[]).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn plain_members_manage_nobody() {
    let mut team = Team::start().await;
    let list = team.path("/memberships");
    let path = format!("{list}/{}", team.ada);
    let (user, role) = (("user_id", &*team.ada), ("role", "org:member"));
    for (method, path, fields) in [
        ("POST", &list, &[user, role][..]),
        ("PATCH", &path, &[role]),
        ("DELETE", &path, &[]),
    ] {
        let reply = team.graces.form(method, path, fields).await;
        assert_eq!(
            rejection(&reply),
            rejected(403, "missing_organization_permission"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn the_last_who_manages_the_members_stays() {
    let mut team = Team::start().await;
    let path = team.path(&format!("/memberships/{}", team.ada));
    let own = format!("/v1/me/organization_memberships/{}", team.engines);
    let needed = rejected(400, "organization_minimum_permissions_needed");
    let reply = team
        .hers
        .form("PATCH", &path, &[("role", "org:member")])
        .await;
    assert_eq!(rejection(&reply), needed);
    let reply = team.hers.form("DELETE", &path, &[]).await;
    assert_eq!(rejection(&reply), needed);
    let reply = team.hers.form("DELETE", &own, &[]).await;
    assert_eq!(rejection(&reply), needed);
    let graces = team.path(&format!("/memberships/{}", team.grace));
    response(
        &team
            .hers
            .form("PATCH", &graces, &[("role", "org:admin")])
            .await,
    );
    response(&team.hers.form("DELETE", &own, &[]).await);
    let left = vec![(team.grace.clone(), "org:admin".to_owned())];
    assert_eq!(roles(&team).await, left);
}

#[tokio::test]
async fn roles_that_are_unknown_or_missing_are_rejected() {
    let mut team = Team::start().await;
    let path = team.path(&format!("/memberships/{}", team.grace));
    let unknown = team.hers.form("PATCH", &path, &[("role", "org:no")]).await;
    assert_eq!(
        rejection(&unknown),
        rejected(404, "organization_role_not_found")
    );
    let missing = team.hers.form("PATCH", &path, &[]).await;
    assert_eq!((missing.status, named(&missing).as_str()), (422, "role"));
}

#[tokio::test]
async fn users_list_and_leave_their_own_organizations() {
    let mut team = Team::start().await;
    let list = "/v1/me/organization_memberships?paginated=true";
    let page = response(&team.graces.get(list).await);
    assert_eq!(page["total_count"], 1);
    let organization = &page["data"][0]["organization"];
    assert_eq!(organization["id"], team.engines.as_str());
    let path = format!("/v1/me/organization_memberships/{}", team.engines);
    response(&team.graces.form("DELETE", &path, &[]).await);
    assert_eq!(roles(&team).await.len(), 1);
    let again = team.graces.form("DELETE", &path, &[]).await;
    assert_eq!(
        rejection(&again),
        rejected(404, "organization_not_found_or_unauthorized")
    );
}

#[tokio::test]
async fn an_organization_has_no_more_members_than_it_may() {
    let mut team = Team::start().await;
    let limit = json!({"max_allowed_memberships": 2});
    let path = format!("/v1/organizations/{}", team.engines);
    super::life::patch(&team, &path, limit).await;
    let joan = user(&team.emulator, "joan@example.com").await;
    let fields = [("user_id", &*joan), ("role", "org:member")];
    let reply = team
        .hers
        .form("POST", &team.path("/memberships"), &fields)
        .await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_membership_quota_exceeded")
    );
}

#[tokio::test]
async fn a_role_of_ones_own_may_do_what_it_says() {
    let mut team = Team::start().await;
    let role = json!({
        "key": "org:recruiter", "name": "Recruiter",
        "permissions": ["org:sys_memberships:read", "org:sys_memberships:manage"],
    });
    backend(&team.emulator, "/organization_roles", role).await;
    let path = team.path(&format!("/memberships/{}", team.grace));
    let fields = [("role", "org:recruiter")];
    response(&team.hers.form("PATCH", &path, &fields).await);
    let joan = user(&team.emulator, "joan@example.com").await;
    let fields = [("user_id", &*joan), ("role", "org:member")];
    let list = team.path("/memberships");
    response(&team.graces.form("POST", &list, &fields).await);
    let reply = team
        .graces
        .form("PATCH", &team.path(""), &[("name", "Mine")])
        .await;
    assert_eq!(reply.status, 403);
}
