use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_invitations_hits_its_operation() {
    let api = Api::start().await;
    let invitations = api.clerk.invitations();
    api.check(
        "invitations.getInvitationList",
        "ListInvitations",
        r#"{"path_values": [], "query": [["paginated", "true"], ["probe", "é 1"]]}"#,
        invitations.get_invitation_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("invitations.createInvitation", "CreateInvitation", r#"{"body": {"email_address": "email_address é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, invitations.create_invitation().email_address("email_address é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "invitations.revokeInvitation",
        "RevokeInvitation",
        r#"{"path_values": ["invitation_id é/1"], "query": [["probe", "é 1"]]}"#,
        invitations
            .revoke_invitation("invitation_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "invitations.createInvitationBulk",
        "CreateBulkInvitations",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": [{"email_address": "a é"}]}"#,
        invitations
            .create_invitation_bulk()
            .query_pair("probe", "é 1")
            .items([types::CreateBulkInvitationsItem::new("a é")]),
    )
    .await;
}
