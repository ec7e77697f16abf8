//! Changing users and organizations: fields by one request, metadata by another.

use clerk_sdk::Patch;
use serde_json::json;

use crate::samples::{clerk, organization, rejection, user};
use crate::server::{Server, json as answer};

#[tokio::test]
async fn c31_names_and_metadata_of_a_user_are_a_patch_and_then_a_put() {
    let server = Server::answering(200, user("user_1")).await;
    let request = clerk(&server).users().update_user("user_1");
    let request = request
        .public_metadata(json!({ "plan": "pro" }))
        .first_name(Patch::Null)
        .last_name("Lovelace")
        .private_metadata(json!({}))
        .unsafe_metadata(json!({ "theme": null }));
    assert_eq!(request.await.unwrap().id, "user_1");
    assert_eq!(
        server.lines(),
        ["PATCH /v1/users/user_1", "PUT /v1/users/user_1/metadata"]
    );
    let [fields, metadata] = server.requests().try_into().unwrap();
    assert_eq!(
        fields.json(),
        json!({ "first_name": null, "last_name": "Lovelace" })
    );
    assert_eq!(
        metadata.json(),
        json!({ "public_metadata": { "plan": "pro" }, "private_metadata": {}, "unsafe_metadata": { "theme": null } })
    );
}

#[tokio::test]
async fn c31_metadata_of_a_user_alone_is_a_put_and_nothing_at_all_a_patch() {
    let server = Server::answering(200, user("user_1")).await;
    let users = clerk(&server).users();
    let request = users
        .update_user("user_1")
        .public_metadata(json!({ "a": 1 }));
    request.await.unwrap();
    users.update_user("user_1").await.unwrap();
    assert_eq!(
        server.lines(),
        ["PUT /v1/users/user_1/metadata", "PATCH /v1/users/user_1"]
    );
    assert_eq!(server.latest().json(), json!({}));
}

#[tokio::test]
async fn c31_the_error_of_the_first_request_stops_the_second() {
    let server = Server::answering(422, rejection("form_param_format_invalid")).await;
    let clerk = clerk(&server);
    let request = clerk.users().update_user("user_1").first_name("Ada");
    let error = request.public_metadata(json!({})).await.unwrap_err();
    assert_eq!(error.code(), Some("form_param_format_invalid"));
    let request = clerk.organizations().update_organization("org_1");
    let error = request.name("A").public_metadata(json!({})).await;
    assert_eq!(error.unwrap_err().status().unwrap().as_u16(), 422);
    assert_eq!(
        server.lines(),
        ["PATCH /v1/users/user_1", "PATCH /v1/organizations/org_1"]
    );
}

#[tokio::test]
async fn c31_the_error_of_the_second_request_is_told() {
    let server = Server::handling(|request| match request.line().starts_with("PATCH") {
        true => answer(200, user("user_1")),
        false => answer(422, rejection("metadata_too_large")),
    })
    .await;
    let request = clerk(&server).users().update_user("user_1");
    let error = request.first_name("Ada").public_metadata(json!({})).await;
    assert_eq!(error.unwrap_err().code(), Some("metadata_too_large"));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn c31_an_organization_is_changed_in_the_same_way() {
    let server = Server::answering(200, organization("org_1")).await;
    let organizations = clerk(&server).organizations();
    let update = || organizations.update_organization("org_1");
    let both = update().name("Engines").slug(Patch::Null);
    let both = both.public_metadata(json!({ "tier": 2 })).await.unwrap();
    assert_eq!(both.id, "org_1");
    update()
        .private_metadata(json!({ "crm": 1 }))
        .await
        .unwrap();
    update().await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "PATCH /v1/organizations/org_1",
            "PUT /v1/organizations/org_1/metadata",
            "PUT /v1/organizations/org_1/metadata",
            "PATCH /v1/organizations/org_1",
        ]
    );
    let [fields, metadata, private, nothing] = server.requests().try_into().unwrap();
    assert_eq!(fields.json(), json!({ "name": "Engines", "slug": null }));
    assert_eq!(metadata.json(), json!({ "public_metadata": { "tier": 2 } }));
    assert_eq!(private.json(), json!({ "private_metadata": { "crm": 1 } }));
    assert_eq!(nothing.json(), json!({}));
}
