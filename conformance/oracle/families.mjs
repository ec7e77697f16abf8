// Random cases of all families.

import { createHmac } from 'node:crypto';
import { Random } from './random.mjs';
import { SECRET, authenticate, jwksRoute, machineRoutes, publishableKey, sequence } from './requests.mjs';
import * as tokens from './tokens.mjs';

const HOST = 'clerk.example.com';

function verifyOptions(random) {
  const options = { secretKey: SECRET };
  if (random.chance(0.7)) options.jwtKey = tokens.pem('main');
  if (random.chance(0.3)) options.audience = random.one(['a', ['a', 'b'], []]);
  if (random.chance(0.15)) options.authorizedParties = random.one([['https://app.example.com'], ['https://other.com']]);
  if (random.chance(0.1)) options.issuer = random.one([`https://${HOST}`, 'https://x']);
  if (random.chance(0.1)) options.headerType = random.one(['JWT', 'X', ['JWT', 'at+jwt']]);
  if (random.chance(0.15)) options.clockSkewInMs = random.one([0, 60000, -5000, { $js: 'Infinity' }]);
  return options;
}

function verifyToken(random) {
  return { fn: 'verifyToken', clock: tokens.NOW, token: tokens.token(random, HOST), options: verifyOptions(random), api: { routes: [jwksRoute(random)] } };
}

function verifyMachineAuthToken(random) {
  return {
    fn: 'verifyMachineAuthToken',
    clock: tokens.NOW,
    token: tokens.machine(random),
    options: { ...verifyOptions(random), ...(random.chance(0.2) && { machineSecretKey: 'ak_machine' }) },
    api: { routes: [jwksRoute(random), ...machineRoutes(random)] },
  };
}

function decodeJwt(random) {
  return { fn: 'decodeJwt', token: random.chance(0.7) ? tokens.token(random, HOST) : tokens.machine(random) };
}

function jwtPayloadToAuth(random) {
  return { fn: 'jwtPayloadToAuth', claims: tokens.claims(random, HOST) };
}

const CHECKS = {
  role: ['admin', 'org:admin', 'org:org:admin', 'member', '', null, 5],
  permission: ['org:posts:read', 'posts:read', 'org:articles:read', 'articles:manage', '', null],
  feature: ['articles', 'o:articles', 'org:articles', 'u:ai', 'user:ai', 'x:ai', ':ai', 'o:', '', null, 'o:articles:x'],
  plan: ['pro', 'o:pro', 'u:starter', 'starter', ''],
  reverification: ['strict', 'strict_mfa', 'moderate', 'lax', 'x', null, { level: 'first_factor', afterMinutes: 5 }, { level: 'second_factor', afterMinutes: 0 }, { level: 'multi_factor', afterMinutes: { $js: 'Infinity' } }, { level: 'x', afterMinutes: 5 }, { level: 'second_factor', afterMinutes: 1.5 }],
};

function has(random) {
  const claims = tokens.claims(random, HOST);
  const checks = Array.from({ length: 12 }, () => {
    const names = random.some(Object.keys(CHECKS), 0.35);
    return Object.fromEntries(names.map((name) => [name, random.one(CHECKS[name])]));
  });
  return { fn: 'has', claims, checks };
}

const BODIES = ['{"data":{"id":"user_1"},"object":"event","type":"user.created"}', '{"type":"x","data":{},"instance_id":"ins_1","timestamp":5}', '[]', 'null', '"x"', '', 'hello', '{"a":1}', '\ufeff{"type":"x"}', '{"type":"\u00fc\ud83d\ude80"}', '{"type":"\\ud83d"}', '{"type":5,"data":null}', '{"data":' + '['.repeat(200) + ']'.repeat(200) + '}'];

