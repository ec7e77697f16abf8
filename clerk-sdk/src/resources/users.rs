mod update_user;

use clerk_api::operations::{
    BanUser, CreateUser, DeleteBackupCode, DeleteExternalAccount, DeleteTotp, DeleteUser,
    DeleteUserProfileImage, DisableMfa, GetOauthAccessToken, GetUser, GetUserList, GetUsersCount,
    ListUserTrustedDevices, LockUser, RemoveUserPassword, ReplaceUserEmailAddress,
    ReplaceUserMetadata, ReplaceUserPhoneNumber, RevokeUserTrustedDevice,
    SetUserPasswordCompromised, SetUserProfileImage, UnbanUser, UnlockUser,
    UnsetUserPasswordCompromised, UpdateUserMetadata, UserPasskeyDelete, UserWeb3WalletDelete,
    UsersBan, UsersGetOrganizationInvitations, UsersGetOrganizationMemberships, UsersUnban,
    VerifyPassword, VerifyTotp,
};

pub use update_user::UpdateUser;

use super::resource;
use crate::{Counted, Paged, Plain};

resource! {
    /// Users, with all that belongs to them.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Users {
    ///     clerk.users()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Users;
}

impl Users {
    /// Lists users, latest created first, filtered by identifiers, organization, activity or free text. For deep walks pass `starting_after` instead of a growing `offset`.
    ///
    /// `GET /users`, operation `GetUserList`.
    pub fn get_user_list(&self) -> GetUserList<Paged> {
        GetUserList::new(self.clerk.api())
    }

    /// Reads one user with all identifiers, linked accounts and metadata, the private metadata included.
    ///
    /// `GET /users/{user_id}`, operation `GetUser`.
    pub fn get_user(&self, user_id: impl Into<String>) -> GetUser<Plain> {
        GetUser::new(self.clerk.api(), user_id)
    }

    /// Creates a user; identifiers count as verified unless you mark them `reserved`. Limited to 1000 calls in 10 seconds (100 in development).
    ///
    /// `POST /users`, operation `CreateUser`.
    pub fn create_user(&self) -> CreateUser<Plain> {
        CreateUser::new(self.clerk.api())
    }

    /// Merges the given metadata deeply into what the user has; a key set to `null` is dropped. Concurrent writers of other keys are not overwritten.
    ///
    /// `PATCH /users/{user_id}/metadata`, operation `UpdateUserMetadata`.
    pub fn update_user_metadata(&self, user_id: impl Into<String>) -> UpdateUserMetadata<Plain> {
        UpdateUserMetadata::new(self.clerk.api(), user_id)
    }

    /// Deletes a user for good along with its identifiers, memberships and sessions. There is no undo.
    ///
    /// `DELETE /users/{user_id}`, operation `DeleteUser`.
    pub fn delete_user(&self, user_id: impl Into<String>) -> DeleteUser<Plain> {
        DeleteUser::new(self.clerk.api(), user_id)
    }

    /// Counts the users that a `GetUserList` call with the same filters would find, without reading them.
    ///
    /// `GET /users/count`, operation `GetUsersCount`.
    pub fn get_count(&self) -> GetUsersCount<Counted> {
        GetUsersCount::new(self.clerk.api())
    }

    /// Fetches the access token that a social provider issued for this user; an expired OAuth 2.0 token is refreshed first where possible.
    ///
    /// `GET /users/{user_id}/oauth_access_tokens/{provider}`, operation `GetOAuthAccessToken`.
    pub fn get_user_oauth_access_token(
        &self,
        user_id: impl Into<String>,
        provider: impl Into<String>,
    ) -> GetOauthAccessToken<Paged> {
        GetOauthAccessToken::new(self.clerk.api(), user_id, provider)
    }

    /// Switches off every second factor of a user at once: authenticator app, SMS and backup codes. One factor then suffices to sign in.
    ///
    /// `DELETE /users/{user_id}/mfa`, operation `DisableMFA`.
    pub fn disable_user_mfa(&self, user_id: impl Into<String>) -> DisableMfa<Plain> {
        DisableMfa::new(self.clerk.api(), user_id)
    }

    /// Lists the organizations a user belongs to, with role and permissions in each, page by page.
    ///
    /// `GET /users/{user_id}/organization_memberships`, operation `UsersGetOrganizationMemberships`.
    pub fn get_organization_membership_list(
        &self,
        user_id: impl Into<String>,
    ) -> UsersGetOrganizationMemberships<Paged> {
        UsersGetOrganizationMemberships::new(self.clerk.api(), user_id)
    }

    /// Checks a plaintext password against that of the user. A wrong one answers 422, a user without a password 400.
    ///
    /// `POST /users/{user_id}/verify_password`, operation `VerifyPassword`.
    pub fn verify_password(&self, user_id: impl Into<String>) -> VerifyPassword<Plain> {
        VerifyPassword::new(self.clerk.api(), user_id)
    }

