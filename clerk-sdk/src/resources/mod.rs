//! The Backend API by resource: one type each, whose methods have the names of Clerk's JavaScript SDK in snake_case.
//!
//! A method takes what the path needs, and answers a request: a value with a setter for everything else, which is sent when
//! it is awaited. A request is `Send + 'static`, so it can be spawned. Lists answer a [`Page`](crate::Page) and have
//! `.stream()` and `.pages()`, which walk to the end.
//!
//! ```no_run
//! # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
//! use futures_util::TryStreamExt;
//!
//! let user = clerk.users().get_user("user_123").await?;
//! let mut members = clerk.organizations().get_organization_membership_list("org_123").limit(200).stream();
//! while let Some(member) = members.try_next().await? {
//!     println!("{} works with {}", user.id, member.id);
//! }
//! # Ok(())
//! # }
//! ```

mod accountless_applications;
mod actor_tokens;
mod admin_portal_link_tokens;
mod agent_tasks;
mod allowlist_identifiers;
mod api_keys;
mod beta_features;
mod billing;
mod blocklist_identifiers;
mod clients;
mod directories;
mod domains;
mod email_addresses;
mod emails;
mod enterprise_connections;
mod idp_oauth_access_token;
mod instance;
mod interstitial;
mod invitations;
mod jwks;
mod jwt_templates;
mod m2m;
mod machines;
mod oauth_applications;
mod organization_permissions;
mod organization_roles;
mod organizations;
mod phone_numbers;
mod proxy_checks;
mod redirect_urls;
mod role_sets;
mod saml_connections;
mod scim_directories;
mod sessions;
mod sign_in_tokens;
mod sign_ups;
mod sms_messages;
mod templates;
mod testing_tokens;
mod users;
mod waitlist_entries;
mod webhooks;

pub use accountless_applications::AccountlessApplications;
pub use actor_tokens::ActorTokens;
pub use admin_portal_link_tokens::AdminPortalLinkTokens;
pub use agent_tasks::AgentTasks;
pub use allowlist_identifiers::AllowlistIdentifiers;
pub use api_keys::ApiKeys;
pub use beta_features::BetaFeatures;
pub use billing::Billing;
pub use blocklist_identifiers::BlocklistIdentifiers;
pub use clients::Clients;
pub use directories::Directories;
pub use domains::Domains;
pub use email_addresses::EmailAddresses;
pub use emails::Emails;
pub use enterprise_connections::EnterpriseConnections;
pub use idp_oauth_access_token::IdpOauthAccessToken;
pub use instance::Instance;
pub use interstitial::Interstitial;
pub use invitations::Invitations;
pub use jwks::Jwks;
pub use jwt_templates::JwtTemplates;
pub use m2m::M2m;
pub use machines::Machines;
pub use oauth_applications::OauthApplications;
pub use organization_permissions::OrganizationPermissions;
pub use organization_roles::OrganizationRoles;
pub use organizations::{Organizations, UpdateOrganization};
pub use phone_numbers::PhoneNumbers;
pub use proxy_checks::ProxyChecks;
pub use redirect_urls::RedirectUrls;
pub use role_sets::RoleSets;
pub use saml_connections::SamlConnections;
pub use scim_directories::ScimDirectories;
pub use sessions::{GetToken, Sessions};
pub use sign_in_tokens::SignInTokens;
pub use sign_ups::SignUps;
pub use sms_messages::SmsMessages;
pub use templates::Templates;
pub use testing_tokens::TestingTokens;
pub use users::{UpdateUser, Users};
pub use waitlist_entries::WaitlistEntries;
pub use webhooks::Webhooks;

use crate::client::Clerk;
use crate::singleton::clerk_client;

/// The dated version of the API that still had what later documents lack.
const LEGACY_API_VERSION: &str = "2021-02-05";

/// An id as one segment of a path; `None` when it would reach another endpoint.
fn path_segment(id: &str) -> Option<String> {
    (!matches!(id, "" | "." | "..")).then(|| clerk_api::__private::path_segment(id))
}

/// Makes the type of a resource: a handle on a client.
macro_rules! resource {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $(#[$meta])*
        ///
        /// A handle on a [`Clerk`](crate::Clerk): cheap to clone, and with the settings that the client has when a request
        /// is sent.
        #[derive(Clone, Debug)]
        pub struct $name {
            clerk: $crate::Clerk,
        }

        impl $name {
            pub(super) fn new(clerk: &$crate::Clerk) -> Self {
                Self {
                    clerk: clerk.clone(),
                }
            }
        }
    };
}
use resource;

