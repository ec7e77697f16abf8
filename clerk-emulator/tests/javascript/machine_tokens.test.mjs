// API keys, machines' tokens and OAuth access tokens: @clerk/backend calls some of them without `/v1`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClerkClient } from '@clerk/backend';

import { clerk, jwtKey, options } from './settings.mjs';

const bearer = (token) =>
  new Request('http://localhost:3000/api', { headers: { authorization: `Bearer ${token}` } });

test('an API key is made, verified, accepted and revoked', async () => {
  const made = await clerk.apiKeys.create({ name: 'robot', subject: 'user_ada', scopes: ['read'], claims: { a: 1 } });
  assert.match(made.secret, /^ak_/);
  const verified = await clerk.apiKeys.verify(made.secret);
  assert.deepEqual([verified.id, verified.subject, verified.scopes], [made.id, 'user_ada', ['read']]);
  assert.equal((await clerk.apiKeys.getSecret(made.id)).secret, made.secret);
  assert.deepEqual((await clerk.apiKeys.list({ subject: 'user_ada' })).data.map(({ id }) => id), [made.id]);
  const state = await clerk.authenticateRequest(bearer(made.secret), { acceptsToken: 'api_key' });
  const auth = state.toAuth();
  assert.deepEqual([auth.isAuthenticated, auth.userId, auth.scopes], [true, 'user_ada', ['read']]);
  assert.equal((await clerk.apiKeys.revoke({ apiKeyId: made.id })).revoked, true);
  const gone = await clerk.authenticateRequest(bearer('ak_nothing'), { acceptsToken: 'api_key' });
  assert.deepEqual([gone.isAuthenticated, gone.reason], [false, 'token-invalid']);
});

test('a machine gets a token that another one verifies', async () => {
  const receiver = await clerk.machines.create({ name: 'receiver' });
  const sender = await clerk.machines.create({ name: 'sender', scopedMachines: [receiver.id] });
  const secretOf = async ({ id }) => (await clerk.machines.getSecretKey(id)).secret;
  const [senderKey, receiverKey] = [await secretOf(sender), await secretOf(receiver)];
  for (const tokenFormat of ['opaque', 'jwt']) {
    const made = await clerk.m2m.createToken({ machineSecretKey: senderKey, claims: { job: 7 }, tokenFormat });
    assert.equal(made.subject, sender.id, tokenFormat);
    const verifier = createClerkClient({ ...options, machineSecretKey: receiverKey });
    const verified = await verifier.m2m.verify({ token: made.token });
    assert.equal(verified.subject, sender.id, tokenFormat);
    assert.ok(verified.scopes.includes(receiver.id), tokenFormat);
    assert.equal(verified.claims.job, 7, tokenFormat);
    const state = await verifier.authenticateRequest(bearer(made.token), {
      acceptsToken: 'm2m_token',
      jwtKey: tokenFormat === 'jwt' ? jwtKey : undefined,
    });
    assert.deepEqual([state.isAuthenticated, state.toAuth()?.machineId], [true, sender.id], tokenFormat);
  }
  const made = await clerk.m2m.createToken({ machineSecretKey: senderKey });
  const listed = await clerk.m2m.list({ subject: sender.id, machineSecretKey: senderKey });
  assert.ok(listed.data.some(({ id }) => id === made.id));
  assert.equal((await clerk.m2m.revokeToken({ m2mTokenId: made.id, machineSecretKey: senderKey })).revoked, true);
});

test('an OAuth access token is verified and accepted', async () => {
  const token = process.env.EMULATOR_OAUTH_TOKEN;
  const verified = await clerk.idPOAuthAccessToken.verify(token);
  assert.deepEqual([verified.subject, verified.scopes], ['user_ada', ['profile', 'email']]);
  const state = await clerk.authenticateRequest(bearer(token), { acceptsToken: 'any' });
  const auth = state.toAuth();
  assert.deepEqual([auth.tokenType, auth.userId, auth.clientId], ['oauth_token', 'user_ada', verified.clientId]);
});
