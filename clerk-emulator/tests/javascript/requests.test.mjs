// authenticateRequest of @clerk/backend, and a browser that goes where it is sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Browser } from './browser.mjs';
import { atTime, clerk, jwtKey, proxyUrl, signIn, signInUrl, url as emulator } from './settings.mjs';

const APP = 'http://localhost:3000/dashboard?tab=1';
const MINUTE = 60_000;
const settings = { proxyUrl, signInUrl };

/** Opens a page of the application and follows redirects; answers the last state and each step's reason. */
async function visit(browser, page, more) {
  const steps = [];
  for (let hop = 0; hop < 8; hop += 1) {
    const state = await clerk.authenticateRequest(browser.request(page), { ...settings, ...more });
    browser.keep(page, state.headers);
    const location = state.headers.get('location');
    steps.push(state.reason || state.status);
    if (!location) return { state, steps };
    page = location;
    if (page.startsWith(emulator)) {
      assert.equal(state.status, 'handshake');
      const answer = await browser.open(page);
      assert.equal(answer.status, 307, await answer.text());
      page = answer.headers.get('location');
    }
  }
  assert.fail(`it goes round: ${steps}`);
}

/** A browser in which somebody is signed in, at the emulator. */
async function signedIn(user) {
  const browser = new Browser();
  const { client_token: token } = await signIn(user);
  browser.cookies(new URL(emulator).host).set('__client', token);
  return browser;
}

test('a bearer token signs a request in', async () => {
  const { token, session_id: sessionId } = await signIn('user_ada', 'org_engines');
  const request = new Request(APP, { headers: { authorization: `Bearer ${token}` } });
  for (const more of [{}, { jwtKey }]) {
    const state = await clerk.authenticateRequest(request, { ...settings, ...more });
    const auth = state.toAuth();
    assert.deepEqual(
      [state.status, auth.userId, auth.sessionId, auth.orgId, auth.orgRole],
      ['signed-in', 'user_ada', sessionId, 'org_engines', 'org:admin'],
    );
    assert.equal(auth.has({ role: 'org:admin' }), true);
    assert.equal(auth.has({ role: 'org:member' }), false);
    assert.equal((await auth.getToken()).split('.').length, 3);
  }
});

test('an expired bearer token and none are signed out', async () => {
  const { token } = await atTime(-2 * MINUTE, () => signIn('user_ada'));
  const expired = new Request(APP, { headers: { authorization: `Bearer ${token}` } });
  const state = await clerk.authenticateRequest(expired, settings);
  assert.equal(state.status, 'signed-out');
  assert.match(state.reason, /^session-token-expired/);
  const nothing = await clerk.authenticateRequest(new Request(APP), settings);
  assert.deepEqual([nothing.status, nothing.reason], ['signed-out', 'dev-browser-missing']);
});

test('cookies sign a request in', async () => {
  const { token } = await signIn('user_ada');
  const cookie = `__session=${token}; __client_uat=1; __clerk_db_jwt=dvb_any`;
  const state = await clerk.authenticateRequest(new Request(APP, { headers: { cookie } }), settings);
  assert.deepEqual([state.status, state.toAuth().userId], ['signed-in', 'user_ada']);
});

test('a handshake is followed and signs a browser in', async () => {
  const browser = await signedIn('user_ada');
  const { state, steps } = await visit(browser, APP);
  assert.deepEqual([state.status, state.toAuth().userId], ['signed-in', 'user_ada']);
  // To the emulator, back with a nonce, and once more without it in the address.
  assert.deepEqual(steps, ['dev-browser-missing', 'signed-in', 'signed-in']);
  assert.deepEqual((await visit(browser, APP)).steps, ['signed-in']);
});

test('cookies with a suffix are handed out to who has them already', async () => {
  const browser = await signedIn('user_ada');
  await visit(browser, APP);
  const cookies = browser.cookies('localhost:3000');
  const [suffix] = [...cookies.keys()].filter((name) => name.startsWith('__refresh_')).map((name) => name.slice(10));
  assert.equal(cookies.has(`__session_${suffix}`), false);
  // As Clerk's script in the browser sets it; the session is gone.
  cookies.set(`__client_uat_${suffix}`, cookies.get('__client_uat'));
  cookies.delete('__session');
  const { state, steps } = await visit(browser, APP);
  assert.deepEqual([state.status, state.toAuth().userId], ['signed-in', 'user_ada']);
  assert.equal(steps.length, 3, String(steps));
  assert.equal(cookies.get(`__session_${suffix}`), cookies.get('__session'));
});

test('a handshake by token is resolved with the key alone', async () => {
  const browser = await signedIn('user_alan');
  const first = await clerk.authenticateRequest(browser.request(APP), settings);
  const location = new URL(first.headers.get('location'));
  location.searchParams.set('format', 'token');
  const back = (await browser.open(location.href)).headers.get('location');
  assert.match(back, /__clerk_handshake=/);
  const state = await clerk.authenticateRequest(browser.request(back), { ...settings, jwtKey });
  assert.deepEqual([state.status, state.toAuth().userId], ['signed-in', 'user_alan']);
  assert.equal(state.headers.get('location'), APP);
});

