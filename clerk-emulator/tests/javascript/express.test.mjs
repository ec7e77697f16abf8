// An application of @clerk/express, which takes its settings from the environment.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { clerkClient, clerkMiddleware, getAuth, requireAuth } from '@clerk/express';
import express from 'express';

import { Browser } from './browser.mjs';
import { clerk, signIn, signInUrl, url as emulator } from './settings.mjs';

const application = express();
application.use(clerkMiddleware());
application.get('/me', async (request, response) => {
  const { userId, orgId } = getAuth(request);
  const user = userId ? await clerkClient.users.getUser(userId) : null;
  response.json({ userId, orgId: orgId ?? null, name: user?.fullName ?? null });
});
application.get('/robot', (request, response) => {
  const auth = getAuth(request, { acceptsToken: ['api_key', 'session_token'] });
  response.json({ tokenType: auth.tokenType, userId: auth.userId });
});
application.get('/secret', requireAuth(), (request, response) => response.json({ secret: 42 }));

const server = createServer(application);
await new Promise((done) => server.listen(0, '127.0.0.1', done));
after(() => server.close());
// Another host than the emulator's: cookies know hosts, not ports.
const app = `http://localhost:${server.address().port}`;

const get = (path, headers) => fetch(app + path, { headers, redirect: 'manual' });

/** Follows redirects as far as they go. */
async function visit(browser, page) {
  const statuses = [];
  for (let hop = 0; hop < 8; hop += 1) {
    const response = await browser.open(page);
    statuses.push(response.status);
    const location = response.headers.get('location');
    if (!location) return { response, statuses };
    page = new URL(location, page).href;
  }
  assert.fail(`it goes round: ${statuses}`);
}

test('a request without anything is signed out', async () => {
  const response = await get('/me');
  assert.equal(response.status, 200);
  assert.equal((await response.json()).userId, null);
  assert.equal(response.headers.get('x-clerk-auth-status'), 'signed-out');
});

test('a bearer token', async () => {
  const { token } = await signIn('user_ada', 'org_engines');
  const response = await get('/me', { authorization: `Bearer ${token}` });
  assert.deepEqual(await response.json(), { userId: 'user_ada', orgId: 'org_engines', name: 'Ada Lovelace' });
});

test('a cookie', async () => {
  const { token } = await signIn('user_alan');
  const response = await get('/me', { cookie: `__session=${token}; __client_uat=1; __clerk_db_jwt=dvb_any` });
  assert.equal((await response.json()).userId, 'user_alan');
});

test('a visitor is sent through a handshake with 307 and comes back signed in', async () => {
  const browser = new Browser();
  const { client_token: token } = await signIn('user_grace');
  browser.cookies(new URL(emulator).host).set('__client', token);
  const first = await browser.open(`${app}/me`);
  assert.equal(first.status, 307);
  assert.equal(first.headers.get('x-clerk-auth-reason'), 'dev-browser-missing');
  assert.ok(first.headers.get('location').startsWith(`${emulator}/v1/client/handshake?`));
  const { response, statuses } = await visit(browser, first.headers.get('location'));
  assert.deepEqual(statuses, [307, 307, 200]);
  assert.equal((await response.json()).name, 'Grace Hopper');
  assert.deepEqual((await visit(browser, `${app}/secret`)).statuses, [200]);
});

test('who is not signed in is sent to the sign-in page', async () => {
  const response = await get('/secret');
  assert.equal(response.status, 302);
  assert.ok(response.headers.get('location').startsWith(signInUrl));
  const browser = new Browser();
  const page = await visit(browser, `${app}/secret`);
  assert.deepEqual(page.statuses, [307, 307, 307, 302, 200]);
  assert.match(await page.response.text(), /Ada Lovelace/);
});

test('an API key is known where it is accepted', async () => {
  const { secret } = await clerk.apiKeys.create({ name: 'robot', subject: 'user_ada' });
  const headers = { authorization: `Bearer ${secret}` };
  assert.deepEqual(await (await get('/robot', headers)).json(), { tokenType: 'api_key', userId: 'user_ada' });
  assert.equal((await (await get('/me', headers)).json()).userId, null);
});
