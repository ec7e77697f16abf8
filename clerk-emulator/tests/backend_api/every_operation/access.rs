use clerk_api::types;

use super::{Tour, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    let user = id(&ok(clerk.create_user().email_address(["access@example.com"])).await);
    let token = id(&ok(clerk
        .create_actor_token()
        .actor(types::CreateActorTokenActor::new("user_admin"))
        .user_id(&user))
    .await);
    ok(clerk.revoke_actor_token(&token)).await;
    let token = id(&ok(clerk.create_sign_in_token().user_id(&user)).await);
    ok(clerk.revoke_sign_in_token(&token)).await;
    ok(clerk.create_testing_token()).await;

    let allowed = id(&ok(clerk
        .create_allowlist_identifier()
        .identifier("*@example.com"))
    .await);
    ok(clerk.list_allowlist_identifiers()).await;
    ok(clerk.delete_allowlist_identifier(&allowed)).await;
    let blocked = id(&ok(clerk
        .create_blocklist_identifier()
        .identifier("+15555550199"))
    .await);
    ok(clerk.list_blocklist_identifiers()).await;
    ok(clerk.delete_blocklist_identifier(&blocked)).await;

    let invitation = id(&ok(clerk
        .create_invitation()
        .email_address("invited@example.com"))
    .await);
    ok(clerk.list_invitations()).await;
    let items = [types::CreateBulkInvitationsItem::new("another@example.com")];
    ok(clerk.create_bulk_invitations().items(items)).await;
    ok(clerk.revoke_invitation(&invitation)).await;

    let entry = id(&ok(clerk
        .create_waitlist_entry()
        .email_address("waits@example.com"))
    .await);
    let items = [types::CreateBulkWaitlistEntriesItem::new(
        "waits-too@example.com",
    )];
    let others = ok(clerk.create_bulk_waitlist_entries().items(items)).await;
    ok(clerk.list_waitlist_entries()).await;
    ok(clerk.invite_waitlist_entry(&entry)).await;
    let other = id(&others[0]);
    ok(clerk.reject_waitlist_entry(&other)).await;
    ok(clerk.delete_waitlist_entry(&other)).await;

    let redirect = id(&ok(clerk.create_redirect_url().url("myapp://callback")).await);
    ok(clerk.list_redirect_urls()).await;
    ok(clerk.get_redirect_url(&redirect)).await;
    ok(clerk.delete_redirect_url(&redirect)).await;
}