/// Makes the accessors of the resources: methods of the client, and functions on the client of the process.
macro_rules! accessors {
    ($($(#[$meta:meta])* $name:ident: $type:ident,)*) => {
        impl Clerk {
            $($(#[$meta])*
            pub fn $name(&self) -> $type {
                $type::new(self)
            })*
        }

        /// The same on the client of the process, re-exported at the root of the crate.
        pub(crate) mod of_the_process {
            use super::*;

            $($(#[$meta])*
            ///
            /// A handle on the [client of the process](clerk_client).
            pub fn $name() -> $type {
                clerk_client().$name()
            })*
        }
    };
}
accessors! {
    /// Applications made before there is an account, as Clerk's own tools do it. Experimental, and in no published document.
    accountless_applications: AccountlessApplications,
    /// Actor tokens: with one, somebody signs in as another user.
    actor_tokens: ActorTokens,
    /// Links with which customers set up their own enterprise connection.
    admin_portal_link_tokens: AdminPortalLinkTokens,
    /// Tasks in which an agent acts for a user.
    agent_tasks: AgentTasks,
    /// The allow-list: who may sign up while the instance is restricted to it.
    allowlist_identifiers: AllowlistIdentifiers,
    /// API keys of users and organizations.
    api_keys: ApiKeys,
    /// Settings of the instance that are not settled yet.
    beta_features: BetaFeatures,
    /// Plans, prices, subscriptions, statements and credits.
    billing: Billing,
    /// The block-list: who may not sign up.
    blocklist_identifiers: BlocklistIdentifiers,
    /// Clients: browsers and devices, each with the sessions that were opened on it.
    clients: Clients,
    /// Directories: users and groups provisioned by an identity provider.
    directories: Directories,
    /// Domains of the instance: the primary one and its satellites.
    domains: Domains,
    /// Email addresses of users.
    email_addresses: EmailAddresses,
    /// Emails sent through Clerk. None of these calls is in the published document any more.
    emails: Emails,
    /// Enterprise single sign-on, over SAML or OIDC.
    enterprise_connections: EnterpriseConnections,
    /// Access tokens that Clerk issues as an OAuth provider.
    idp_oauth_access_token: IdpOauthAccessToken,
    /// Settings of the instance.
    instance: Instance,
    /// The page that older SDKs served while a browser's session was being looked up.
    interstitial: Interstitial,
    /// Invitations to the application.
    invitations: Invitations,
    /// The public keys of the instance.
    jwks: Jwks,
    /// JWT templates: which claims a token made from a session has.
    jwt_templates: JwtTemplates,
    /// Machine-to-machine tokens. Calls are made with the machine secret key where there is one.
    m2m: M2m,
    /// Machines: what machine-to-machine tokens are issued to.
    machines: Machines,
    /// Applications that use Clerk as their OAuth provider.
    oauth_applications: OauthApplications,
    /// Permissions that roles of organizations can have.
    organization_permissions: OrganizationPermissions,
    /// Roles of members of organizations.
    organization_roles: OrganizationRoles,
    /// Organizations, with their memberships, invitations and domains.
    organizations: Organizations,
    /// Phone numbers of users.
    phone_numbers: PhoneNumbers,
    /// Checks of whether a proxy of the Frontend API works.
    proxy_checks: ProxyChecks,
    /// URLs that native applications may be sent back to after signing in.
    redirect_urls: RedirectUrls,
    /// Role sets: which roles an organization has to choose from.
    role_sets: RoleSets,
    /// SAML connections, which enterprise connections have replaced.
    saml_connections: SamlConnections,
    /// Directories provisioned over SCIM.
    scim_directories: ScimDirectories,
    /// Sessions of users, and the tokens made from them.
    sessions: Sessions,
    /// Sign-in tokens: links that sign a user in without a password.
    sign_in_tokens: SignInTokens,
    /// Sign-ups that are under way.
    sign_ups: SignUps,
    /// Text messages sent through Clerk. The call is in no published document any more.
    sms_messages: SmsMessages,
    /// Templates of emails and text messages.
    templates: Templates,
    /// Testing tokens: with one, automated tests pass the bot protection.
    testing_tokens: TestingTokens,
    /// Users, with all that belongs to them.
    users: Users,
    /// The waitlist.
    waitlist_entries: WaitlistEntries,
    /// The Svix application behind the webhooks of the instance. Receiving webhooks is [`webhooks`](mod@crate::webhooks).
    webhooks: Webhooks,
}