function verifyWebhook(random) {
  const secret = random.one(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ9r8GKYqrTwjUPD8ILA==', 'whsec_MfKQ9r8GKYqrTwjUPD8ILA', 'whsec_', '', 'whsec_*', 'whsec_MfK-9r8_']);
  const body = random.one(BODIES);
  const seconds = tokens.NOW / 1000 + random.one([0, 0, 0, 299, 300, 301, -300, -301]);
  const written = random.one([String, String, String, (one) => `${one}abc`, (one) => `+${one}`, (one) => ` ${one} `, (one) => `0${one}`, () => 'x', () => '', (one) => `${one}.5`])(seconds);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`msg_1.${seconds}.${body}`).digest('base64');
  const signatures = random.one([`v1,${signature}`, `v1,${signature}`, `v1,${signature}`, `v1,AAAA v1,${signature}`, `v2,${signature}`, `v1,${signature},x`, signature, 'v1,', `v1,${signature} `]);
  const headers = [['svix-id', 'msg_1'], ['svix-timestamp', written], ['svix-signature', signatures]].filter(() => random.chance(0.97));
  return { fn: 'verifyWebhook', clock: tokens.NOW, request: { method: 'POST', url: 'https://app.example.com/hooks', headers, body }, options: { signingSecret: secret } };
}

function parsePublishableKey(random) {
  const key = random.one([
    publishableKey('live', 'clerk.example.com'),
    publishableKey('test', 'a-b.clerk.accounts.dev').replace(/=+$/, ''),
    publishableKey('live', 'nodot'),
    publishableKey('test', 'a$b.c'),
    'pk_live_',
    'pk_prod_abc',
    `${publishableKey('test', 'x.y.z')}_x`,
    ` ${publishableKey('test', 'x.y.z')}`,
    'pk_test_Y2xlcmsuZXhhbXBsZS5jb20',
    '',
    'pk_test_***',
  ]);
  const options = random.one([undefined, { fatal: true }, { proxyUrl: '/p' }, { domain: 'sat.com', isSatellite: true }, { domain: 'sat.com' }]);
  return { fn: 'parsePublishableKey', key, ...(options && { options }) };
}

function clerkRequest(random) {
  const found = authenticate(random);
  return { fn: 'clerkRequest', request: found.request };
}

function createRedirect(random) {
  const params = {
    to: random.one(['redirectToSignIn', 'redirectToSignUp']),
    publishableKey: random.one([publishableKey('live', HOST), publishableKey('test', 'foo-bar-1.clerk.accounts.dev'), 'x']),
    baseUrl: random.one(['https://app.example.com/page', 'http://localhost:3000', '']),
  };
  if (random.chance(0.6)) params.returnBackUrl = random.one(['https://app.example.com/dash?a=1', '/back', 'https://other.com/x', '']);
  if (random.chance(0.4)) params.signInUrl = random.one(['/sign-in', 'https://app.example.com/sign-in', 'https://accounts.other.com/in?x=1', '']);
  if (random.chance(0.4)) params.signUpUrl = random.one(['/sign-up', 'https://app.example.com/sign-up']);
  if (random.chance(0.3)) params.devBrowserToken = 'dvb_1';
  if (random.chance(0.2)) params.isSatellite = true;
  if (random.chance(0.2)) params.sessionStatus = random.one(['pending', 'active']);
  return { fn: 'createRedirect', params };
}

const USER = { object: 'user', id: 'user_1', first_name: 'A', email_addresses: [], phone_numbers: [], web3_wallets: [], external_accounts: [], enterprise_accounts: [], created_at: 1, updated_at: 2 };

