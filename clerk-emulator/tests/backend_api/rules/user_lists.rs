use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Api, emulator, id};

fn names(users: &Value) -> Vec<&str> {
    users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_thousand_users_are_paged_in_order_without_gaps_or_repeats() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let mut made = Vec::new();
    for number in 0..1000 {
        // Two of three share the millisecond.
        if number % 3 == 0 {
            emulator.clock().advance(Duration::from_millis(1));
        }
        made.push(id(&api
            .post("/users", json!({"username": format!("user{number:04}")}))
            .await));
    }
    made.reverse();
    for limit in [100, 333, 500] {
        let mut seen = Vec::new();
        while seen.len() < 1000 {
            let page = api
                .get(&format!("/users?limit={limit}&offset={}", seen.len()))
                .await;
            seen.extend(page.as_array().unwrap().iter().map(id));
        }
        assert_eq!(seen, made);
    }
    assert_eq!(api.get("/users").await.as_array().unwrap().len(), 10);
    assert_eq!(api.get("/users?offset=1000").await, json!([]));
    assert_eq!(api.get("/users/count").await["total_count"], 1000);
    let ascending = api.get("/users?order_by=%2Busername&limit=3").await;
    assert_eq!(names(&ascending), ["user0000", "user0001", "user0002"]);
    let descending = api.get("/users?order_by=-username&limit=2").await;
    assert_eq!(names(&descending), ["user0999", "user0998"]);
    let after = api
        .get(&format!("/users?limit=2&starting_after={}", made[4]))
        .await;
    assert_eq!(
        after.as_array().unwrap().iter().map(id).collect::<Vec<_>>(),
        made[5..7]
    );
    assert_eq!(
        api.rejected("GET", "/users?order_by=shoe_size", Value::Null)
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn users_are_found_by_everything_they_have() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let ada = id(&api
        .post("/users", json!({
            "username": "ada_l", "email_address": ["ada@example.com"], "phone_number": ["+15555550100"],
            "external_id": "x1", "first_name": "Ada", "last_name": "Lovelace", "web3_wallet": ["0xAB"],
        }))
        .await);
    let grace = id(&api
        .post(
            "/users",
            json!({"username": "grace", "email_address": ["grace@navy.example"]}),
        )
        .await);
    let organization = id(&api
        .post("/organizations", json!({"name": "Acme", "created_by": ada}))
        .await);
    api.post(&format!("/users/{grace}/ban"), json!({})).await;
    for (query, expected) in [
        ("email_address=ada@example.com", vec!["ada_l"]),
        (
            "email_address=ADA@example.com&email_address=grace@navy.example",
            vec!["grace", "ada_l"],
        ),
        ("phone_number=%2B15555550100", vec!["ada_l"]),
        ("external_id=x1", vec!["ada_l"]),
        ("username=ada_l&username=grace", vec!["grace", "ada_l"]),
        ("web3_wallet=0xAB", vec!["ada_l"]),
        (
            &*format!("user_id={ada}&user_id=user_nobody"),
            vec!["ada_l"],
        ),
        (&*format!("user_id=-{ada}"), vec!["grace"]),
        (&*format!("organization_id={organization}"), vec!["ada_l"]),
        (&*format!("organization_id=-{organization}"), vec!["grace"]),
        ("query=lovel", vec!["ada_l"]),
        ("query=navy", vec!["grace"]),
        ("name_query=ada%20love", vec!["ada_l"]),
        ("email_address_query=example", vec!["grace", "ada_l"]),
        ("banned=true", vec!["grace"]),
        ("banned=false", vec!["ada_l"]),
        ("created_at_after=1800000000000", vec![]),
        ("email_address=nobody@example.com", vec![]),
    ] {
        let found = api.get(&format!("/users?{query}")).await;
        assert_eq!(names(&found), expected, "{query}");
        let count = api.get(&format!("/users/count?{query}")).await;
        assert_eq!(count["total_count"], expected.len(), "{query}");
    }
}

#[tokio::test]
async fn lists_have_the_shape_that_is_asked_for() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    for name in ["a", "b", "c"] {
        api.post("/redirect_urls", json!({"url": format!("app://{name}")}))
            .await;
    }
    let bare = api.get("/redirect_urls?limit=2").await;
    assert_eq!(bare.as_array().unwrap().len(), 2);
    let paginated = api.get("/redirect_urls?limit=2&paginated=true").await;
    assert_eq!(
        (
            paginated["data"].as_array().unwrap().len(),
            &paginated["total_count"]
        ),
        (2, &json!(3))
    );
    let always = api.get("/organization_roles?limit=1").await;
    assert_eq!(
        (
            always["data"].as_array().unwrap().len(),
            &always["total_count"]
        ),
        (1, &json!(2))
    );
}

#[tokio::test]
async fn a_cursor_goes_with_no_offset_and_no_other_order() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let first = api.user("ada@example.com").await;
    api.user("grace@example.com").await;
    let last = api.user("alan@example.com").await;
    for (query, parameter) in [
        ("&offset=1", "offset"),
        ("&offset=1&order_by=-created_at", "offset"),
        ("&order_by=username", "order_by"),
        ("&order_by=-last_sign_in_at", "order_by"),
        ("&order_by=username&order_by=created_at", "order_by"),
    ] {
        let path = format!("/users?starting_after={last}{query}");
        let rejected = api.send("GET", &path, None).await;
        assert_eq!(rejected.status, 422, "{query}");
        let error = &rejected.body["errors"][0];
        assert_eq!(error["code"], "form_param_value_invalid");
        assert_eq!(error["meta"]["param_name"], parameter, "{query}");
        // Each by itself is fine.
        api.get(&format!("/users?{}", &query[1..])).await;
    }
    for query in [
        "",
        "&offset=0",
        "&order_by=-created_at",
        "&order_by=created_at&order_by=username",
    ] {
        let after = if query.contains("=created_at") {
            &first
        } else {
            &last
        };
        let path = format!("/users?starting_after={after}{query}");
        assert_eq!(api.get(&path).await.as_array().unwrap().len(), 2, "{query}");
    }
}
