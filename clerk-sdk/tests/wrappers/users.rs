use super::Api;

#[tokio::test]
async fn every_method_of_users_hits_its_operation() {
    let api = Api::start().await;
    let users = api.clerk.users();
    api.check(
        "users.getUserList",
        "GetUserList",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        users.get_user_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.getUser",
        "GetUser",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users.get_user("user_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.createUser",
        "CreateUser",
        r#"{"body": {"probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#,
        users
            .create_user()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "users.updateUserMetadata",
        "UpdateUserMetadata",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        users
            .update_user_metadata("user_id é/1")
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "users.deleteUser",
        "DeleteUser",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users.delete_user("user_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.getCount",
        "GetUsersCount",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        users.get_count().query_pair("probe", "é 1"),
    )
    .await;
    api.check("users.getUserOauthAccessToken", "GetOAuthAccessToken", r#"{"path_values": ["user_id é/1", "provider é/1"], "query": [["paginated", "true"], ["probe", "é 1"]]}"#, users.get_user_oauth_access_token("user_id é/1", "provider é/1").query_pair("probe", "é 1")).await;
    api.check(
        "users.disableUserMFA",
        "DisableMFA",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .disable_user_mfa("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.getOrganizationMembershipList",
        "UsersGetOrganizationMemberships",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .get_organization_membership_list("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("users.verifyPassword", "VerifyPassword", r#"{"body": {"password": "password é/1", "probe": [1]}, "path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#, users.verify_password("user_id é/1").password("password é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("users.verifyTOTP", "VerifyTOTP", r#"{"body": {"code": "code é/1", "probe": [1]}, "path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#, users.verify_totp("user_id é/1").code("code é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("users.replaceUserEmailAddress", "ReplaceUserEmailAddress", r#"{"body": {"email_address": "email_address é/1", "probe": [1]}, "path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#, users.replace_user_email_address("user_id é/1").email_address("email_address é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("users.replaceUserPhoneNumber", "ReplaceUserPhoneNumber", r#"{"body": {"phone_number": "phone_number é/1", "probe": [1]}, "path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#, users.replace_user_phone_number("user_id é/1").phone_number("phone_number é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "users.updateUserProfileImage",
        "SetUserProfileImage",
        r#"{"parts": {}, "path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .update_user_profile_image("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.replaceUserMetadata",
        "ReplaceUserMetadata",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        users
            .replace_user_metadata("user_id é/1")
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "users.getOrganizationInvitationList",
        "UsersGetOrganizationInvitations",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .get_organization_invitation_list("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.removePassword",
        "RemoveUserPassword",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        users
            .remove_password("user_id é/1")
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "users.banUser",
        "BanUser",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users.ban_user("user_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.unbanUser",
        "UnbanUser",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users.unban_user("user_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.lockUser",
        "LockUser",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users.lock_user("user_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.unlockUser",
        "UnlockUser",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users.unlock_user("user_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.deleteUserProfileImage",
        "DeleteUserProfileImage",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .delete_user_profile_image("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("users.deleteUserPasskey", "UserPasskeyDelete", r#"{"path_values": ["user_id é/1", "passkey_identification_id é/1"], "query": [["probe", "é 1"]]}"#, users.delete_user_passkey("user_id é/1", "passkey_identification_id é/1").query_pair("probe", "é 1")).await;
    api.check("users.deleteUserWeb3Wallet", "UserWeb3WalletDelete", r#"{"path_values": ["user_id é/1", "web3_wallet_identification_id é/1"], "query": [["probe", "é 1"]]}"#, users.delete_user_web3_wallet("user_id é/1", "web3_wallet_identification_id é/1").query_pair("probe", "é 1")).await;
    api.check("users.deleteUserExternalAccount", "DeleteExternalAccount", r#"{"path_values": ["user_id é/1", "external_account_id é/1"], "query": [["probe", "é 1"]]}"#, users.delete_user_external_account("user_id é/1", "external_account_id é/1").query_pair("probe", "é 1")).await;
    api.check(
        "users.deleteUserBackupCodes",
        "DeleteBackupCode",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .delete_user_backup_codes("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.deleteUserTOTP",
        "DeleteTOTP",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .delete_user_totp("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "users.setPasswordCompromised",
        "SetUserPasswordCompromised",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        users
            .set_password_compromised("user_id é/1")
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "users.unsetPasswordCompromised",
        "UnsetUserPasswordCompromised",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .unset_password_compromised("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "UsersBan", r#"{"body": {"user_ids": ["user_ids é/1", "user_ids again é/1"], "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, users.ban_users().user_ids(["user_ids é/1", "user_ids again é/1"]).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "UsersUnban", r#"{"body": {"user_ids": ["user_ids é/1", "user_ids again é/1"], "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, users.unban_users().user_ids(["user_ids é/1", "user_ids again é/1"]).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "ListUserTrustedDevices",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .get_trusted_device_list("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "RevokeUserTrustedDevice",
        r#"{"path_values": ["user_id é/1", "trusted_device_id é/1"], "query": [["probe", "é 1"]]}"#,
        users
            .revoke_trusted_device("user_id é/1", "trusted_device_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
