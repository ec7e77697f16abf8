//! Checks the response to every request of the table.

use std::net::SocketAddr;

use clerk_middleware::Authenticator;
use serde_json::json;

use crate::backend::{clerk, sign, token};
use crate::connection::Sent;
use crate::credentials::production;
use crate::rows::rows;
use crate::servers::{Entered, Framework};

/// If frameworks route a request differently, all that matters is that no protected handler runs. Such rows have the status
/// 0.
pub(crate) async fn every_request_of_the_table_has_its_outcome<F: Framework>() {
    let entered = Entered::default();
    let lax = Authenticator::new(clerk(production())).validate().unwrap();
    let address = F::serve(lax, entered.clone()).await;
    for mut row in rows() {
        let received = row.sent.to(address).await;
        if row.status == 0 {
            assert_ne!(received.status, 0, "{}, {}", F::NAME, row.name);
            assert!(
                received.status < 500 || received.status == 501,
                "{}, {}: {received:?}",
                F::NAME,
                row.name
            );
            row.status = received.status;
            row.body = "";
            assert!(
                !received.body.contains("user_1"),
                "{}, {}",
                F::NAME,
                row.name
            );
            assert_eq!(entered.take(), [""; 0], "{}, {}", F::NAME, row.name);
            continue;
        }
        if row.sent.method == "HEAD" {
            row.body = "";
        }
        row.check(F::NAME, &received, &entered.take());
    }
    headers_of_responses::<F>(address).await;
    assert_eq!(entered.take(), [""; 0]);
}

async fn headers_of_responses<F: Framework>(address: SocketAddr) {
    // The handler's headers stay, but a response that sets a visitor's cookies must not be stored for others.
    let sent = Sent::new("GET /cookie");
    let received = sent.clone().to(address).await;
    assert_eq!(received.header("cache-control"), Some("public"));
    assert_eq!(received.header("set-cookie"), Some("own=1"));
    assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));

    // A handshake that is due, and the return from it.
    let due = sent
        .clone()
        .page()
        .header("cookie", "__client_uat=5")
        .to(address)
        .await;
    assert_eq!(due.status, 307, "{due:?}");
    let location = due.header("location").unwrap();
    assert!(location.starts_with("https://clerk.example.com/v1/client/handshake?redirect_url=https%3A%2F%2Fapp.example.com%2Fcookie"));
    assert_eq!(due.header("cache-control"), Some("no-store"));
    assert_eq!(due.all("set-cookie").count(), 1);
    assert_eq!(due.body, "");
    let nested = Sent::new("GET /nested/me?x=1")
        .page()
        .header("cookie", "__client_uat=5")
        .to(address)
        .await;
    assert!(
        nested
            .header("location")
            .unwrap()
            .contains("%2Fnested%2Fme%3Fx%3D1"),
        "{nested:?}"
    );
    let cookies = [
        "__client_uat=5; Path=/".to_owned(),
        format!("__session={}; Path=/", token(&json!({}))),
    ];
    let handshake = sign(&json!({ "handshake": cookies }));
    let back = Sent::new(&format!("GET /cookie?__clerk_handshake={handshake}"))
        .page()
        .to(address)
        .await;
    assert_eq!(
        (back.status, back.body.as_str()),
        (200, "user:user_1"),
        "{}",
        F::NAME
    );
    let mut set: Vec<&str> = back
        .all("set-cookie")
        .map(|cookie| cookie.split('=').next().unwrap())
        .collect();
    set.sort_unstable();
    assert_eq!(set, ["__client_uat", "__session", "own"], "{}", F::NAME);
    assert_eq!(
        back.all("cache-control").collect::<Vec<_>>(),
        ["no-store"],
        "{}",
        F::NAME
    );
}
