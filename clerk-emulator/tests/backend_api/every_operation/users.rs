use clerk_api::{Patch, types};
use serde_json::json;

use super::{Tour, done, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    let ada = ok(clerk
        .create_user()
        .email_address(["ada@example.com"])
        .phone_number(["+15555550100"])
        .web3_wallet(["0x1234"])
        .username(Patch::Set("ada_l".to_owned()))
        .password(Patch::Set("correct horse".to_owned()))
        .totp_secret(Patch::Set("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned()))
        .backup_codes(["backup-1", "backup-2"])
        .public_metadata(json!({"plan": "pro"}))
        .created_at(Patch::Set("2023-01-01T00:00:00Z".to_owned())))
    .await;
    let user = id(&ada);
    let wallet = id(&ada["web3_wallets"][0]);
    fields(tour, &user).await;
    restrictions(tour, &user).await;
    ok(clerk.user_web3_wallet_delete(&user, &wallet)).await;
    linked(tour, &user).await;
    contacts(tour, &user).await;
    sessions(tour, &user).await;

    let sign_up = id(&tour
        .emulator
        .insert("sign_ups", json!({"email_address": "new@example.com"}))
        .unwrap());
    ok(clerk.get_sign_up(&sign_up)).await;
    ok(clerk
        .update_sign_up(&sign_up)
        .external_id(Patch::Set("ext".to_owned())))
    .await;

    let task = ok(clerk
        .create_agent_task()
        .agent_name("helper")
        .on_behalf_of(types::CreateAgentTaskOnBehalfOf::new().user_id(user.clone()))
        .permissions(types::CreateAgentTaskPermissions::from("*"))
        .redirect_url("https://example.com")
        .task_description("helps"))
    .await;
    ok(clerk.revoke_agent_task(task["agent_task_id"].as_str().unwrap())).await;
    ok(clerk.delete_user(&user)).await;
    done(clerk.get_public_interstitial()).await;
}

async fn fields(tour: &Tour, user: &str) {
    let clerk = &tour.clerk;
    ok(clerk.get_user_list().email_address(["ada@example.com"])).await;
    ok(clerk.get_users_count()).await;
    ok(clerk.get_user(user)).await;
    ok(clerk
        .update_user(user)
        .first_name(Patch::Set("Ada".to_owned())))
    .await;
    ok(clerk
        .update_user_metadata(user)
        .public_metadata(json!({"a": 1})))
    .await;
    ok(clerk
        .replace_user_metadata(user)
        .private_metadata(json!({"b": 2})))
    .await;
    ok(clerk.verify_password(user).password("correct horse")).await;
    ok(clerk.verify_totp(user).code("backup-1")).await;
    ok(clerk.set_user_password_compromised(user)).await;
    ok(clerk.unset_user_password_compromised(user)).await;
    ok(clerk.delete_backup_code(user)).await;
    ok(clerk.delete_totp(user)).await;
    ok(clerk.disable_mfa(user)).await;
    ok(clerk.remove_user_password(user)).await;
    ok(clerk
        .set_user_profile_image(user)
        .file(b"an image".to_vec()))
    .await;
    ok(clerk.delete_user_profile_image(user)).await;
}

async fn restrictions(tour: &Tour, user: &str) {
    let clerk = &tour.clerk;
    ok(clerk.ban_user(user)).await;
    ok(clerk.unban_user(user)).await;
    ok(clerk.lock_user(user)).await;
    ok(clerk.unlock_user(user)).await;
    ok(clerk.users_ban().user_ids([user.to_owned()])).await;
    ok(clerk.users_unban().user_ids([user.to_owned()])).await;
}

async fn linked(tour: &Tour, user: &str) {
    let clerk = &tour.clerk;
    let put = |list: &str, fields| {
        tour.emulator
            .insert(&format!("users/{user}/{list}"), fields)
            .unwrap()
    };
    let passkey = id(&put("passkeys", json!({"name": "phone"})));
    let account = id(&put(
        "external_accounts",
        json!({"provider": "oauth_google", "approved_scopes": "email profile"}),
    ));
    let device = id(&put("trusted_devices", json!({"name": "telephone"})));
    put("saml_accounts", json!({}));
    put("enterprise_accounts", json!({}));
    ok(clerk.get_user(user)).await;
    ok(clerk.get_oauth_access_token(user, "oauth_google")).await;
    ok(clerk.list_user_trusted_devices(user)).await;
    ok(clerk.revoke_user_trusted_device(user, &device)).await;
    ok(clerk.user_passkey_delete(user, &passkey)).await;
    ok(clerk.delete_external_account(user, &account)).await;
}

async fn contacts(tour: &Tour, user: &str) {
    let clerk = &tour.clerk;
    let email = ok(clerk
        .create_email_address()
        .email_address("ada@example.org")
        .user_id(user))
    .await;
    let email = id(&email);
    ok(clerk.get_email_address(&email)).await;
    let verification = id(&ok(clerk.prepare_email_address_verification(&email)).await);
    ok(clerk
        .attempt_email_address_verification(&email)
        .code("424242")
        .verification_id(&verification))
    .await;
    ok(clerk.update_email_address(&email).primary(Patch::Set(true))).await;
    ok(clerk.delete_email_address(&email)).await;
    let phone = ok(clerk
        .create_phone_number()
        .phone_number("+15555550101")
        .user_id(user))
    .await;
    let phone = id(&phone);
    ok(clerk.get_phone_number(&phone)).await;
    let verification = id(&ok(clerk.prepare_phone_number_verification(&phone)).await);
    ok(clerk
        .attempt_phone_number_verification(&phone)
        .code("424242")
        .verification_id(&verification))
    .await;
    ok(clerk
        .update_phone_number(&phone)
        .reserved_for_second_factor(Patch::Set(true)))
    .await;
    ok(clerk.delete_phone_number(&phone)).await;
    ok(clerk
        .replace_user_email_address(user)
        .email_address("lovelace@example.com"))
    .await;
    ok(clerk
        .replace_user_phone_number(user)
        .phone_number("+15555550102"))
    .await;
}

async fn sessions(tour: &Tour, user: &str) {
    let clerk = &tour.clerk;
    let session = id(&ok(clerk.create_session().user_id(user)).await);
    ok(clerk.get_session_list()).await;
    ok(clerk.get_session(&session)).await;
    ok(clerk.create_session_token(&session)).await;
    let claims = json!({"email": "{{user.primary_email_address}}"});
    let template = ok(clerk
        .create_jwt_template()
        .claims(claims.clone())
        .name("supabase"))
    .await;
    let template = id(&template);
    ok(clerk.create_session_token_from_template(&session, "supabase")).await;
    ok(clerk.list_jwt_templates()).await;
    ok(clerk.get_jwt_template(&template)).await;
    ok(clerk
        .update_jwt_template(&template)
        .claims(claims)
        .name("hasura"))
    .await;
    ok(clerk.delete_jwt_template(&template)).await;
    ok(clerk.revoke_session(&session)).await;

    let browser = tour.emulator.sign_in(user).unwrap();
    for format in ["token", "cookie"] {
        ok(clerk
            .refresh_session(&browser.session_id)
            .expired_token(&browser.token)
            .refresh_token(&browser.refresh_token)
            .request_origin("http://localhost:3000")
            .format(Patch::Set(types::RefreshSessionFormat::from(format))))
        .await;
    }
    ok(clerk.get_client_list()).await;
    ok(clerk.get_client(&browser.client_id)).await;
    ok(clerk.verify_client().token(&browser.client_token)).await;
}
