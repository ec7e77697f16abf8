// Clerk deprecates some of these operations; whoever calls them is told.
#![allow(deprecated)]

use clerk_api::operations::{
    CreateSamlConnection, DeleteSamlConnection, GetSamlConnection, ListSamlConnections,
    UpdateSamlConnection,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// SAML connections, which enterprise connections have replaced.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::SamlConnections {
    ///     clerk.saml_connections()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct SamlConnections;
}

impl SamlConnections {
    /// Lists SAML connections, latest created first. Deprecated in favour of enterprise connections.
    ///
    /// `GET /saml_connections`, operation `ListSAMLConnections`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn get_saml_connection_list(&self) -> ListSamlConnections<Paged> {
        ListSamlConnections::new(self.clerk.api())
    }

    /// Creates a SAML connection to an identity provider for one or more domains. Deprecated in favour of enterprise connections.
    ///
    /// `POST /saml_connections`, operation `CreateSAMLConnection`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn create_saml_connection(&self) -> CreateSamlConnection<Plain> {
        CreateSamlConnection::new(self.clerk.api())
    }

    /// Reads one SAML connection with the service-provider addresses to enter at the identity provider. Deprecated.
    ///
    /// `GET /saml_connections/{saml_connection_id}`, operation `GetSAMLConnection`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn get_saml_connection(
        &self,
        saml_connection_id: impl Into<String>,
    ) -> GetSamlConnection<Plain> {
        GetSamlConnection::new(self.clerk.api(), saml_connection_id)
    }

    /// Changes a SAML connection, for example its certificate or whether it is active. Deprecated in favour of enterprise connections.
    ///
    /// `PATCH /saml_connections/{saml_connection_id}`, operation `UpdateSAMLConnection`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn update_saml_connection(
        &self,
        saml_connection_id: impl Into<String>,
    ) -> UpdateSamlConnection<Plain> {
        UpdateSamlConnection::new(self.clerk.api(), saml_connection_id)
    }

    /// Deletes a SAML connection; its users must find another way to sign in. Deprecated in favour of enterprise connections.
    ///
    /// `DELETE /saml_connections/{saml_connection_id}`, operation `DeleteSAMLConnection`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn delete_saml_connection(
        &self,
        saml_connection_id: impl Into<String>,
    ) -> DeleteSamlConnection<Plain> {
        DeleteSamlConnection::new(self.clerk.api(), saml_connection_id)
    }
}
