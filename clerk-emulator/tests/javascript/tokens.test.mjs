// Tokens verified by @clerk/backend.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyToken } from '@clerk/backend';
import { TokenVerificationErrorReason } from '@clerk/backend/errors';

import { atTime, clerk, control, jwtKey, options, publishableKey, signIn, url } from './settings.mjs';

const byJwks = { apiUrl: url, secretKey: options.secretKey };
const MINUTE = 60_000;

test('a session token verifies with the key set', async () => {
  const { token, session_id: sid } = await signIn('user_ada');
  const claims = await verifyToken(token, byJwks);
  const host = Buffer.from(publishableKey.split('_')[2], 'base64').toString().replace('$', '');
  assert.deepEqual([claims.sub, claims.sid, claims.iss], ['user_ada', sid, `https://${host}`]);
  assert.equal(claims.exp - claims.iat, 60);
});

test('a session token verifies with the key alone', async () => {
  const { token } = await signIn('user_ada', 'org_engines');
  const claims = await verifyToken(token, { jwtKey });
  assert.equal(claims.sub, 'user_ada');
  assert.deepEqual([claims.v, claims.o.id, claims.o.rol, claims.o.slg], [2, 'org_engines', 'admin', 'analytical-engines']);
});

test('a token that is over or not yet valid is refused', async () => {
  const { token: over } = await atTime(-2 * MINUTE, () => signIn('user_ada'));
  await assert.rejects(verifyToken(over, byJwks), { reason: TokenVerificationErrorReason.TokenExpired });
  const { token: early } = await atTime(2 * MINUTE, () => signIn('user_ada'));
  await assert.rejects(verifyToken(early, byJwks), { reason: TokenVerificationErrorReason.TokenNotActiveYet });
});

test('a token that somebody changed is refused', async () => {
  const { token } = await signIn('user_ada');
  const [header, , signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'user_alan' })).toString('base64url');
  await assert.rejects(verifyToken(`${header}.${forged}.${signature}`, byJwks), {
    reason: TokenVerificationErrorReason.TokenInvalidSignature,
  });
});

test("a template's token verifies as well", async () => {
  await clerk.jwtTemplates.create({ name: 'shop', claims: { aud: 'shop', mail: '{{user.primary_email_address}}' } });
  const session = await clerk.sessions.createSession({ userId: 'user_grace' });
  const { jwt } = await clerk.sessions.getToken(session.id, 'shop');
  const claims = await verifyToken(jwt, { ...byJwks, audience: 'shop' });
  assert.equal(claims.mail, 'grace@example.com');
  await assert.rejects(verifyToken(jwt, { ...byJwks, audience: 'other' }));
});

test('after the keys changed the new key set is fetched', async () => {
  const { token: old } = await signIn('user_ada');
  const { jwt_key: rotated } = await control('/keys/rotate', {});
  const { token } = await signIn('user_ada');
  assert.equal((await verifyToken(token, { jwtKey: rotated })).sub, 'user_ada');
  assert.equal((await verifyToken(token, { ...byJwks, skipJwksCache: true })).sub, 'user_ada');
  await assert.rejects(verifyToken(old, { jwtKey: rotated }), {
    reason: TokenVerificationErrorReason.TokenInvalidSignature,
  });
});
