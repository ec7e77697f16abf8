// The rest of what createClerkClient offers: each call goes through, and its answer is read.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clerk, signIn } from './settings.mjs';

const PICTURE = new Blob([Buffer.from('iVBORw0KGgo=', 'base64')], { type: 'image/png' });

test("a user's picture, contacts, metadata and second factors", async () => {
  const { id } = await clerk.users.createUser({
    emailAddress: ['mary@example.com'],
    phoneNumber: ['+15555550101'],
    password: 'correct horse battery',
    totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    backupCodes: ['one-backup-code'],
    createdAt: new Date('2024-01-02T03:04:05Z'),
  });
  assert.equal((await clerk.users.getUser(id)).createdAt, Date.parse('2024-01-02T03:04:05Z'));
  assert.equal((await clerk.users.updateUserProfileImage(id, { file: PICTURE })).hasImage, true);
  assert.equal((await clerk.users.deleteUserProfileImage(id)).hasImage, false);
  assert.deepEqual((await clerk.users.replaceUserMetadata(id, { publicMetadata: { b: 2 } })).publicMetadata, { b: 2 });
  const address = await clerk.users.replaceUserEmailAddress(id, { emailAddress: 'm@example.com' });
  assert.equal((await clerk.emailAddresses.getEmailAddress(address.id)).emailAddress, 'm@example.com');
  const phone = await clerk.users.replaceUserPhoneNumber(id, { phoneNumber: '+15555550102' });
  assert.equal((await clerk.phoneNumbers.getPhoneNumber(phone.id)).phoneNumber, '+15555550102');
  await clerk.phoneNumbers.updatePhoneNumber(phone.id, { primary: true });
  assert.equal((await clerk.users.getUser(id)).totpEnabled, true);
  assert.deepEqual(await clerk.users.verifyTOTP({ userId: id, code: 'one-backup-code' }), {
    verified: true,
    code_type: 'backup_code',
  });
  await clerk.users.deleteUserBackupCodes(id);
  await clerk.users.deleteUserTOTP(id);
  await clerk.users.disableUserMFA(id);
  assert.equal((await clerk.users.getUser(id)).twoFactorEnabled, false);
  assert.equal((await clerk.users.unlockUser(id)).locked, false);
  await clerk.users.setPasswordCompromised(id, { revokeAllSessions: true });
  await clerk.users.unsetPasswordCompromised(id);
  assert.equal((await clerk.users.removePassword(id)).passwordEnabled, false);
  assert.equal((await clerk.users.getOrganizationInvitationList({ userId: id })).totalCount, 0);
});

test("an organization's picture, metadata, domains and many invitations", async () => {
  const organizationId = 'org_engines';
  const changed = await clerk.organizations.updateOrganization(organizationId, { name: 'Engines', publicMetadata: { a: 1 } });
  assert.equal(changed.name, 'Engines');
  const logo = { file: PICTURE, uploaderUserId: 'user_ada' };
  assert.equal((await clerk.organizations.updateOrganizationLogo(organizationId, logo)).hasImage, true);
  assert.equal((await clerk.organizations.deleteOrganizationLogo(organizationId)).hasImage, false);
  const metadata = { publicMetadata: { b: 2 } };
  const merged = await clerk.organizations.updateOrganizationMetadata(organizationId, metadata);
  assert.deepEqual(merged.publicMetadata, { a: 1, b: 2 });
  const replaced = await clerk.organizations.replaceOrganizationMetadata(organizationId, metadata);
  assert.deepEqual(replaced.publicMetadata, { b: 2 });
  const membership = { organizationId, userId: 'user_alan', publicMetadata: { desk: 4 } };
  const member = await clerk.organizations.updateOrganizationMembershipMetadata(membership);
  assert.deepEqual(member.publicMetadata, { desk: 4 });
  assert.equal((await clerk.organizations.getInstanceOrganizationMembershipList()).totalCount, 5);
  const domain = await clerk.organizations.createOrganizationDomain({
    organizationId,
    name: 'engines.example.com',
    enrollmentMode: 'manual_invitation',
    verified: true,
  });
  const updated = await clerk.organizations.updateOrganizationDomain({
    organizationId,
    domainId: domain.id,
    enrollmentMode: 'automatic_invitation',
  });
  // The package hands domains on as they come.
  assert.equal(updated.enrollment_mode, 'automatic_invitation');
  assert.equal((await clerk.organizations.getOrganizationDomainList({ organizationId })).totalCount, 1);
  await clerk.organizations.deleteOrganizationDomain({ organizationId, domainId: domain.id });
  const made = await clerk.organizations.createOrganizationInvitationBulk(organizationId, [
    { emailAddress: 'one@example.com', role: 'org:member', inviterUserId: 'user_ada' },
    { emailAddress: 'two@example.com', role: 'org:admin', inviterUserId: 'user_ada' },
  ]);
  assert.equal(made.data.length, 2);
  const invitationId = made.data[0].id;
  assert.equal((await clerk.organizations.getOrganizationInvitation({ organizationId, invitationId })).id, invitationId);
  const pending = await clerk.organizations.getOrganizationInvitationList({ organizationId, status: ['pending'] });
  assert.equal(pending.totalCount, 2);
});

