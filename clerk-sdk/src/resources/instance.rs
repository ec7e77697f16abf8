use clerk_api::operations::{
    ChangeProductionInstanceDomain, GetInstance, GetInstanceCommunication,
    GetInstanceOauthApplicationSettings, GetInstanceOrganizationSettings, GetInstanceProtect,
    UpdateInstance, UpdateInstanceCommunication, UpdateInstanceOauthApplicationSettings,
    UpdateInstanceOrganizationSettings, UpdateInstanceProtect, UpdateInstanceRestrictions,
};

use super::resource;
use crate::Plain;

resource! {
    /// Settings of the instance.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Instance {
    ///     clerk.instance()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Instance;
}

impl Instance {
    /// Reads the instance that the secret key belongs to: ID, environment and allowed origins. A cheap way to check a key.
    ///
    /// `GET /instance`, operation `GetInstance`.
    pub fn get(&self) -> GetInstance<Plain> {
        GetInstance::new(self.clerk.api())
    }

    /// Changes general settings such as test mode, leaked-password checks and allowed origins. Answers an empty 204.
    ///
    /// `PATCH /instance`, operation `UpdateInstance`.
    pub fn update(&self) -> UpdateInstance<Plain> {
        UpdateInstance::new(self.clerk.api())
    }

    /// Turns the allow-list, the block-list and email restrictions on or off, and answers the resulting set.
    ///
    /// `PATCH /instance/restrictions`, operation `UpdateInstanceRestrictions`.
    pub fn update_restrictions(&self) -> UpdateInstanceRestrictions<Plain> {
        UpdateInstanceRestrictions::new(self.clerk.api())
    }

    /// Reads the organization settings: limits, default roles, and whether organizations are enabled at all.
    ///
    /// `GET /instance/organization_settings`, operation `GetInstanceOrganizationSettings`.
    pub fn get_organization_settings(&self) -> GetInstanceOrganizationSettings<Plain> {
        GetInstanceOrganizationSettings::new(self.clerk.api())
    }

    /// Changes the organization settings that you send and answers all of them. Some need a higher plan (402).
    ///
    /// `PATCH /instance/organization_settings`, operation `UpdateInstanceOrganizationSettings`.
    pub fn update_organization_settings(&self) -> UpdateInstanceOrganizationSettings<Plain> {
        UpdateInstanceOrganizationSettings::new(self.clerk.api())
    }

    /// Moves a production instance to another domain. Every session ends, keys change, and DNS and certificates have to be set up again.
    ///
    /// `POST /instance/change_domain`, operation `ChangeProductionInstanceDomain`.
    pub fn change_domain(&self) -> ChangeProductionInstanceDomain<Plain> {
        ChangeProductionInstanceDomain::new(self.clerk.api())
    }

    /// Reads the SMS settings of the instance, which is the list of countries that get no text messages.
    ///
    /// `GET /instance/communication`, operation `GetInstanceCommunication`.
    pub fn get_communication(&self) -> GetInstanceCommunication<Plain> {
        GetInstanceCommunication::new(self.clerk.api())
    }

    /// Replaces the list of countries that get no SMS. Send the whole list: unknown codes are ignored, and leaving it out changes nothing.
    ///
    /// `PATCH /instance/communication`, operation `UpdateInstanceCommunication`.
    pub fn update_communication(&self) -> UpdateInstanceCommunication<Plain> {
        UpdateInstanceCommunication::new(self.clerk.api())
    }

    /// Reads how the instance acts as an OAuth provider: dynamic registration, default scopes, JWT access tokens.
    ///
    /// `GET /instance/oauth_application_settings`, operation `GetInstanceOAuthApplicationSettings`.
    pub fn get_oauth_application_settings(&self) -> GetInstanceOauthApplicationSettings<Plain> {
        GetInstanceOauthApplicationSettings::new(self.clerk.api())
    }

    /// Changes how the instance acts as an OAuth provider. Dynamic registration lets any client register itself.
    ///
    /// `PATCH /instance/oauth_application_settings`, operation `UpdateInstanceOAuthApplicationSettings`.
    pub fn update_oauth_application_settings(
        &self,
    ) -> UpdateInstanceOauthApplicationSettings<Plain> {
        UpdateInstanceOauthApplicationSettings::new(self.clerk.api())
    }

    /// Reads which parts of Clerk's bot and abuse protection are switched on.
    ///
    /// `GET /instance/protect`, operation `GetInstanceProtect`.
    pub fn get_protect(&self) -> GetInstanceProtect<Plain> {
        GetInstanceProtect::new(self.clerk.api())
    }

    /// Switches parts of Clerk's bot and abuse protection on or off, and answers the resulting settings.
    ///
    /// `PATCH /instance/protect`, operation `UpdateInstanceProtect`.
    pub fn update_protect(&self) -> UpdateInstanceProtect<Plain> {
        UpdateInstanceProtect::new(self.clerk.api())
    }
}