function bapi(random) {
  const id = random.one(['user_1', 'a/b', 'a.b', '..', '.', 'a b', 'ü', '', 'a%2Fb', 'a?b']);
  const error = random.one([
    { status: 429, headers: { 'retry-after': random.one(['30', '0', '1.5', 'x', 'Mon, 16 Jun 2025 00:00:00 GMT']) }, body: { errors: [{ code: 'too_many_requests', message: 'x' }] } },
    { status: 500, text: '<html>', headers: { 'content-type': 'text/html', 'cf-ray': 'ray_1' } },
    { status: 422, body: { errors: [{ code: 'a', message: 'x' }, { code: 'b', message: 'y' }], clerk_trace_id: 't_1' } },
  ]);
  const fail = random.chance(0.3);
  const call = random.one([
    ['users', 'getUser', id],
    ['users', 'getUserList', Object.fromEntries(random.some([['limit', 10], ['offset', 0], ['orderBy', '-created_at'], ['banned', false], ['emailAddress', ['a@b.c', 'd@e.f']], ['lastActiveAtSince', 5]], 0.4))],
    ['sessions', 'getToken', 'sess_1', ...random.one([[], ['tmpl'], ['tmpl', 60]])],
    ['m2m', 'list', { subject: 'mch_1' }],
  ]);
  const routes = [
    ['GET', `/v1/users/${id}`, USER],
    ['GET', '/v1/users', [USER]],
    ['GET', '/v1/users/count', { object: 'total_count', total_count: 1 }],
    ['POST', '/v1/sessions/sess_1/tokens', { object: 'token', jwt: 'x.y.z' }],
    ['POST', '/v1/sessions/sess_1/tokens/tmpl', { object: 'token', jwt: 'x.y.z' }],
    ['GET', '/m2m_tokens', { m2m_tokens: [], total_count: 0 }],
  ].map(([method, path, body]) => ({ method, path, ...(fail ? error : { body }) }));
  return { fn: 'bapi', call, options: { secretKey: SECRET }, api: { routes } };
}

function proxy(random) {
  const path = random.one(['/__clerk/v1/client?x=1', '/__clerk', '/__clerk/', '/__clerkx/v1', '/__clerk/v1/a%20b', '/other', '/__clerk//evil.com']);
  const headers = [['host', 'localhost:3000']].concat(random.some([['x-forwarded-host', 'pub.example.com, b'], ['x-forwarded-proto', 'https, http'], ['x-forwarded-for', '9.9.9.9, 8.8.8.8'], ['cf-connecting-ip', '7.7.7.7'], ['x-real-ip', '6.6.6.6'], ['cookie', 'a=1'], ['te', 'trailers'], ['x-custom', 'y']], 0.3));
  return {
    fn: 'proxy',
    request: { method: 'GET', url: `http://localhost:3000${path}`, headers },
    options: { publishableKey: publishableKey('live', HOST), secretKey: random.chance(0.95) ? SECRET : '', fapiUrl: random.chance(0.9) ? '{{API}}' : random.one(['nope', 'https://u:p@x', 'ftp://x']) },
    api: { routes: [{ method: 'GET', path: '/v1/client', body: { ok: true }, headers: { 'set-cookie': ['a=1; Path=/', 'b=2'], 'x-up': '1' } }, { method: 'GET', path: '/', text: 'root' }], recordAllHeaders: true },
  };
}

const FAMILIES = [
  [50, 'authenticate-request', authenticate],
  [5, 'authenticate-request', sequence],
  [12, 'verify-token', verifyToken],
  [8, 'verify-token', verifyMachineAuthToken],
  [5, 'has', has],
  [5, 'webhook', verifyWebhook],
  [3, 'misc', decodeJwt],
  [3, 'misc', jwtPayloadToAuth],
  [1, 'misc', parsePublishableKey],
  [3, 'misc', clerkRequest],
  [2, 'misc', createRedirect],
  [2, 'misc', bapi],
  [1, 'misc', proxy],
];

/** The case of this number, of the kind of file that it belongs into. */
export function generated(seed, index) {
  const random = new Random(Math.imul(seed, 1_000_003) ^ Math.imul(index + 1, 2_654_435_761));
  let ticket = random.integer(FAMILIES.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, kind, family] of FAMILIES) {
    if (ticket < weight) {
      const made = family(random);
      return { kind, case: { id: `random/${seed}-${index}`, ...made } };
    }
    ticket -= weight;
  }
  throw new Error('unreachable');
}