    /// Checks an authenticator code or a backup code of a user; a backup code that matches is used up. A wrong code answers 422.
    ///
    /// `POST /users/{user_id}/verify_totp`, operation `VerifyTOTP`.
    pub fn verify_totp(&self, user_id: impl Into<String>) -> VerifyTotp<Plain> {
        VerifyTotp::new(self.clerk.api(), user_id)
    }

    /// Swaps all addresses of a user for one new primary address; the old ones are deleted. Choosing `unverified` may leave the user with no way to sign in.
    ///
    /// `PUT /users/{user_id}/email_address`, operation `ReplaceUserEmailAddress`.
    pub fn replace_user_email_address(
        &self,
        user_id: impl Into<String>,
    ) -> ReplaceUserEmailAddress<Plain> {
        ReplaceUserEmailAddress::new(self.clerk.api(), user_id)
    }

    /// Swaps all phone numbers of a user for one new primary number. Old numbers are deleted, and losing one that served as second factor turns MFA off.
    ///
    /// `PUT /users/{user_id}/phone_number`, operation `ReplaceUserPhoneNumber`.
    pub fn replace_user_phone_number(
        &self,
        user_id: impl Into<String>,
    ) -> ReplaceUserPhoneNumber<Plain> {
        ReplaceUserPhoneNumber::new(self.clerk.api(), user_id)
    }

    /// Uploads a picture as multipart form data and makes it the avatar of the user, replacing the former one.
    ///
    /// `POST /users/{user_id}/profile_image`, operation `SetUserProfileImage`.
    pub fn update_user_profile_image(
        &self,
        user_id: impl Into<String>,
    ) -> SetUserProfileImage<Plain> {
        SetUserProfileImage::new(self.clerk.api(), user_id)
    }

    /// Overwrites each metadata object you send as a whole, losing its former keys; objects you leave out are untouched.
    ///
    /// `PUT /users/{user_id}/metadata`, operation `ReplaceUserMetadata`.
    pub fn replace_user_metadata(&self, user_id: impl Into<String>) -> ReplaceUserMetadata<Plain> {
        ReplaceUserMetadata::new(self.clerk.api(), user_id)
    }

    /// Lists the organization invitations addressed to a user, page by page and optionally by status.
    ///
    /// `GET /users/{user_id}/organization_invitations`, operation `UsersGetOrganizationInvitations`.
    pub fn get_organization_invitation_list(
        &self,
        user_id: impl Into<String>,
    ) -> UsersGetOrganizationInvitations<Paged> {
        UsersGetOrganizationInvitations::new(self.clerk.api(), user_id)
    }

    /// Takes the password away from a user without asking for it, even if no other way to sign in is left. Sessions stay unless you ask otherwise.
    ///
    /// `POST /users/{user_id}/remove_password`, operation `RemoveUserPassword`.
    pub fn remove_password(&self, user_id: impl Into<String>) -> RemoveUserPassword<Plain> {
        RemoveUserPassword::new(self.clerk.api(), user_id)
    }

    /// Bans a user: every session is revoked right away and further sign-ins are refused until the ban is lifted. Not part of every plan (402).
    ///
    /// `POST /users/{user_id}/ban`, operation `BanUser`.
    pub fn ban_user(&self, user_id: impl Into<String>) -> BanUser<Plain> {
        BanUser::new(self.clerk.api(), user_id)
    }

    /// Lifts a ban, so that the user can sign in again. Sessions that the ban revoked stay revoked.
    ///
    /// `POST /users/{user_id}/unban`, operation `UnbanUser`.
    pub fn unban_user(&self, user_id: impl Into<String>) -> UnbanUser<Plain> {
        UnbanUser::new(self.clerk.api(), user_id)
    }

    /// Locks a user out of signing in for the lockout period set on the instance. A lock ends by itself, unlike a ban.
    ///
    /// `POST /users/{user_id}/lock`, operation `LockUser`.
    pub fn lock_user(&self, user_id: impl Into<String>) -> LockUser<Plain> {
        LockUser::new(self.clerk.api(), user_id)
    }

    /// Lets a locked user sign in again before the lockout period has run out.
    ///
    /// `POST /users/{user_id}/unlock`, operation `UnlockUser`.
    pub fn unlock_user(&self, user_id: impl Into<String>) -> UnlockUser<Plain> {
        UnlockUser::new(self.clerk.api(), user_id)
    }

    /// Removes the uploaded avatar of a user, who then gets a generated default picture.
    ///
    /// `DELETE /users/{user_id}/profile_image`, operation `DeleteUserProfileImage`.
    pub fn delete_user_profile_image(
        &self,
        user_id: impl Into<String>,
    ) -> DeleteUserProfileImage<Plain> {
        DeleteUserProfileImage::new(self.clerk.api(), user_id)
    }

