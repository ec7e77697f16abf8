use serde_json::json;

use crate::browser::{
    APP, Browser, PASSWORD, backend, emulator, organization, parameter, user, verified,
};

#[tokio::test]
async fn one_click_signs_in_and_leads_back_to_the_application() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::new(&emulator);
    let page = browser.get(&format!("/sign-in?redirect_url={APP}")).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("ada@example.com") && page.text.contains("http://localhost:3000"));
    let fields = [
        ("action", "as"),
        ("user_id", ada.as_str()),
        ("redirect_url", APP),
    ];
    let done = browser.submit("/sign-in", &fields).await;
    assert_eq!(done.status, 303);
    assert!(done.header("location").starts_with(APP));
    let dev_browser = parameter(&done.location(), "__clerk_db_jwt").unwrap();
    let mut application = Browser::new(&emulator);
    let directives = application
        .directives(&emulator, &[("__clerk_db_jwt", &dev_browser)])
        .await;
    assert_eq!(
        verified(&emulator, &directives["__session"])["sub"],
        ada.as_str()
    );
}

#[tokio::test]
async fn a_name_and_a_password_or_a_code_sign_in() {
    let emulator = emulator().await;
    user(&emulator, "ada@example.com").await;
    for (action, field, wrong, right) in [
        ("password", "password", "wrong", PASSWORD),
        ("code", "code", "1", "424242"),
    ] {
        let mut browser = Browser::new(&emulator);
        let name = [("action", "identifier"), ("identifier", "ada@example.com")];
        let page = browser.submit("/sign-in", &name).await;
        assert_eq!(page.status, 200);
        assert!(
            page.text.contains("<label for=\"password\"")
                && page.text.contains("<label for=\"code\"")
        );
        let rejected = browser
            .submit("/sign-in", &[("action", action), (field, wrong)])
            .await;
        assert_eq!(rejected.status, 422);
        assert!(
            rejected.text.contains("role=\"alert\""),
            "{}",
            rejected.text
        );
        let done = browser
            .submit("/sign-in", &[("action", action), (field, right)])
            .await;
        assert_eq!((done.status, done.header("location")), (303, "/user"));
    }
    let mut browser = Browser::new(&emulator);
    let unknown = [
        ("action", "identifier"),
        ("identifier", "nobody@example.com"),
    ];
    let page = browser.submit("/sign-in", &unknown).await;
    assert_eq!(page.status, 422);
    assert!(
        page.text.contains("There is no account")
            && page.text.contains("value=\"nobody@example.com\"")
    );
    // Out of turn.
    assert_eq!(
        browser
            .submit("/sign-in", &[("action", "code"), ("code", "424242")])
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn banned_and_locked_users_are_told_why_they_stay_outside() {
    let emulator = emulator().await;
    for (verb, told) in [("ban", "banned"), ("lock", "locked")] {
        let email = format!("{verb}@example.com");
        let id = user(&emulator, &email).await;
        backend(&emulator, &format!("/users/{id}/{verb}"), json!({})).await;
        let mut browser = Browser::new(&emulator);
        for fields in [
            [("action", "as"), ("user_id", id.as_str())],
            [("action", "identifier"), ("identifier", email.as_str())],
        ] {
            let page = browser.submit("/sign-in", &fields).await;
            assert_eq!(page.status, 403);
            assert!(
                page.text.contains(&format!("This account is {told}")),
                "{}",
                page.text
            );
        }
    }
}

#[tokio::test]
async fn an_authenticators_code_is_asked_for() {
    let emulator = emulator().await;
    let fields = json!({"username": "ada_l", "password": PASSWORD, "backup_codes": ["backup-1"],
        "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"});
    backend(&emulator, "/users", fields).await;
    let mut browser = Browser::new(&emulator);
    browser
        .submit(
            "/sign-in",
            &[("action", "identifier"), ("identifier", "ada_l")],
        )
        .await;
    let page = browser
        .submit(
            "/sign-in",
            &[("action", "password"), ("password", PASSWORD)],
        )
        .await;
    assert!(page.text.contains("Two-step verification"), "{}", page.text);
    let page = browser
        .submit("/sign-in", &[("action", "second"), ("code", "0")])
        .await;
    assert_eq!(page.status, 422);
    let done = browser
        .submit("/sign-in", &[("action", "second"), ("code", "backup-1")])
        .await;
    assert_eq!(done.status, 303);
}

#[tokio::test]
async fn accounts_and_organizations_are_switched() {
    let emulator = emulator().await;
    let (ada, grace) = (
        user(&emulator, "ada@example.com").await,
        user(&emulator, "grace@example.com").await,
    );
    let engines = organization(&emulator, &ada, "Engines").await;
    let mut browser = Browser::new(&emulator);
    assert!(
        browser
            .get("/user")
            .await
            .text
            .contains("Nobody is signed in")
    );
    for id in [&ada, &grace] {
        browser
            .submit("/sign-in", &[("action", "as"), ("user_id", id)])
            .await;
    }
    let client = browser.get("/v1/client").await.json()["response"].clone();
    let session = client["sessions"][0]["id"].as_str().unwrap();
    let subject = async |browser: &mut Browser| {
        let directives = browser.directives(&emulator, &[]).await;
        verified(&emulator, &directives["__session"])
    };
    assert_eq!(subject(&mut browser).await["sub"], grace.as_str());
    let page = browser
        .submit("/user", &[("action", "switch"), ("session_id", session)])
        .await;
    assert!(
        page.text.contains("Engines") && page.text.contains("Personal account"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("Sign out of all accounts") && page.text.contains("Add another account")
    );
    assert_eq!(subject(&mut browser).await["sub"], ada.as_str());
    for (organization, active) in [(engines.as_str(), json!(engines)), ("", json!(null))] {
        let fields = [
            ("action", "organization"),
            ("session_id", session),
            ("organization_id", organization),
        ];
        assert_eq!(browser.submit("/user", &fields).await.status, 200);
        assert_eq!(subject(&mut browser).await["o"]["id"], active);
    }
    let strange = [("action", "switch"), ("session_id", "sess_strange")];
    assert_eq!(browser.submit("/user", &strange).await.status, 400);
}

#[tokio::test]
async fn one_account_signs_out_and_then_all() {
    let emulator = emulator().await;
    let (ada, grace) = (
        user(&emulator, "ada@example.com").await,
        user(&emulator, "grace@example.com").await,
    );
    let mut browser = Browser::new(&emulator);
    for id in [&ada, &grace] {
        browser
            .submit("/sign-in", &[("action", "as"), ("user_id", id)])
            .await;
    }
    let client = browser.get("/v1/client").await.json()["response"].clone();
    let session = client["sessions"][1]["id"].as_str().unwrap();
    let page = browser
        .submit("/user", &[("action", "sign-out"), ("session_id", session)])
        .await;
    assert!(page.text.contains("ada@example.com") && !page.text.contains("grace@example.com"));
    let out = browser
        .submit(
            "/user",
            &[("action", "sign-out-all"), ("redirect_url", APP)],
        )
        .await;
    assert_eq!(out.status, 303);
    assert!(parameter(&out.location(), "__clerk_db_jwt").is_some());
    assert_eq!(browser.directives(&emulator, &[]).await["__session"], "");
}

#[tokio::test]
async fn a_link_signs_out_and_leads_back() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    // Looking ahead is no leaving.
    let ahead = reqwest::Client::new()
        .get(format!("{}/sign-out", emulator.url()))
        .header(
            "cookie",
            format!("__client={}", browser.cookies["__client"]),
        )
        .header("sec-purpose", "prefetch")
        .send()
        .await
        .unwrap();
    assert_eq!(ahead.status(), 204);
    assert_ne!(
        browser.directives(&emulator, &[]).await["__client_uat"],
        "0"
    );
    let out = browser.get(&format!("/sign-out?redirect_url={APP}")).await;
    assert_eq!(out.status, 303);
    assert!(out.header("location").starts_with(APP));
    assert_eq!(
        browser.directives(&emulator, &[]).await["__client_uat"],
        "0"
    );
    assert_eq!(
        browser.get("/sign-out").await.header("location"),
        "/sign-in"
    );
}