test('roles, permissions and role sets', async () => {
  const permission = await clerk.organizationPermissions.createOrganizationPermission({
    name: 'Start engines',
    key: 'org:engines:start',
  });
  const permissionId = permission.id;
  const renamed = await clerk.organizationPermissions.updateOrganizationPermission({ permissionId, name: 'Start' });
  assert.equal(renamed.name, 'Start');
  assert.equal((await clerk.organizationPermissions.getOrganizationPermission(permissionId)).key, 'org:engines:start');
  const role = await clerk.organizationRoles.createOrganizationRole({ name: 'Engineer', key: 'org:engineer' });
  const organizationRoleId = role.id;
  const given = await clerk.organizationRoles.assignPermissionToOrganizationRole({ organizationRoleId, permissionId });
  assert.deepEqual(given.permissions.map(({ key }) => key), ['org:engines:start']);
  const taken = await clerk.organizationRoles.removePermissionFromOrganizationRole({ organizationRoleId, permissionId });
  assert.deepEqual(taken.permissions, []);
  await clerk.organizationRoles.updateOrganizationRole({ organizationRoleId, name: 'Engine driver' });
  assert.equal((await clerk.organizationRoles.getOrganizationRole(organizationRoleId)).name, 'Engine driver');
  const set = await clerk.roleSets.createRoleSet({
    name: 'Works',
    key: 'role_set:works',
    defaultRoleKey: 'org:member',
    creatorRoleKey: 'org:admin',
    roles: ['org:admin', 'org:member'],
  });
  assert.equal((await clerk.roleSets.getRoleSet(set.id)).key, 'role_set:works');
  await clerk.roleSets.updateRoleSet({ roleSetKeyOrId: set.id, name: 'The works' });
  const more = await clerk.roleSets.addRolesToRoleSet({ roleSetKeyOrId: set.id, roleKeys: ['org:engineer'] });
  assert.equal(more.roles.length, 3);
  const swap = { roleSetKeyOrId: set.id, roleKey: 'org:engineer', toRoleKey: 'org:member' };
  assert.equal((await clerk.roleSets.replaceRoleInRoleSet(swap)).roles.length, 2);
  const sets = await clerk.roleSets.getRoleSetList();
  assert.equal(sets.totalCount, 2);
  const other = sets.data.find(({ id }) => id !== set.id);
  await clerk.roleSets.replaceRoleSet({ roleSetKeyOrId: set.id, destRoleSetKey: other.key });
  await clerk.organizationRoles.deleteOrganizationRole(organizationRoleId);
  await clerk.organizationPermissions.deleteOrganizationPermission(permissionId);
});

test('sessions and clients', async () => {
  const { session_id: id, token, client_token: clientToken, client_id: clientId } = await signIn('user_ada');
  assert.equal((await clerk.sessions.getSession(id)).status, 'active');
  assert.equal((await clerk.sessions.verifySession(id, token)).id, id);
  assert.equal((await clerk.clients.verifyClient(clientToken)).id, clientId);
  assert.ok((await clerk.clients.getClientList()).data.some((client) => client.id === clientId));
});

test('machines, API keys and OAuth applications', async () => {
  const first = await clerk.machines.create({ name: 'first' });
  const second = await clerk.machines.create({ name: 'second' });
  await clerk.machines.update({ machineId: first.id, name: 'foremost' });
  assert.equal((await clerk.machines.get(first.id)).name, 'foremost');
  await clerk.machines.createScope(first.id, second.id);
  await clerk.machines.deleteScope(first.id, second.id);
  assert.match((await clerk.machines.rotateSecretKey({ machineId: first.id, previousTokenTtl: 0 })).secret, /^ak_/);
  assert.equal((await clerk.machines.list()).totalCount, 2);
  assert.equal((await clerk.machines.delete(first.id)).deleted, true);
  const key = await clerk.apiKeys.create({ name: 'robot', subject: 'user_ada' });
  await clerk.apiKeys.update({ apiKeyId: key.id, subject: 'user_ada', description: 'sweeps' });
  assert.equal((await clerk.apiKeys.get(key.id)).description, 'sweeps');
  assert.equal((await clerk.apiKeys.delete(key.id)).deleted, true);
  const made = await clerk.oauthApplications.create({
    name: 'Shop',
    redirectUris: ['https://shop.example.com/back'],
    scopes: 'profile email',
  });
  await clerk.oauthApplications.update({ oauthApplicationId: made.id, name: 'The shop' });
  assert.equal((await clerk.oauthApplications.get(made.id)).name, 'The shop');
  assert.notEqual((await clerk.oauthApplications.rotateSecret(made.id)).clientSecret, made.clientSecret);
  assert.ok((await clerk.oauthApplications.list()).data.some(({ id }) => id === made.id));
  assert.equal((await clerk.oauthApplications.delete(made.id)).deleted, true);
});

