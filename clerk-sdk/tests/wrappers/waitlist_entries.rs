use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_waitlist_entries_hits_its_operation() {
    let api = Api::start().await;
    let waitlist_entries = api.clerk.waitlist_entries();
    api.check(
        "waitlistEntries.list",
        "ListWaitlistEntries",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        waitlist_entries.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("waitlistEntries.create", "CreateWaitlistEntry", r#"{"body": {"email_address": "email_address é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, waitlist_entries.create().email_address("email_address é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "waitlistEntries.createBulk",
        "CreateBulkWaitlistEntries",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": [{"email_address": "a é"}]}"#,
        waitlist_entries
            .create_bulk()
            .query_pair("probe", "é 1")
            .items([types::CreateBulkWaitlistEntriesItem::new("a é")]),
    )
    .await;
    api.check("waitlistEntries.invite", "InviteWaitlistEntry", r#"{"path_values": ["waitlist_entry_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, waitlist_entries.invite("waitlist_entry_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "waitlistEntries.reject",
        "RejectWaitlistEntry",
        r#"{"path_values": ["waitlist_entry_id é/1"], "query": [["probe", "é 1"]]}"#,
        waitlist_entries
            .reject("waitlist_entry_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "waitlistEntries.delete",
        "DeleteWaitlistEntry",
        r#"{"path_values": ["waitlist_entry_id é/1"], "query": [["probe", "é 1"]]}"#,
        waitlist_entries
            .delete("waitlist_entry_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
