//! Seeds: what they make, and what is wrong with them.

use std::time::{Duration, Instant};

use clerk_emulator::{Emulator, Seed, StartError};
use serde_json::{Value, json};

use super::http::{Api, with};
use super::receiver::{Receiver, SECRET};

/// Returns the error with which an emulator with this seed does not start.
async fn rejected(toml: &str) -> String {
    let seed = match Seed::from_toml(toml) {
        Ok(seed) => seed,
        Err(error) => return error.to_string(),
    };
    match Emulator::builder().seed(seed).start().await {
        Err(StartError::Seed(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_demo_has_people_and_organizations() {
    let emulator = with(Emulator::builder().seed(Seed::demo())).await;
    let api = Api::new(&emulator);
    let ada = api.get("/users/user_ada").await;
    assert_eq!(ada["first_name"], "Ada");
    assert_eq!(
        ada["email_addresses"][0]["email_address"],
        "ada@example.com"
    );
    let password = json!({"password": "424242-emulator"});
    for id in ["user_ada", "user_alan", "user_grace"] {
        let path = format!("/users/{id}/verify_password");
        assert_eq!(api.post(&path, password.clone()).await["verified"], true);
    }
    let roles = |members: Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let members = members["data"].as_array().unwrap().clone();
        let mut roles: Vec<_> = members
            .iter()
            .map(|m| (text(&m["public_user_data"]["user_id"]), text(&m["role"])))
            .collect();
        roles.sort();
        roles
    };
    let pair = |user: &str, role: &str| (user.to_owned(), role.to_owned());
    let engines = api
        .get("/organizations/analytical-engines/memberships")
        .await;
    assert_eq!(
        roles(engines),
        [
            pair("user_ada", "org:admin"),
            pair("user_alan", "org:member")
        ]
    );
    let bletchley = api.get("/organizations/bletchley-park/memberships").await;
    assert_eq!(roles(bletchley).len(), 3);
}

/// A seed with every section.
const EVERYTHING: &str = r#"
[[permissions]]
key = "org:reports:read"
name = "Read reports"
description = "Reads reports."
[[roles]]
id = "role_auditor"
key = "org:auditor"
name = "Auditor"
permissions = ["org:reports:read"]
include_in_initial_role_set = true
[[users]]
id = "user_ada"
username = "countess"
created_at = 2020-02-02T20:02:02Z
phone_number = "+15555550100"
[[organizations]]
id = "org_engines"
name = "Engines"
created_by = "countess"
invitations = [{ email_address = "mary@example.com", role = "auditor", inviter_user_id = "+15555550100" }]
domains = [{ name = "engines.example", enrollment_mode = "manual_invitation" }]
[[invitations]]
id = "inv_alan"
email_address = "alan@example.com"
[[waitlist_entries]]
email_address = "grace@example.com"
[[jwt_templates]]
id = "jtmp_hasura"
name = "hasura"
claims = { role = "{{org.role}}" }
[[machines]]
id = "mch_a"
name = "A"
[[machines]]
id = "mch_b"
name = "B"
scoped_machines = ["mch_a"]
[[oauth_applications]]
name = "App"
redirect_uris = ["https://app.example/callback"]
[[api_keys]]
name = "Key"
subject = "countess"
[[redirect_urls]]
url = "myapp://callback"
[[allowlist_identifiers]]
identifier = "*@example.com"
[[blocklist_identifiers]]
identifier = "*@example.org"
"#;

#[tokio::test]
async fn everything_a_seed_may_have_is_made() {
    let seed = Seed::from_toml(EVERYTHING).unwrap();
    let emulator = with(Emulator::builder().seed(seed)).await;
    let api = Api::new(&emulator);
    assert_eq!(
        api.get("/organization_roles/role_auditor").await["permissions"][0]["key"],
        "org:reports:read"
    );
    let ada = api.get("/users/user_ada").await;
    assert_eq!(ada["created_at"], 1_580_673_722_000_i64);
    let members = api.get("/organizations/org_engines/memberships").await;
    assert_eq!(members["data"][0]["role"], "org:admin");
    let invitations = api.get("/organizations/org_engines/invitations").await;
    assert_eq!(invitations["data"][0]["role"], "org:auditor");
    assert_eq!(invitations["data"][0]["inviter_id"], "user_ada");
    assert_eq!(api.get("/invitations").await[0]["id"], "inv_alan");
    assert_eq!(
        api.get("/jwt_templates/jtmp_hasura").await["name"],
        "hasura"
    );
    assert_eq!(
        api.get("/machines/mch_b").await["scoped_machines"][0]["id"],
        "mch_a"
    );
    assert_eq!(
        api.get("/api_keys?subject=user_ada").await["data"][0]["name"],
        "Key"
    );
    assert_eq!(api.get("/waitlist_entries").await["total_count"], 1);
    for path in [
        "/redirect_urls",
        "/allowlist_identifiers",
        "/blocklist_identifiers",
    ] {
        let list = api.get(path).await;
        let list = if list.is_array() {
            list
        } else {
            list["data"].clone()
        };
        assert_eq!(list.as_array().unwrap().len(), 1, "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_seed_is_said_with_its_place() {
    for (toml, expected) in [
        (
            "[[usres]]",
            "usres: there is no such key; did you mean users?",
        ),
        (
            "[[users]]\n[[users]]\nfirst_nam = 'Ada'",
            "users[1].first_nam: there is no such key; did you mean first_name?",
        ),
        (
            "[[organizations]]\nname = 'E'\nmembers = [{ usr = 'ada' }]",
            "organizations[0].members[0].usr: there is no such key; did you mean user?",
        ),
        ("users = 3", "users: it has to be a list"),
        ("users = ['ada']", "users[0]: it has to be an object"),
        (
            "[[machines]]\ncolour = 'red'",
            "machines[0].colour: there is no such key; there are id, default_token_ttl, name, scoped_machines",
        ),
        (
            "[[organizations]]\nname = 'E'\nmembers = [{ user = 'ada@example.com' }]",
            "organizations[0].members[0].user_id: there is no user ada@example.com",
        ),
        (
            "[[users]]\nid = 'ada'\nusername = 'countess'",
            "users[0].id: it has to be the prefix of its kind, an underscore, and letters and digits, such as user_ada",
        ),
        (
            "[[users]]\nid = 'org_ada'\nusername = 'countess'",
            "users[0].id: ids of this kind do not begin as \"org_ada\" does",
        ),
        (
            "[[users]]\nid = 'user_a'\nusername = 'countess'\n[[users]]\nid = 'user_a'\nusername = 'other'",
            "users[1].id: something else is user_a already",
        ),
        (
            "[[users]]\nemail_address = 'ada@example.com'\n[[users]]\nemail_address = 'ADA@example.com'",
            "users[1]: email_address: That email address is taken. Please try another.",
        ),
        (
            "[[users]]\nusername = 'countess'\npassword = 'short'",
            "users[0]: password: Passwords must have 8 or more characters.",
        ),
        (
            "[[users]]\nbanned = 'yes'",
            "users[0]: banned must be true or false.",
        ),
    ] {
        assert_eq!(rejected(toml).await, expected, "{toml}");
    }
    assert!(rejected("[[users").await.contains("line 1"));
    assert!(Seed::from_json("{").is_err());
    assert!(Seed::from_json("[]").is_err());
}

#[test]
fn passwords_are_not_printed() {
    assert_eq!(
        format!("{:?}", Seed::demo()),
        r#"{"organizations": 2, "users": 3}"#
    );
}

#[tokio::test]
async fn files_are_read_by_their_names() {
    let file = |name: &str| std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
    let (toml, json, other) = (file("seed.toml"), file("seed.json"), file("seed.yaml"));
    std::fs::write(&toml, "[[users]]\nid = 'user_ada'\nusername = 'countess'").unwrap();
    std::fs::write(
        &json,
        r#"{"users": [{"id": "user_alan", "username": "turing"}]}"#,
    )
    .unwrap();
    std::fs::write(&other, "").unwrap();
    let builder = Emulator::builder()
        .seed(Seed::from_file(&toml).unwrap())
        .seed(Seed::from_file(&json).unwrap());
    let emulator = with(builder).await;
    assert!(emulator.sign_in("user_ada").is_ok());
    assert!(emulator.sign_in("user_alan").is_ok());
    assert!(Seed::from_file(&other).is_err());
    for path in [&toml, &json, &other] {
        std::fs::remove_file(path).unwrap();
    }
    let missing = Seed::from_file(&toml).unwrap_err();
    assert_eq!(missing.place(), toml.display().to_string());
}

#[tokio::test]
async fn seeds_are_told_to_nobody() {
    let receiver = Receiver::start().await;
    let builder = Emulator::builder()
        .webhook(&receiver.url, SECRET)
        .seed(Seed::demo());
    let emulator = with(builder).await;
    emulator.reset().unwrap();
    emulator.webhooks_settled().await;
    assert!(emulator.deliveries().is_empty());
}

#[tokio::test]
async fn ten_thousand_users_are_there_in_a_moment() {
    let users: Vec<Value> = (0..10_000)
        .map(|n| json!({"email_address": format!("user{n}@example.com"), "first_name": "User", "password": "424242-emulator"}))
        .collect();
    let before = Instant::now();
    let seed = Seed::from_json(&json!({"users": users}).to_string()).unwrap();
    let emulator = with(Emulator::builder().seed(seed)).await;
    let took = before.elapsed();
    let count = Api::new(&emulator).get("/users/count").await;
    assert_eq!(count["total_count"], 10_000);
    println!("10,000 users took {took:?}");
    // Slow machines and debug builds included.
    assert!(took < Duration::from_secs(30), "{took:?}");
}