    /// Deletes one passkey of a user, who is told about it by email.
    ///
    /// `DELETE /users/{user_id}/passkeys/{passkey_identification_id}`, operation `UserPasskeyDelete`.
    pub fn delete_user_passkey(
        &self,
        user_id: impl Into<String>,
        passkey_identification_id: impl Into<String>,
    ) -> UserPasskeyDelete<Plain> {
        UserPasskeyDelete::new(self.clerk.api(), user_id, passkey_identification_id)
    }

    /// Unlinks one web3 wallet from a user, who can no longer sign in with it.
    ///
    /// `DELETE /users/{user_id}/web3_wallets/{web3_wallet_identification_id}`, operation `UserWeb3WalletDelete`.
    pub fn delete_user_web3_wallet(
        &self,
        user_id: impl Into<String>,
        web3_wallet_identification_id: impl Into<String>,
    ) -> UserWeb3WalletDelete<Plain> {
        UserWeb3WalletDelete::new(self.clerk.api(), user_id, web3_wallet_identification_id)
    }

    /// Unlinks a social account from a user, who can no longer sign in through that provider until it is connected anew.
    ///
    /// `DELETE /users/{user_id}/external_accounts/{external_account_id}`, operation `DeleteExternalAccount`.
    pub fn delete_user_external_account(
        &self,
        user_id: impl Into<String>,
        external_account_id: impl Into<String>,
    ) -> DeleteExternalAccount<Plain> {
        DeleteExternalAccount::new(self.clerk.api(), user_id, external_account_id)
    }

    /// Deletes all backup codes of a user, used and unused, and answers the user's ID.
    ///
    /// `DELETE /users/{user_id}/backup_code`, operation `DeleteBackupCode`.
    pub fn delete_user_backup_codes(&self, user_id: impl Into<String>) -> DeleteBackupCode<Plain> {
        DeleteBackupCode::new(self.clerk.api(), user_id)
    }

    /// Removes the authenticator-app secrets of a user, so that codes from the app stop working.
    ///
    /// `DELETE /users/{user_id}/totp`, operation `DeleteTOTP`.
    pub fn delete_user_totp(&self, user_id: impl Into<String>) -> DeleteTotp<Plain> {
        DeleteTotp::new(self.clerk.api(), user_id)
    }

    /// Flags a password as leaked, which forces a reset at the next sign-in. Running sessions go on unless `revoke_all_sessions` is set.
    ///
    /// `POST /users/{user_id}/password/set_compromised`, operation `SetUserPasswordCompromised`.
    pub fn set_password_compromised(
        &self,
        user_id: impl Into<String>,
    ) -> SetUserPasswordCompromised<Plain> {
        SetUserPasswordCompromised::new(self.clerk.api(), user_id)
    }

    /// Clears the leaked-password flag, so no reset is forced. A quarantine over a reserved email stays until the password really changes.
    ///
    /// `POST /users/{user_id}/password/unset_compromised`, operation `UnsetUserPasswordCompromised`.
    pub fn unset_password_compromised(
        &self,
        user_id: impl Into<String>,
    ) -> UnsetUserPasswordCompromised<Plain> {
        UnsetUserPasswordCompromised::new(self.clerk.api(), user_id)
    }

    /// Bans several users in one call; all of them lose their sessions and can no longer sign in. Answers the changed users.
    ///
    /// `POST /users/ban`, operation `UsersBan`.
    pub fn ban_users(&self) -> UsersBan<Plain> {
        UsersBan::new(self.clerk.api())
    }

    /// Lifts the ban of several users in one call and answers them. Their former sessions do not come back.
    ///
    /// `POST /users/unban`, operation `UsersUnban`.
    pub fn unban_users(&self) -> UsersUnban<Plain> {
        UsersUnban::new(self.clerk.api())
    }

    /// Lists the mobile devices a user has enrolled as trusted and that are still active.
    ///
    /// `GET /users/{user_id}/trusted_devices`, operation `ListUserTrustedDevices`.
    pub fn get_trusted_device_list(
        &self,
        user_id: impl Into<String>,
    ) -> ListUserTrustedDevices<Paged> {
        ListUserTrustedDevices::new(self.clerk.api(), user_id)
    }

    /// Ends the trust in one enrolled device of a user and answers it with status `revoked`.
    ///
    /// `DELETE /users/{user_id}/trusted_devices/{trusted_device_id}`, operation `RevokeUserTrustedDevice`.
    pub fn revoke_trusted_device(
        &self,
        user_id: impl Into<String>,
        trusted_device_id: impl Into<String>,
    ) -> RevokeUserTrustedDevice<Plain> {
        RevokeUserTrustedDevice::new(self.clerk.api(), user_id, trusted_device_id)
    }

    /// Changes a user; see [`UpdateUser`]. What is set of the fields is changed, what is set of the metadata is replaced.
    ///
    /// `PATCH /users/{user_id}` (operation `UpdateUser`), and `PUT /users/{user_id}/metadata` (operation
    /// `ReplaceUserMetadata`) when metadata is set.
    pub fn update_user(&self, user_id: impl Into<String>) -> UpdateUser {
        UpdateUser::new(self.clerk.api(), user_id.into())
    }
}
