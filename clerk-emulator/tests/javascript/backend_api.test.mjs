// The Backend API through createClerkClient.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/backend/errors';

import { clerk, options, signIn } from './settings.mjs';

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(isClerkAPIResponseError(error), String(error));
    return error;
  }
  assert.fail('it should have been refused');
}

test('users are listed and counted', async () => {
  const { data, totalCount } = await clerk.users.getUserList({ orderBy: '+created_at' });
  assert.deepEqual(data.map((user) => user.id).sort(), ['user_ada', 'user_alan', 'user_grace']);
  assert.equal(totalCount, 3);
  assert.equal(await clerk.users.getCount(), 3);
  const found = await clerk.users.getUserList({ emailAddress: ['ada@example.com'], limit: 1 });
  assert.deepEqual([found.data.length, found.totalCount], [1, 1]);
  const [ada] = found.data;
  assert.equal(ada.primaryEmailAddress.emailAddress, 'ada@example.com');
  assert.equal(ada.fullName, 'Ada Lovelace');
  assert.equal(ada.passwordEnabled, true);
  assert.deepEqual(ada.publicMetadata, { favourite: 'bernoulli numbers' });
});

test('a user is created, changed and deleted', async () => {
  const made = await clerk.users.createUser({
    emailAddress: ['mary@example.com'],
    firstName: 'Mary',
    password: 'correct horse battery',
    privateMetadata: { plan: 'gold', limits: { seats: 3 } },
  });
  assert.match(made.id, /^user_/);
  assert.equal(made.emailAddresses[0].verification.status, 'verified');
  const changed = await clerk.users.updateUser(made.id, { lastName: 'Somerville', publicMetadata: { a: 1 } });
  assert.equal(changed.lastName, 'Somerville');
  const merged = await clerk.users.updateUserMetadata(made.id, {
    publicMetadata: { b: 2 },
    privateMetadata: { limits: { seats: 5 }, plan: null },
  });
  assert.deepEqual(merged.publicMetadata, { a: 1, b: 2 });
  assert.deepEqual(merged.privateMetadata, { limits: { seats: 5 } });
  assert.deepEqual(await clerk.users.verifyPassword({ userId: made.id, password: 'correct horse battery' }), {
    verified: true,
  });
  assert.equal((await clerk.users.banUser(made.id)).banned, true);
  assert.equal((await clerk.users.unbanUser(made.id)).banned, false);
  assert.equal((await clerk.users.lockUser(made.id)).locked, true);
  const deleted = await clerk.users.deleteUser(made.id);
  assert.deepEqual([deleted.id, deleted.deleted], [made.id, true]);
  const error = await refused(clerk.users.getUser(made.id));
  assert.equal(error.status, 404);
  assert.equal(error.errors[0].code, 'resource_not_found');
  assert.notEqual(error.clerkTraceId, '');
});

test('what is wrong is refused, with the parameter and the code', async () => {
  const taken = await refused(
    clerk.users.createUser({ emailAddress: ['ada@example.com'], password: 'correct horse battery' }),
  );
  assert.equal(taken.status, 422);
  assert.equal(taken.errors[0].code, 'form_identifier_exists');
  assert.equal(taken.errors[0].meta.paramName, 'email_address');
  const stranger = createClerkClient({ ...options, secretKey: 'sk_test_somebodyelse' });
  assert.equal((await refused(stranger.users.getCount())).status, 401);
});

test('contacts are added and removed', async () => {
  const address = await clerk.emailAddresses.createEmailAddress({
    userId: 'user_alan',
    emailAddress: 'turing@example.com',
    verified: true,
  });
  assert.equal(address.emailAddress, 'turing@example.com');
  const primary = await clerk.emailAddresses.updateEmailAddress(address.id, { primary: true });
  assert.equal(primary.id, address.id);
  assert.equal((await clerk.users.getUser('user_alan')).primaryEmailAddressId, address.id);
  assert.equal((await clerk.emailAddresses.deleteEmailAddress(address.id)).deleted, true);
  const phone = await clerk.phoneNumbers.createPhoneNumber({ userId: 'user_alan', phoneNumber: '+15555550100' });
  assert.equal((await clerk.phoneNumbers.deletePhoneNumber(phone.id)).deleted, true);
});

