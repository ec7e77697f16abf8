//! What a seed may have, and which operation of the Backend API makes it.

use crate::backend_api::document::Document;
use crate::backend_api::schema::Schema;

/// A list of things to make.
pub(super) struct Section {
    pub(super) name: &'static str,
    /// Makes one of them.
    pub(super) operation: &'static str,
    /// Lists that each of them may have, made after it with its id in the path.
    pub(super) below: &'static [Section],
}

const fn section(name: &'static str, operation: &'static str) -> Section {
    Section {
        name,
        operation,
        below: &[],
    }
}

/// In the order in which they are made: what is named has to be there.
pub(super) const SECTIONS: &[Section] = &[
    section("permissions", "CreateOrganizationPermission"),
    section("roles", "CreateOrganizationRole"),
    section("users", "CreateUser"),
    Section {
        name: "organizations",
        operation: "CreateOrganization",
        below: &[
            section("members", "CreateOrganizationMembership"),
            section("invitations", "CreateOrganizationInvitation"),
            section("domains", "CreateOrganizationDomain"),
        ],
    },
    section("invitations", "CreateInvitation"),
    section("waitlist_entries", "CreateWaitlistEntry"),
    section("jwt_templates", "CreateJWTTemplate"),
    section("machines", "CreateMachine"),
    section("oauth_applications", "CreateOAuthApplication"),
    section("api_keys", "createApiKey"),
    section("redirect_urls", "CreateRedirectURL"),
    section("allowlist_identifiers", "CreateAllowlistIdentifier"),
    section("blocklist_identifiers", "CreateBlocklistIdentifier"),
];

impl Section {
    pub(super) fn schema<'a>(&self, document: &'a Document) -> Option<&'a Schema> {
        let operation = document.operation(self.operation)?;
        document.resolve(&operation.body.as_ref()?.schema)
    }

    /// The keys that one thing may have, without those of `below`.
    pub(super) fn keys<'a>(&self, document: &'a Document) -> Vec<&'a str> {
        let properties = self.schema(document).map(|schema| schema.properties.keys());
        let mut keys = vec!["id"];
        keys.extend(properties.into_iter().flatten().map(String::as_str));
        if self.name == "members" {
            keys.push("user");
        }
        keys
    }
}
