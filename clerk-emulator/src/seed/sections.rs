//! What a seed may have, and which rule of the domain creates it.

use serde_json::Value;

use crate::domain::documents::{Target, create_document, create_identifier};
use crate::domain::organizations::{domains, invitations as organization_invitations, members};
use crate::domain::{
    api_keys, billing, invitations, jwt_templates, machines, oauth, organizations, permissions,
    roles, users, waitlist,
};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::openapi::document::{Document, Operation};
use crate::openapi::schema::Schema;
use crate::store::State;

/// One thing to create.
pub(super) struct Item<'a> {
    pub(super) cx: Context<'a>,
    /// The operation of the Backend API that creates the same.
    pub(super) operation: &'a Operation,
    /// The id of the organization that it belongs to, if it belongs to one.
    pub(super) parent: &'a str,
    pub(super) params: Params<'a>,
}

/// Creates one thing and returns its id.
type Create = fn(&Item<'_>, &mut State) -> Result<String, ApiError>;

/// A list of things to create.
pub(super) struct Section {
    pub(super) name: &'static str,
    /// The operation of the Backend API that takes the same parameters.
    operation: &'static str,
    pub(super) create: Create,
    /// Keys of what no operation takes as parameters.
    keys: &'static [&'static str],
    /// Lists that each of them may have, created after it.
    pub(super) below: &'static [Section],
}

const fn section(name: &'static str, operation: &'static str, create: Create) -> Section {
    Section {
        name,
        operation,
        create,
        keys: &[],
        below: &[],
    }
}

/// In the order in which they are created: what is named has to exist.
pub(super) const SECTIONS: &[Section] = &[
    section(
        "permissions",
        "CreateOrganizationPermission",
        |item, state| {
            permissions::create_permission(item.cx, state, item.operation, item.params).map(id_of)
        },
    ),
    section("roles", "CreateOrganizationRole", |item, state| {
        roles::create_role(item.cx, state, item.params).map(id_of)
    }),
    section("users", "CreateUser", |item, state| {
        users::create_user(item.cx, state, item.params)
    }),
    Section {
        name: "organizations",
        operation: "CreateOrganization",
        create: |item, state| {
            organizations::create_organization(item.cx, state, item.params).map(id_of)
        },
        keys: &[],
        below: BELOW_ORGANIZATIONS,
    },
    Section {
        name: "plans",
        operation: "GetCommercePlanList",
        create: |item, state| billing::create_plan(item.cx, state, item.params).map(id_of),
        keys: PLAN_KEYS,
        below: &[],
    },
    Section {
        name: "subscriptions",
        operation: "GetCommerceSubscriptionItemList",
        create: |item, state| billing::subscribe(item.cx, state, item.params).map(id_of),
        keys: SUBSCRIPTION_KEYS,
        below: &[],
    },
    section("invitations", "CreateInvitation", |item, state| {
        invitations::create_invitation(item.cx, state, item.params).map(id_of)
    }),
    section("waitlist_entries", "CreateWaitlistEntry", |item, state| {
        waitlist::create_entry(item.cx, state, item.params).map(id_of)
    }),
    section("jwt_templates", "CreateJWTTemplate", |item, state| {
        jwt_templates::create_template(item.cx, state, item.params).map(id_of)
    }),
    section("machines", "CreateMachine", |item, state| {
        machines::create_machine(item.cx, state, item.params).map(id_of)
    }),
    // Before the applications, which follow them.
    section(
        "oauth_application_settings",
        "UpdateInstanceOAuthApplicationSettings",
        |item, state| {
            oauth::settings::update_settings(state, item.params);
            Ok(String::new())
        },
    ),
    section(
        "oauth_applications",
        "CreateOAuthApplication",
        |item, state| oauth::create_seeded_application(item.cx, state, item.params).map(id_of),
    ),
    section("api_keys", "createApiKey", |item, state| {
        api_keys::create_key(item.cx, state, item.params).map(id_of)
    }),
    section("redirect_urls", "CreateRedirectURL", |item, state| {
        let fields = item.params.fields();
        create_document(item.cx, state, item.target(), fields).map(id_of)
    }),
    section(
        "allowlist_identifiers",
        "CreateAllowlistIdentifier",
        create_list_identifier,
    ),
    section(
        "blocklist_identifiers",
        "CreateBlocklistIdentifier",
        create_list_identifier,
    ),
];

/// Clerk has no operation that creates plans: they are made in the Dashboard.
const PLAN_KEYS: &[&str] = &[
    "name",
    "slug",
    "description",
    "for_payer_type",
    "amount",
    "annual_amount",
    "features",
    "free_trial_days",
    "publicly_visible",
    "is_default",
];

const SUBSCRIPTION_KEYS: &[&str] = &["user_id", "organization_id", "plan", "plan_period"];

const BELOW_ORGANIZATIONS: &[Section] = &[
    section("members", "CreateOrganizationMembership", |item, state| {
        let member = members::create_member(item.cx, state, item.parent, item.params)?;
        Ok(member.id)
    }),
    section(
        "invitations",
        "CreateOrganizationInvitation",
        |item, state| {
            let (parent, params) = (item.parent, item.params);
            organization_invitations::create_invitation(item.cx, state, parent, params).map(id_of)
        },
    ),
    section("domains", "CreateOrganizationDomain", |item, state| {
        domains::create_domain(item.cx, state, item.parent, item.params).map(id_of)
    }),
];

fn create_list_identifier(item: &Item<'_>, state: &mut State) -> Result<String, ApiError> {
    create_identifier(item.cx, state, item.target(), item.params.fields()).map(id_of)
}

fn id_of(document: Value) -> String {
    document["id"].as_str().unwrap_or_default().to_owned()
}

impl Item<'_> {
    /// Returns the collection of things without rules of their own, whose paths have no variables.
    fn target(&self) -> Target<'_> {
        Target {
            operation: self.operation,
            variables: &[],
        }
    }
}

impl Section {
    /// Returns the operation that takes the same parameters.
    pub(super) fn operation<'a>(&self, document: &'a Document) -> Option<&'a Operation> {
        document.operation(self.operation)
    }

    /// Returns the schema of the parameters.
    pub(super) fn schema<'a>(&self, document: &'a Document) -> Option<&'a Schema> {
        let operation = self.operation(document)?;
        document.resolve(&operation.body.as_ref()?.schema)
    }

    /// Returns the keys that one thing may have, without those of `below`.
    pub(super) fn keys<'a>(&self, document: &'a Document) -> Vec<&'a str> {
        let properties = self.schema(document).map(|schema| schema.properties.keys());
        let mut keys = vec!["id"];
        keys.extend(self.keys);
        keys.extend(properties.into_iter().flatten().map(String::as_str));
        match self.name {
            "members" => keys.push("user"),
            "oauth_applications" => keys.extend(["client_id", "client_secret"]),
            _ => {}
        }
        keys
    }
}
