//! The resources, and which of their methods sends which operation of the API's document.
//!
//! A line is a whole method: its documentation and the types of its arguments come from `clerk-api`, and its test from the
//! document. `cargo xtask coverage` prints the line that an operation lacks. Methods that do more than send one operation
//! stand in the files beside this one.

resources! {
    /// Applications made before there is an account, as Clerk's own tools do it. Experimental, and in no published document.
    accountless_applications: AccountlessApplications {}
    /// Actor tokens: with one, somebody signs in as another user.
    actor_tokens: ActorTokens {
        fn create() -> CreateActorToken;
        fn revoke(actor_token_id) -> RevokeActorToken;
    }
    /// Links with which customers set up their own enterprise connection.
    admin_portal_link_tokens: AdminPortalLinkTokens {
        fn create() -> CreateAdminPortalLinkToken;
        fn revoke(admin_portal_link_token_id) -> RevokeAdminPortalLinkToken;
    }
    /// Tasks in which an agent acts for a user.
    agent_tasks: AgentTasks {
        fn create() -> CreateAgentTask;
        fn revoke(agent_task_id) -> RevokeAgentTask;
    }
    /// The allow-list: who may sign up while the instance is restricted to it.
    allowlist_identifiers: AllowlistIdentifiers {
        fn get_allowlist_identifier_list() -> ListAllowlistIdentifiers;
        fn create_allowlist_identifier() -> CreateAllowlistIdentifier;
        fn delete_allowlist_identifier(identifier_id) -> DeleteAllowlistIdentifier;
    }
    /// API keys of users and organizations.
    api_keys: ApiKeys {
        fn list() -> GetApiKeys;
        fn create() -> CreateApiKey;
        fn get(api_key_id) -> GetApiKey;
        fn update(api_key_id) -> UpdateApiKey;
        fn delete(api_key_id) -> DeleteApiKey;
        fn revoke(api_key_id) -> RevokeApiKey;
        fn get_secret(api_key_id) -> GetApiKeySecret;
        fn verify() -> VerifyApiKey;
    }
    /// Settings of the instance that are not settled yet.
    beta_features: BetaFeatures {
        fn update_production_instance_domain() -> UpdateProductionInstanceDomain;
        fn update_instance_settings() -> UpdateInstanceAuthConfig;
    }
    /// Plans, prices, subscriptions, statements and credits.
    billing: Billing {
        fn get_plan_list() -> GetCommercePlanList;
        fn cancel_subscription_item(subscription_item_id) -> CancelCommerceSubscriptionItem;
        fn extend_subscription_item_free_trial(subscription_item_id) -> ExtendBillingSubscriptionItemFreeTrial;
        fn get_organization_billing_subscription(organization_id) -> GetOrganizationBillingSubscription;
        fn get_user_billing_subscription(user_id) -> GetUserBillingSubscription;
        fn get_price_list() -> GetBillingPriceList;
        fn create_price() -> CreateBillingPrice;
        fn get_statement_list() -> GetBillingStatementList;
        fn get_statement(statement_id) -> GetBillingStatement;
        fn get_statement_payment_attempt_list(statement_id) -> GetBillingStatementPaymentAttempts;
        fn get_subscription_item_list() -> GetCommerceSubscriptionItemList;
        fn apply_subscription_item_discount(subscription_item_id) -> ApplyBillingSubscriptionItemDiscount;
        fn remove_subscription_item_discount(subscription_item_id, discount_id) -> RemoveBillingSubscriptionItemDiscount;
        fn create_price_transition(subscription_item_id) -> CreateBillingPriceTransition;
        fn get_organization_credit_balance(organization_id) -> GetOrganizationBillingCreditBalance;
        fn adjust_organization_credit_balance(organization_id) -> AdjustOrganizationBillingCreditBalance;
        fn get_user_credit_balance(user_id) -> GetUserBillingCreditBalance;
        fn adjust_user_credit_balance(user_id) -> AdjustUserBillingCreditBalance;
    }
    /// The block-list: who may not sign up.
    blocklist_identifiers: BlocklistIdentifiers {
        fn get_blocklist_identifier_list() -> ListBlocklistIdentifiers;
        fn create_blocklist_identifier() -> CreateBlocklistIdentifier;
        fn delete_blocklist_identifier(identifier_id) -> DeleteBlocklistIdentifier;
    }
    /// Clients: browsers and devices, each with the sessions that were opened on it.
    clients: Clients {
        fn get_client_list() -> GetClientList;
        fn get_client(client_id) -> GetClient;
        fn verify_client() -> VerifyClient;
    }
    /// Directories: users and groups provisioned by an identity provider.
    directories: Directories {
        fn list() -> ListDirectories;
        fn create() -> CreateDirectory;
        fn get(directory_id) -> GetDirectory;
        fn update(directory_id) -> UpdateDirectory;
        fn delete(directory_id) -> DeleteDirectory;
        fn rotate_api_key(directory_id) -> RotateDirectoryApiKey;
        fn list_group_role_mappings(directory_id) -> ListDirectoryGroupRoleMappings;
        fn create_group_role_mapping(directory_id) -> CreateDirectoryGroupRoleMapping;
        fn replace_group_role_mappings(directory_id) -> ReplaceDirectoryGroupRoleMappings;
        fn delete_group_role_mapping(directory_id, mapping_id) -> DeleteDirectoryGroupRoleMapping;
    }
    /// Domains of the instance: the primary one and its satellites.
    domains: Domains {
        fn list() -> ListDomains;
        fn add() -> AddDomain;
        fn update(domain_id) -> UpdateDomain;
        fn delete(domain_id) -> DeleteDomain;
    }
    /// Email addresses of users.
    email_addresses: EmailAddresses {
        fn get_email_address(email_address_id) -> GetEmailAddress;
        fn create_email_address() -> CreateEmailAddress;
        fn update_email_address(email_address_id) -> UpdateEmailAddress;
        fn delete_email_address(email_address_id) -> DeleteEmailAddress;
        fn prepare_verification(email_address_id) -> PrepareEmailAddressVerification;
        fn attempt_verification(email_address_id) -> AttemptEmailAddressVerification;
    }
    /// Emails sent through Clerk. None of these calls is in the published document any more.
    emails: Emails {}
    /// Enterprise single sign-on, over SAML or OIDC.
    enterprise_connections: EnterpriseConnections {
        fn create_enterprise_connection() -> CreateEnterpriseConnection;
        fn update_enterprise_connection(enterprise_connection_id) -> UpdateEnterpriseConnection;
        fn get_enterprise_connection_list() -> ListEnterpriseConnections;
        fn get_enterprise_connection(enterprise_connection_id) -> GetEnterpriseConnection;
        fn delete_enterprise_connection(enterprise_connection_id) -> DeleteEnterpriseConnection;
        fn list_test_runs(enterprise_connection_id) -> ListEnterpriseConnectionTestRuns;
        fn create_test_run(enterprise_connection_id) -> CreateEnterpriseConnectionTestRun;
    }
    /// Access tokens that Clerk issues as an OAuth provider.
    idp_oauth_access_token: IdpOauthAccessToken {
        fn verify() -> VerifyOauthAccessToken;
    }
    /// Settings of the instance.
    instance: Instance {
        fn get() -> GetInstance;
        fn update() -> UpdateInstance;
        fn update_restrictions() -> UpdateInstanceRestrictions;
        fn get_organization_settings() -> GetInstanceOrganizationSettings;
        fn update_organization_settings() -> UpdateInstanceOrganizationSettings;
        fn change_domain() -> ChangeProductionInstanceDomain;
        fn get_communication() -> GetInstanceCommunication;
        fn update_communication() -> UpdateInstanceCommunication;
        fn get_oauth_application_settings() -> GetInstanceOauthApplicationSettings;
        fn update_oauth_application_settings() -> UpdateInstanceOauthApplicationSettings;
        fn get_protect() -> GetInstanceProtect;
        fn update_protect() -> UpdateInstanceProtect;
    }
    /// The page that older SDKs served while a browser's session was being looked up.
    interstitial: Interstitial {
        fn get_public_interstitial() -> GetPublicInterstitial;
    }
    /// Invitations to the application.
    invitations: Invitations {
        fn get_invitation_list() -> ListInvitations;
        fn create_invitation() -> CreateInvitation;
        fn revoke_invitation(invitation_id) -> RevokeInvitation;
        fn create_invitation_bulk() -> CreateBulkInvitations;
    }
    /// The public keys of the instance.
    jwks: Jwks {
        fn get_jwks() -> GetJwks;
    }
    /// JWT templates: which claims a token made from a session has.
    jwt_templates: JwtTemplates {
        fn list() -> ListJwtTemplates;
        fn get(template_id) -> GetJwtTemplate;
        fn create() -> CreateJwtTemplate;
        fn update(template_id) -> UpdateJwtTemplate;
        fn delete(template_id) -> DeleteJwtTemplate;
    }
    /// Machine-to-machine tokens. Calls are made with the machine secret key where there is one.
    m2m: M2m via machine_api {
        fn list() -> GetM2mTokens;
        fn create_token() -> CreateM2mToken;
        fn revoke_token(m2m_token_id) -> RevokeM2mToken;
    }
    /// Machines: what machine-to-machine tokens are issued to.
    machines: Machines {
        fn get(machine_id) -> GetMachine;
        fn list() -> ListMachines;
        fn create() -> CreateMachine;
        fn update(machine_id) -> UpdateMachine;
        fn delete(machine_id) -> DeleteMachine;
        fn get_secret_key(machine_id) -> GetMachineSecretKey;
        fn rotate_secret_key(machine_id) -> RotateMachineSecretKey;
        fn create_scope(machine_id) -> CreateMachineScope;
        fn delete_scope(machine_id, other_machine_id) -> DeleteMachineScope;
    }
    /// Applications that use Clerk as their OAuth provider.
    oauth_applications: OauthApplications {
        fn list() -> ListOauthApplications;
        fn get(oauth_application_id) -> GetOauthApplication;
        fn create() -> CreateOauthApplication;
        fn update(oauth_application_id) -> UpdateOauthApplication;
        fn delete(oauth_application_id) -> DeleteOauthApplication;
        fn rotate_secret(oauth_application_id) -> RotateOauthApplicationSecret;
        fn revoke_token(oauth_application_id) -> RevokeOauthApplicationToken;
        fn upload_logo(oauth_application_id) -> UploadOauthApplicationLogo;
    }
    /// Permissions that roles of organizations can have.
    organization_permissions: OrganizationPermissions {
        fn get_organization_permission_list() -> ListOrganizationPermissions;
        fn get_organization_permission(permission_id) -> GetOrganizationPermission;
        fn create_organization_permission() -> CreateOrganizationPermission;
        fn update_organization_permission(permission_id) -> UpdateOrganizationPermission;
        fn delete_organization_permission(permission_id) -> DeleteOrganizationPermission;
    }
    /// Roles of members of organizations.
    organization_roles: OrganizationRoles {
        fn get_organization_role_list() -> ListOrganizationRoles;
        fn get_organization_role(organization_role_id) -> GetOrganizationRole;
        fn create_organization_role() -> CreateOrganizationRole;
        fn update_organization_role(organization_role_id) -> UpdateOrganizationRole;
        fn delete_organization_role(organization_role_id) -> DeleteOrganizationRole;
        fn assign_permission_to_organization_role(organization_role_id, permission_id) -> AssignPermissionToOrganizationRole;
        fn remove_permission_from_organization_role(organization_role_id, permission_id) -> RemovePermissionFromOrganizationRole;
    }
    /// Organizations, with their memberships, invitations and domains.
    organizations: Organizations {
        fn get_organization_list() -> ListOrganizations;
        fn create_organization() -> CreateOrganization;
        fn get_organization(organization_id) -> GetOrganization;
        fn update_organization_metadata(organization_id) -> MergeOrganizationMetadata;
        fn delete_organization(organization_id) -> DeleteOrganization;
        fn get_organization_membership_list(organization_id) -> ListOrganizationMemberships;
        fn create_organization_membership(organization_id) -> CreateOrganizationMembership;
        fn update_organization_membership(organization_id, user_id) -> UpdateOrganizationMembership;
        fn update_organization_membership_metadata(organization_id, user_id) -> UpdateOrganizationMembershipMetadata;
        fn delete_organization_membership(organization_id, user_id) -> DeleteOrganizationMembership;
        fn get_pending_organization_invitation_list(organization_id) -> ListPendingOrganizationInvitations;
        fn create_organization_invitation(organization_id) -> CreateOrganizationInvitation;
        fn revoke_organization_invitation(organization_id, invitation_id) -> RevokeOrganizationInvitation;
        fn update_organization_logo(organization_id) -> UploadOrganizationLogo;
        fn delete_organization_logo(organization_id) -> DeleteOrganizationLogo;
        fn replace_organization_metadata(organization_id) -> ReplaceOrganizationMetadata;
        fn get_instance_organization_membership_list() -> InstanceGetOrganizationMemberships;
        fn get_organization_invitation_list(organization_id) -> ListOrganizationInvitations;
        fn create_organization_invitation_bulk(organization_id) -> CreateOrganizationInvitationBulk;
        fn get_organization_invitation(organization_id, invitation_id) -> GetOrganizationInvitation;
        fn get_organization_domain_list(organization_id) -> ListOrganizationDomains;
        fn create_organization_domain(organization_id) -> CreateOrganizationDomain;
        fn update_organization_domain(organization_id, domain_id) -> UpdateOrganizationDomain;
        fn delete_organization_domain(organization_id, domain_id) -> DeleteOrganizationDomain;
        fn get_instance_organization_domain_list() -> ListAllOrganizationDomains;
        fn verify_organization_domain_ownership(organization_id, domain_id) -> VerifyOrganizationDomainOwnership;
        fn get_instance_organization_invitation_list() -> ListInstanceOrganizationInvitations;
    }
    /// Phone numbers of users.
    phone_numbers: PhoneNumbers {
        fn get_phone_number(phone_number_id) -> GetPhoneNumber;
        fn create_phone_number() -> CreatePhoneNumber;
        fn update_phone_number(phone_number_id) -> UpdatePhoneNumber;
        fn delete_phone_number(phone_number_id) -> DeletePhoneNumber;
        fn prepare_verification(phone_number_id) -> PreparePhoneNumberVerification;
        fn attempt_verification(phone_number_id) -> AttemptPhoneNumberVerification;
    }
    /// Checks of whether a proxy of the Frontend API works.
    proxy_checks: ProxyChecks {
        fn verify() -> VerifyDomainProxy;
    }
    /// URLs that native applications may be sent back to after signing in.
    redirect_urls: RedirectUrls {
        fn get_redirect_url_list() -> ListRedirectUrls;
        fn get_redirect_url(id) -> GetRedirectUrl;
        fn create_redirect_url() -> CreateRedirectUrl;
        fn delete_redirect_url(id) -> DeleteRedirectUrl;
    }
    /// Role sets: which roles an organization has to choose from.
    role_sets: RoleSets {
        fn get_role_set_list() -> ListRoleSets;
        fn get_role_set(role_set_key_or_id) -> GetRoleSet;
        fn create_role_set() -> CreateRoleSet;
        fn update_role_set(role_set_key_or_id) -> UpdateRoleSet;
        fn add_roles_to_role_set(role_set_key_or_id) -> AddRolesToRoleSet;
        fn replace_role_in_role_set(role_set_key_or_id) -> ReplaceRoleInRoleSet;
        fn replace_role_set(role_set_key_or_id) -> ReplaceRoleSet;
    }
    /// SAML connections, which enterprise connections have replaced.
    saml_connections: SamlConnections {
        fn get_saml_connection_list() -> ListSamlConnections;
        fn create_saml_connection() -> CreateSamlConnection;
        fn get_saml_connection(saml_connection_id) -> GetSamlConnection;
        fn update_saml_connection(saml_connection_id) -> UpdateSamlConnection;
        fn delete_saml_connection(saml_connection_id) -> DeleteSamlConnection;
    }
    /// Directories provisioned over SCIM.
    scim_directories: ScimDirectories {
        fn list() -> ListScimDirectories;
        fn create() -> CreateScimDirectory;
        fn get(scim_directory_id) -> GetScimDirectory;
        fn update(scim_directory_id) -> UpdateScimDirectory;
        fn delete(scim_directory_id) -> DeleteScimDirectory;
        fn rotate_api_key(scim_directory_id) -> RotateScimDirectoryApiKey;
        fn list_group_role_mappings(scim_directory_id) -> ListScimGroupRoleMappings;
        fn create_group_role_mapping(scim_directory_id) -> CreateScimGroupRoleMapping;
        fn replace_group_role_mappings(scim_directory_id) -> ReplaceScimGroupRoleMappings;
        fn delete_group_role_mapping(scim_directory_id, mapping_id) -> DeleteScimGroupRoleMapping;
    }
    /// Sessions of users, and the tokens made from them.
    sessions: Sessions {
        fn get_session_list() -> GetSessionList;
        fn get_session(session_id) -> GetSession;
        fn revoke_session(session_id) -> RevokeSession;
        fn create_session() -> CreateSession;
        fn refresh_session(session_id) -> RefreshSession;
    }
    /// Sign-in tokens: links that sign a user in without a password.
    sign_in_tokens: SignInTokens {
        fn create_sign_in_token() -> CreateSignInToken;
        fn revoke_sign_in_token(sign_in_token_id) -> RevokeSignInToken;
    }
    /// Sign-ups that are under way.
    sign_ups: SignUps {
        fn get(id) -> GetSignUp;
        fn update(id) -> UpdateSignUp;
    }
    /// Text messages sent through Clerk. The call is in no published document any more.
    sms_messages: SmsMessages {}
    /// The Svix application behind the webhooks of the instance. Receiving webhooks is [`webhooks`](mod@crate::webhooks).
    svix_apps: SvixApps {
        fn create_svix_app() -> CreateSvixApp;
        fn generate_svix_auth_url() -> GenerateSvixAuthUrl;
        fn delete_svix_app() -> DeleteSvixApp;
    }
    /// Templates of emails and text messages.
    templates: Templates {
        fn get_template_list(template_type) -> GetTemplateList;
        fn get_template(template_type, slug) -> GetTemplate;
        fn upsert_template(template_type, slug) -> UpsertTemplate;
        fn preview_template(template_type, slug) -> PreviewTemplate;
        fn revert_template(template_type, slug) -> RevertTemplate;
        fn toggle_template_delivery(template_type, slug) -> ToggleTemplateDelivery;
    }
    /// Testing tokens: with one, automated tests pass the bot protection.
    testing_tokens: TestingTokens {
        fn create_testing_token() -> CreateTestingToken;
    }
    /// Users, with all that belongs to them.
    users: Users {
        fn get_user_list() -> GetUserList;
        fn get_user(user_id) -> GetUser;
        fn create_user() -> CreateUser;
        fn update_user_metadata(user_id) -> UpdateUserMetadata;
        fn delete_user(user_id) -> DeleteUser;
        fn get_count() -> GetUsersCount;
        fn get_user_oauth_access_token(user_id, provider) -> GetOauthAccessToken;
        fn disable_user_mfa(user_id) -> DisableMfa;
        fn get_organization_membership_list(user_id) -> UsersGetOrganizationMemberships;
        fn verify_password(user_id) -> VerifyPassword;
        fn verify_totp(user_id) -> VerifyTotp;
        fn replace_user_email_address(user_id) -> ReplaceUserEmailAddress;
        fn replace_user_phone_number(user_id) -> ReplaceUserPhoneNumber;
        fn update_user_profile_image(user_id) -> SetUserProfileImage;
        fn replace_user_metadata(user_id) -> ReplaceUserMetadata;
        fn get_organization_invitation_list(user_id) -> UsersGetOrganizationInvitations;
        fn remove_password(user_id) -> RemoveUserPassword;
        fn ban_user(user_id) -> BanUser;
        fn unban_user(user_id) -> UnbanUser;
        fn lock_user(user_id) -> LockUser;
        fn unlock_user(user_id) -> UnlockUser;
        fn delete_user_profile_image(user_id) -> DeleteUserProfileImage;
        fn delete_user_passkey(user_id, passkey_identification_id) -> UserPasskeyDelete;
        fn delete_user_web3_wallet(user_id, web3_wallet_identification_id) -> UserWeb3WalletDelete;
        fn delete_user_external_account(user_id, external_account_id) -> DeleteExternalAccount;
        fn delete_user_backup_codes(user_id) -> DeleteBackupCode;
        fn delete_user_totp(user_id) -> DeleteTotp;
        fn set_password_compromised(user_id) -> SetUserPasswordCompromised;
        fn unset_password_compromised(user_id) -> UnsetUserPasswordCompromised;
        fn ban_users() -> UsersBan;
        fn unban_users() -> UsersUnban;
        fn get_trusted_device_list(user_id) -> ListUserTrustedDevices;
        fn revoke_trusted_device(user_id, trusted_device_id) -> RevokeUserTrustedDevice;
    }
    /// The waitlist.
    waitlist_entries: WaitlistEntries {
        fn list() -> ListWaitlistEntries;
        fn create() -> CreateWaitlistEntry;
        fn create_bulk() -> CreateBulkWaitlistEntries;
        fn invite(waitlist_entry_id) -> InviteWaitlistEntry;
        fn reject(waitlist_entry_id) -> RejectWaitlistEntry;
        fn delete(waitlist_entry_id) -> DeleteWaitlistEntry;
    }
}