test('settings of the instance, its domains and lists', async () => {
  await clerk.instance.update({ supportEmail: 'help@example.com', testMode: true });
  assert.equal((await clerk.instance.updateRestrictions({ allowlist: true })).allowlist, true);
  await clerk.instance.updateRestrictions({ allowlist: false });
  await clerk.instance.updateOrganizationSettings({ enabled: true, maxAllowedMemberships: 7 });
  assert.equal((await clerk.instance.getOrganizationSettings()).maxAllowedMemberships, 7);
  const domain = await clerk.domains.add({ name: 'satellite.example.com', is_satellite: true });
  await clerk.domains.update({ domainId: domain.id, name: 'other.example.com' });
  assert.equal((await clerk.domains.delete(domain.id)).deleted, true);
  const allowed = await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: '*@example.com', notify: false });
  assert.equal((await clerk.allowlistIdentifiers.deleteAllowlistIdentifier(allowed.id)).deleted, true);
  const blocked = await clerk.blocklistIdentifiers.createBlocklistIdentifier({ identifier: '*@example.org' });
  assert.equal((await clerk.blocklistIdentifiers.deleteBlocklistIdentifier(blocked.id)).deleted, true);
  const url = await clerk.redirectUrls.createRedirectUrl({ url: 'myapp://back' });
  assert.equal((await clerk.redirectUrls.getRedirectUrl(url.id)).url, 'myapp://back');
  const claims = { hello: 'world' };
  const template = await clerk.jwtTemplates.create({ name: 'one', claims });
  await clerk.jwtTemplates.update({ templateId: template.id, name: 'uno', claims });
  assert.equal((await clerk.jwtTemplates.get(template.id)).name, 'uno');
  assert.equal((await clerk.jwtTemplates.delete(template.id)).deleted, true);
});

test('the waiting list, agents and webhook providers', async () => {
  const entries = await clerk.waitlistEntries.createBulk([{ emailAddress: 'a@example.net' }, { emailAddress: 'b@example.net' }]);
  assert.equal(entries.length, 2);
  assert.equal((await clerk.waitlistEntries.invite(entries[0].id)).status, 'invited');
  assert.equal((await clerk.waitlistEntries.reject(entries[1].id)).status, 'rejected');
  assert.equal((await clerk.waitlistEntries.delete(entries[1].id)).deleted, true);
  const task = await clerk.agentTasks.create({
    onBehalfOf: { userId: 'user_ada' },
    permissions: '*',
    agentName: 'helper',
    taskDescription: 'to look around',
    redirectUrl: 'https://example.com/back',
  });
  assert.match(task.url, /^http/);
  assert.equal((await clerk.agentTasks.revoke(task.agentTaskId)).agentTaskId, task.agentTaskId);
  assert.match((await clerk.webhooks.createSvixApp()).svix_url, /^http/);
  assert.match((await clerk.webhooks.generateSvixAuthURL()).svix_url, /^http/);
  await clerk.webhooks.deleteSvixApp();
});

test('plans and subscriptions', async () => {
  const { data } = await clerk.billing.getPlanList();
  assert.deepEqual(data.map(({ slug }) => slug), ['pro']);
  assert.equal((await clerk.billing.getUserBillingSubscription('user_ada')).payerId, 'user_ada');
  assert.equal((await clerk.billing.getOrganizationBillingSubscription('org_engines')).payerId, 'org_engines');
});

test("calls that Clerk's document does not have are not found", async () => {
  const letter = { to: { userId: 'user_ada' }, from: { address: 'me@example.com' }, subject: 'hello', text: 'hello' };
  for (const call of [
    () => clerk.emails.create(letter),
    () => clerk.emails.get('ema_any'),
    () => clerk.betaFeatures.changeDomain({ homeUrl: 'https://example.com' }),
    () => clerk.invitations.deleteInvitation('inv_any'),
  ]) {
    await assert.rejects(call, { status: 404 });
  }
});

test('enterprise connections', async () => {
  const made = await clerk.enterpriseConnections.createEnterpriseConnection({
    name: 'Works',
    domains: ['works.example.com'],
    provider: 'saml_custom',
    saml: { idpEntityId: 'https://idp.example.com', idpSsoUrl: 'https://idp.example.com/sso' },
  });
  await clerk.enterpriseConnections.updateEnterpriseConnection(made.id, { name: 'The works' });
  assert.equal((await clerk.enterpriseConnections.getEnterpriseConnection(made.id)).name, 'The works');
  assert.equal((await clerk.enterpriseConnections.getEnterpriseConnectionList()).data.length, 1);
  await clerk.enterpriseConnections.deleteEnterpriseConnection(made.id);
  const saml = await clerk.samlConnections.createSamlConnection({
    name: 'Older',
    provider: 'saml_custom',
    domain: 'older.example.com',
  });
  await clerk.samlConnections.updateSamlConnection(saml.id, { name: 'Old' });
  assert.equal((await clerk.samlConnections.getSamlConnection(saml.id)).name, 'Old');
  assert.equal((await clerk.samlConnections.getSamlConnectionList()).data.length, 1);
  await clerk.samlConnections.deleteSamlConnection(saml.id);
});