test('nobody is signed in: one handshake says so', async () => {
  const browser = new Browser();
  const { state, steps } = await visit(browser, APP);
  assert.equal(state.status, 'signed-out');
  assert.equal(steps[0], 'dev-browser-missing');
  assert.equal(browser.cookies('localhost:3000').get('__client_uat'), '0');
  assert.deepEqual((await visit(browser, APP)).steps, ['session-token-and-uat-missing']);
});

test('a visitor signs in on the page of the emulator and comes back', async () => {
  const browser = new Browser();
  await visit(browser, APP);
  const page = new URL(signInUrl);
  page.searchParams.set('redirect_url', APP);
  page.searchParams.set('__clerk_db_jwt', browser.cookies('localhost:3000').get('__clerk_db_jwt'));
  const [, csrf] = (await (await browser.open(page.href)).text()).match(/name="csrf" value="([^"]+)"/);
  const fields = { action: 'as', user_id: 'user_grace', redirect_url: APP, csrf };
  const back = (await browser.submit(signInUrl, fields)).headers.get('location');
  assert.match(back, /__clerk_db_jwt=dvb_/);
  const { state, steps } = await visit(browser, back);
  assert.deepEqual([state.status, state.toAuth().userId], ['signed-in', 'user_grace']);
  assert.equal(steps[0], 'dev-browser-sync');
});

test("an agent's task signs a browser in", async () => {
  const task = await clerk.agentTasks.create({
    onBehalfOf: { identifier: 'grace@example.com' },
    permissions: '*',
    agentName: 'helper',
    taskDescription: 'to look around',
    redirectUrl: APP,
  });
  const browser = new Browser();
  const back = (await browser.open(task.url)).headers.get('location');
  const { state } = await visit(browser, back);
  assert.equal(state.toAuth().userId, 'user_grace');
  assert.equal((await new Browser().open(task.url)).status, 400);
});

test('an expired session is refreshed', async () => {
  const browser = await signedIn('user_ada');
  // The emulator is behind: what the handshake brings is over already.
  const { state: before } = await atTime(-2 * MINUTE, () => visit(browser, APP, { clockSkewInMs: 5 * MINUTE }));
  assert.equal(before.status, 'signed-in');
  const headers = { ...browser.headers(APP), origin: 'http://localhost:3000', 'user-agent': 'tests' };
  const state = await clerk.authenticateRequest(new Request(APP, { headers }), settings);
  assert.deepEqual([state.status, state.reason], ['signed-in', null]);
  assert.equal(state.toAuth().userId, 'user_ada');
  const refreshed = state.headers.getSetCookie();
  assert.ok(refreshed.some((cookie) => cookie.startsWith('__session')), String(refreshed));
  browser.keep(APP, state.headers);
  assert.deepEqual((await visit(browser, APP)).steps, ['signed-in']);
});

test('an expired session without a refresh token takes a handshake', async () => {
  const browser = await signedIn('user_ada');
  await atTime(-2 * MINUTE, () => visit(browser, APP, { clockSkewInMs: 5 * MINUTE }));
  const cookies = browser.cookies('localhost:3000');
  for (const name of [...cookies.keys()]) if (name.startsWith('__refresh')) cookies.delete(name);
  const { state, steps } = await visit(browser, APP);
  assert.equal(state.status, 'signed-in');
  assert.match(steps[0], /^session-token-expired/);
  assert.equal(steps.length, 3);
});

test('a session that ended at the emulator is over after the next handshake', async () => {
  const browser = await signedIn('user_alan');
  const { state } = await visit(browser, APP);
  await clerk.sessions.revokeSession(state.toAuth().sessionId);
  const cookies = browser.cookies('localhost:3000');
  for (const name of [...cookies.keys()]) if (/^__(refresh|session)/.test(name)) cookies.delete(name);
  const after = await visit(browser, APP);
  assert.equal(after.steps[0], 'client-uat-but-no-session-token');
  assert.equal(after.state.status, 'signed-out');
});

test('the address chooses the organization', async () => {
  const browser = await signedIn('user_ada');
  const organizationSyncOptions = { organizationPatterns: ['/orgs/:slug', '/orgs/:slug/(.*)'] };
  const page = 'http://localhost:3000/orgs/bletchley-park/members';
  const { state } = await visit(browser, page, { organizationSyncOptions });
  assert.equal(state.toAuth().orgId, 'org_bletchley');
  const other = await visit(browser, 'http://localhost:3000/orgs/analytical-engines', { organizationSyncOptions });
  assert.equal(other.state.toAuth().orgId, 'org_engines');
  assert.equal(other.steps[0], 'active-organization-mismatch');
});
