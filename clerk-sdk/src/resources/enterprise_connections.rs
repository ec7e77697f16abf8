use clerk_api::operations::{
    CreateEnterpriseConnection, CreateEnterpriseConnectionTestRun, DeleteEnterpriseConnection,
    GetEnterpriseConnection, ListEnterpriseConnectionTestRuns, ListEnterpriseConnections,
    UpdateEnterpriseConnection,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Enterprise single sign-on, over SAML or OIDC.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::EnterpriseConnections {
    ///     clerk.enterprise_connections()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct EnterpriseConnections;
}

impl EnterpriseConnections {
    /// Creates a single sign-on connection over SAML or OIDC for at least one email domain. Answers 201 with the connection.
    ///
    /// `POST /enterprise_connections`, operation `CreateEnterpriseConnection`.
    pub fn create_enterprise_connection(&self) -> CreateEnterpriseConnection<Plain> {
        CreateEnterpriseConnection::new(self.clerk.api())
    }

    /// Changes a single sign-on connection. Activating it may delete verified organization domains with the same names.
    ///
    /// `PATCH /enterprise_connections/{enterprise_connection_id}`, operation `UpdateEnterpriseConnection`.
    pub fn update_enterprise_connection(
        &self,
        enterprise_connection_id: impl Into<String>,
    ) -> UpdateEnterpriseConnection<Plain> {
        UpdateEnterpriseConnection::new(self.clerk.api(), enterprise_connection_id)
    }

    /// Lists the SAML and OIDC single sign-on connections of the instance, optionally of one organization or only the active ones.
    ///
    /// `GET /enterprise_connections`, operation `ListEnterpriseConnections`.
    pub fn get_enterprise_connection_list(&self) -> ListEnterpriseConnections<Paged> {
        ListEnterpriseConnections::new(self.clerk.api())
    }

    /// Reads one single sign-on connection with its SAML or OIDC part.
    ///
    /// `GET /enterprise_connections/{enterprise_connection_id}`, operation `GetEnterpriseConnection`.
    pub fn get_enterprise_connection(
        &self,
        enterprise_connection_id: impl Into<String>,
    ) -> GetEnterpriseConnection<Plain> {
        GetEnterpriseConnection::new(self.clerk.api(), enterprise_connection_id)
    }

    /// Deletes a single sign-on connection; users of its domains can no longer come in through it.
    ///
    /// `DELETE /enterprise_connections/{enterprise_connection_id}`, operation `DeleteEnterpriseConnection`.
    pub fn delete_enterprise_connection(
        &self,
        enterprise_connection_id: impl Into<String>,
    ) -> DeleteEnterpriseConnection<Plain> {
        DeleteEnterpriseConnection::new(self.clerk.api(), enterprise_connection_id)
    }

    /// Lists trial sign-ins of an enterprise connection with their logs and what the identity provider sent, page by page.
    ///
    /// `GET /enterprise_connections/{enterprise_connection_id}/test_runs`, operation `ListEnterpriseConnectionTestRuns`.
    pub fn list_test_runs(
        &self,
        enterprise_connection_id: impl Into<String>,
    ) -> ListEnterpriseConnectionTestRuns<Paged> {
        ListEnterpriseConnectionTestRuns::new(self.clerk.api(), enterprise_connection_id)
    }

    /// Starts a trial sign-in through an enterprise connection and answers a link, soon to expire, to open in a browser.
    ///
    /// `POST /enterprise_connections/{enterprise_connection_id}/test_runs`, operation `CreateEnterpriseConnectionTestRun`.
    pub fn create_test_run(
        &self,
        enterprise_connection_id: impl Into<String>,
    ) -> CreateEnterpriseConnectionTestRun<Plain> {
        CreateEnterpriseConnectionTestRun::new(self.clerk.api(), enterprise_connection_id)
    }
}