test('organizations have members and invitations', async () => {
  const list = await clerk.organizations.getOrganizationList({ includeMembersCount: true });
  assert.equal(list.totalCount, 2);
  assert.equal(list.data.find((one) => one.id === 'org_engines').membersCount, 2);
  const made = await clerk.organizations.createOrganization({ name: 'Looms', slug: 'looms', createdBy: 'user_ada' });
  assert.equal((await clerk.organizations.getOrganization({ slug: 'looms' })).id, made.id);
  const organizationId = made.id;
  const member = await clerk.organizations.createOrganizationMembership({
    organizationId,
    userId: 'user_grace',
    role: 'org:member',
  });
  assert.equal(member.publicUserData.identifier, 'grace@example.com');
  const admin = await clerk.organizations.updateOrganizationMembership({
    organizationId,
    userId: 'user_grace',
    role: 'org:admin',
  });
  assert.equal(admin.role, 'org:admin');
  const members = await clerk.organizations.getOrganizationMembershipList({ organizationId });
  assert.equal(members.totalCount, 2);
  const hers = await clerk.users.getOrganizationMembershipList({ userId: 'user_grace' });
  assert.ok(hers.data.some((membership) => membership.organization.id === organizationId));
  await clerk.organizations.deleteOrganizationMembership({ organizationId, userId: 'user_grace' });
  const invitation = await clerk.organizations.createOrganizationInvitation({
    organizationId,
    inviterUserId: 'user_ada',
    emailAddress: 'new@example.com',
    role: 'org:member',
  });
  assert.equal(invitation.status, 'pending');
  const revoked = await clerk.organizations.revokeOrganizationInvitation({
    organizationId,
    invitationId: invitation.id,
    requestingUserId: 'user_ada',
  });
  assert.equal(revoked.status, 'revoked');
  assert.equal((await clerk.organizations.deleteOrganization(organizationId)).deleted, true);
});

test('sessions are listed, made and ended', async () => {
  const { session_id: id } = await signIn('user_ada');
  const { data, totalCount } = await clerk.sessions.getSessionList({ userId: 'user_ada', status: 'active' });
  assert.ok(totalCount >= 1);
  assert.ok(data.some((session) => session.id === id));
  const made = await clerk.sessions.createSession({ userId: 'user_grace' });
  assert.equal(made.userId, 'user_grace');
  assert.equal((await clerk.sessions.getToken(made.id)).jwt.split('.').length, 3);
  assert.equal((await clerk.sessions.revokeSession(id)).status, 'revoked');
  assert.equal((await clerk.clients.getClient(made.clientId)).id, made.clientId);
});

test('people are invited to the application', async () => {
  const made = await clerk.invitations.createInvitation({
    emailAddress: 'guest@example.com',
    redirectUrl: 'http://localhost:3000/welcome',
    publicMetadata: { from: 'ada' },
    notify: false,
  });
  assert.equal(made.status, 'pending');
  const { data, totalCount } = await clerk.invitations.getInvitationList({ status: 'pending' });
  assert.deepEqual([totalCount, data[0].id], [1, made.id]);
  const bulk = await clerk.invitations.createInvitationBulk([
    { emailAddress: 'one@example.com' },
    { emailAddress: 'two@example.com' },
  ]);
  assert.equal(bulk.length, 2);
  assert.equal((await clerk.invitations.revokeInvitation(made.id)).status, 'revoked');
  const again = await refused(clerk.invitations.createInvitation({ emailAddress: 'ada@example.com' }));
  assert.equal(again.status, 422);
});

test('the rest of the instance is there', async () => {
  assert.equal((await clerk.jwks.getJwks()).keys.length, 1);
  assert.match((await clerk.testingTokens.createTestingToken()).token, /./);
  const url = await clerk.redirectUrls.createRedirectUrl({ url: 'myapp://callback' });
  assert.equal((await clerk.redirectUrls.getRedirectUrlList()).totalCount, 1);
  await clerk.redirectUrls.deleteRedirectUrl(url.id);
  await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: 'ada@example.com', notify: false });
  assert.equal((await clerk.allowlistIdentifiers.getAllowlistIdentifierList()).data.length, 1);
  await clerk.blocklistIdentifiers.createBlocklistIdentifier({ identifier: 'bad@example.com' });
  assert.equal((await clerk.blocklistIdentifiers.getBlocklistIdentifierList()).data.length, 1);
  const template = await clerk.jwtTemplates.create({ name: 'shop', claims: { mail: '{{user.primary_email_address}}' } });
  assert.equal((await clerk.jwtTemplates.list()).data[0].id, template.id);
  const waiting = await clerk.waitlistEntries.create({ emailAddress: 'patient@example.com' });
  assert.equal((await clerk.waitlistEntries.list()).data[0].id, waiting.id);
  const actor = await clerk.actorTokens.create({ userId: 'user_ada', actor: { sub: 'user_alan' } });
  assert.equal((await clerk.actorTokens.revoke(actor.id)).status, 'revoked');
  const ticket = await clerk.signInTokens.createSignInToken({ userId: 'user_ada', expiresInSeconds: 60 });
  assert.equal((await clerk.signInTokens.revokeSignInToken(ticket.id)).status, 'revoked');
  const roles = await clerk.organizationRoles.getOrganizationRoleList();
  assert.ok(roles.data.some((role) => role.key === 'org:admin'));
  assert.ok((await clerk.organizationPermissions.getOrganizationPermissionList()).totalCount > 0);
  assert.ok((await clerk.domains.list()).data.length >= 1);
  assert.match((await clerk.instance.get()).id, /^ins_/);
});
