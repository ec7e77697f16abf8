// Random requests to an application, with its options and the API behind it.

import { createHash } from 'node:crypto';
import * as tokens from './tokens.mjs';

export const SECRET = 'sk_live_random000000000000000000000000000000000';
const SECRET_TEST = 'sk_test_random000000000000000000000000000000000';

export function publishableKey(kind, host) {
  return `pk_${kind}_${Buffer.from(`${host}$`).toString('base64')}`;
}

const INSTANCES = [
  { key: publishableKey('live', 'clerk.example.com').replace(/=+$/, ''), host: 'clerk.example.com' },
  { key: publishableKey('test', 'foo-bar-1.clerk.accounts.dev').replace(/=+$/, ''), host: 'foo-bar-1.clerk.accounts.dev' },
];

function suffix(key) {
  return createHash('sha1').update(key).digest('base64url').slice(0, 8);
}

const VERIFIED = {
  '/api_keys/verify': { object: 'api_key', id: 'ak_1', type: 'api_key', name: 'my key', subject: 'user_1', scopes: ['read'], claims: { a: 1 } },
  '/m2m_tokens/verify': { object: 'machine_to_machine_token', id: 'mt_1', subject: 'mch_1', scopes: ['mch_2'], claims: null },
  '/oauth_applications/access_tokens/verify': { object: 'clerk_idp_oauth_access_token', id: 'oat_1', client_id: 'client_1', subject: 'user_1', scopes: ['email'] },
};

function failure(random) {
  return random.one([
    { status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: 'x' }] } },
    { status: 404, body: { errors: [{ code: 'resource_not_found', message: 'x' }] } },
    { status: 429, body: { errors: [{ code: 'too_many_requests', message: 'x' }] } },
    { status: 500, text: '<html>' },
    { status: 422, body: { errors: [] } },
    { status: 503, body: { errors: [{ code: 'unavailable', message: 'x' }] } },
  ]);
}

export function machineRoutes(random) {
  return Object.entries(VERIFIED).map(([path, reply]) => {
    if (random.chance(0.2)) return { method: 'POST', path, ...failure(random) };
    const body = { ...reply, revoked: false, expired: false };
    if (random.chance(0.1)) body.revoked = true;
    if (random.chance(0.1)) body.expired = true;
    if (random.chance(0.1)) delete body[random.one(['revoked', 'expired', 'name', 'claims', 'client_id', 'scopes'])];
    if (random.chance(0.1)) body.aud = random.one(['a', ['a'], [], 5]);
    if (random.chance(0.1)) body.subject = random.one(['org_1', 'user_2', 'x']);
    if (random.chance(0.1)) return { method: 'POST', path, text: JSON.stringify(body), headers: { 'content-type': 'application/json; charset=utf-8' } };
    return { method: 'POST', path, body };
  });
}

export function jwksRoute(random) {
  const route = { method: 'GET', path: '/v1/jwks' };
  if (random.chance(0.12)) return { ...route, ...failure(random) };
  if (random.chance(0.05)) return { ...route, body: random.one([{ keys: [] }, {}]) };
  const keys = [tokens.jwk('main', 'ins_1')];
  if (random.chance(0.3)) keys.push(tokens.jwk('other', 'ins_2'));
  if (random.chance(0.1)) keys[0] = tokens.jwk(random.one(['other', 'small', 'large']), 'ins_1');
  if (random.chance(0.08)) keys[0] = { ...keys[0], ...random.one([{ use: 'enc' }, { alg: 'RS384' }, { key_ops: ['sign'] }, { kty: 'EC' }]) };
  if (random.chance(0.05)) delete keys[0].alg;
  return { ...route, body: { keys } };
}

function satellite(random, options, instance) {
  options.isSatellite = true;
  if (random.chance(0.9)) options.domain = random.one(['sat.example.org', 'sat.example.org', 'https://sat.example.org', 'localhost:3001']);
  if (random.chance(0.85)) options.signInUrl = random.one(['https://primary.example.com/sign-in', 'https://primary.example.com/sign-in?x=1', '/sign-in', 'https://sat.example.org/sign-in']);
  if (random.chance(0.3)) options.satelliteAutoSync = true;
  if (instance.key.startsWith('pk_test')) options.secretKey = random.one([SECRET, SECRET_TEST]);
}

function options(random, instance) {
  const found = { secretKey: SECRET, publishableKey: instance.key };
  if (random.chance(0.7)) found.jwtKey = random.chance(0.9) ? tokens.pem('main') : random.one([tokens.pem('other'), tokens.pem('large'), tokens.pem('main', 'pkcs1'), tokens.pem('main').replaceAll('\n', '\\n'), tokens.pem('small'), 'garbage']);
  if (random.chance(0.2)) satellite(random, found, instance);
  if (random.chance(0.1)) found.proxyUrl = random.one(['/__clerk', 'https://proxy.example.com/__clerk', 'https://app.example.com/__clerk/', 'nope', 'https://p.example.com/x?y=1']);
  if (random.chance(0.15)) found.audience = random.one(['a', ['a', 'b'], [], '', ['']]);
  if (random.chance(0.1)) found.authorizedParties = random.one([['https://app.example.com'], ['https://other.com'], []]);
  if (random.chance(0.06)) found.issuer = random.one([`https://${instance.host}`, ['https://x', ''], '', [`https://${instance.host}`]]);
  if (random.chance(0.05)) found.headerType = random.one(['JWT', ['JWT', 'X'], 'X']);
  if (random.chance(0.06)) found.clockSkewInMs = random.one([0, 10000, -5000, { $js: 'NaN' }]);
  if (random.chance(0.2)) {
    found.organizationSyncOptions = {
      organizationPatterns: random.one([['/o/:slug', '/o/:slug/(.*)'], ['/orgs/:id', '/orgs/:id/(.*)'], ['/p']]),
      personalAccountPatterns: random.one([['/me', '/me/(.*)'], ['/p'], []]),
    };
  }
  if (random.chance(0.3)) found.acceptsToken = random.one(['any', 'any', 'session_token', 'api_key', 'm2m_token', 'oauth_token', ['session_token', 'api_key'], ['m2m_token', 'oauth_token'], []]);
  if (random.chance(0.04)) found.machineSecretKey = 'ak_machine';
  if (random.chance(0.03)) delete found[random.one(['secretKey', 'publishableKey'])];
  return found;
}

function url(random, instance) {
  const origin = random.one(['https://app.example.com', 'https://app.example.com', 'http://localhost:3000', 'https://sat.example.org']);
  const path = random.one(['/page', '/', '/o/acme', '/o/beta/x', '/orgs/org_1', '/me', '/p', '/a%20b', '//evil.com/x', '/O/Acme']);
  const query = new URLSearchParams();
  if (random.chance(0.4)) query.append('x', random.one(['1', 'a b', 'ü', '']));
  if (random.chance(0.08)) query.append('__clerk_synced', random.one(['true', 'false', 'x', '']));
  if (random.chance(0.08)) query.append('__clerk_db_jwt', random.one(['dvb_q', '']));
  if (random.chance(0.08)) {
    query.append('__clerk_redirect_url', random.one(['https://sat.example.org/back?y=1', 'http://localhost:3001/x', 'https://app.example.com/y?__clerk_synced=false', 'nope', 'javascript:alert(1)', '', '/relative', 'http://127.0.0.1/z', 'ftp://x/y']));
  }
  if (random.chance(0.06)) query.append('__clerk_handshake', tokens.handshakeToken(random, instance.host));
  if (random.chance(0.04)) query.append('__clerk_handshake_nonce', random.one(['nonce_1', 'x y', 'n'.repeat(40)]));
  if (random.chance(0.05)) query.append(random.one(['__clerk_help', '__dev_session', 'y']), '1');
  const text = query.toString();
  return `${origin}${path}${text && '?'}${text}`;
}

function cookies(random, instance) {
  const jar = [];
  const end = suffix(instance.key);
  const add = (name, value) => jar.push(`${name}=${value}`);
  const session = () => tokens.token(random, random.chance(0.85) ? instance.host : 'clerk.other.com');
  const uat = () => random.one(['1749999980', '1749999980', '1749999985', '1749999995', '0', '', '123abc', '-1', 'x', '0x10']);
  if (random.chance(0.7)) add('__session', session());
  if (random.chance(0.75)) add('__client_uat', uat());
  if (random.chance(0.4)) add(`__session_${end}`, session());
  if (random.chance(0.4)) add(`__client_uat_${end}`, uat());
  if (random.chance(0.8)) add('__clerk_db_jwt', random.one(['dvb_1', 'dvb_1', '']));
  if (random.chance(0.3)) add(`__clerk_db_jwt_${end}`, 'dvb_s');
  if (random.chance(0.3)) add(`__refresh_${end}`, random.one(['rt_1', 'rt_1', '']));
  if (random.chance(0.1)) add('__refresh', 'rt_plain');
  if (random.chance(0.05)) add('__clerk_handshake', tokens.handshakeToken(random, instance.host));
  if (random.chance(0.03)) add('__clerk_handshake_nonce', 'nonce_c');
  if (random.chance(0.12)) add('__clerk_redirect_count', random.one(['1', '2', '3', '4', '10', '2.5', '-1', 'x', '0x3', '3.0', '1e0', '']));
  if (random.chance(0.2)) jar.unshift(random.one(['a=%20b', 'd', '=x', 'q="1"', '__session=;x', 'b=%zz']));
  return jar.join(random.one(['; ', '; ', ';']));
}

function authorization(random, instance) {
  const token = random.chance(0.45) ? tokens.machine(random) : tokens.token(random, instance.host);
  return random.one([(one) => `Bearer ${one}`, (one) => `Bearer ${one}`, (one) => `Bearer ${one}`, (one) => one, (one) => `bearer ${one}`, () => 'Bearer', (one) => `Bearer  ${one}`, (one) => `Bearer ${one} x`, () => 'Basic abc', () => ''])(token);
}

function headers(random, instance, target) {
  const found = [['host', random.chance(0.9) ? new URL(target).host : random.one(['other.example.com', 'a:b@evil.com', 'x:99999', ''])]];
  const isPage = random.chance(0.65);
  if (random.chance(0.9)) found.push(['sec-fetch-dest', isPage ? random.one(['document', 'document', 'document', 'iframe']) : random.one(['empty', 'Document', ''])]);
  found.push(['accept', isPage ? 'text/html,*/*' : random.one(['application/json', 'TEXT/HTML', '*/*'])]);
  if (random.chance(0.12)) found.push(['x-forwarded-host', random.one(['app.example.com', 'pub.example.com, b', '', 'u@evil.com', 'pub.example.com:8443', ' sp.example.com'])]);
  if (random.chance(0.12)) found.push(['x-forwarded-proto', random.one(['https', 'http, https', 'wss', 'ws', 'javascript', '', 'HTTPS'])]);
  if (random.chance(0.15)) found.push(['referer', random.one(['https://google.com/', 'https://accounts.example.com/x', 'https://clerk.example.com', 'https://app.example.com/y', 'nope', 'https://foo-bar-1.accounts.dev/', 'about:blank', 'http://app.example.com/'])]);
  if (random.chance(0.1)) found.push(['origin', random.one(['https://app.example.com', 'https://primary.example.com', 'null', 'https://sat.example.org'])]);
  if (random.chance(0.3)) found.push(['user-agent', 'Random/1']);
  if (random.chance(0.2)) found.push(['x-noise', random.one(['1', 'ü'])]);
  if (random.chance(0.4)) found.push(['authorization', authorization(random, instance)]);
  if (random.chance(0.75)) found.push(['cookie', cookies(random, instance)]);
  return found;
}

function refreshRoute(random, instance) {
  const route = { method: 'POST', path: '/v1/sessions/sess_1/refresh' };
  if (random.chance(0.4)) return { ...route, ...failure(random) };
  const token = tokens.token(random, instance.host);
  return { ...route, body: { object: 'cookies', cookies: random.one([[`__session=${token}; Path=/`], ['__client_uat=1; Path=/', `__session_a=${token}; Path=/`], [], ['a=b']]) } };
}

function nonceRoute(random, instance) {
  const route = { method: 'GET', path: '/v1/clients/handshake_payload' };
  if (random.chance(0.3)) return { ...route, ...failure(random) };
  const directives = tokens.handshake(random, instance.host);
  return { ...route, body: random.one([{ directives }, { directives }, {}]) };
}

export function authenticate(random) {
  const instance = random.one(INSTANCES);
  const target = url(random, instance);
  const found = {
    fn: 'authenticateRequest',
    clock: tokens.NOW,
    options: options(random, instance),
    request: {
      method: random.chance(0.85) ? 'GET' : random.one(['POST', 'HEAD', 'PUT', 'OPTIONS']),
      url: target,
      headers: headers(random, instance, target),
    },
    api: { routes: [jwksRoute(random), refreshRoute(random, instance), nonceRoute(random, instance), ...machineRoutes(random)] },
  };
  if (random.chance(0.05)) found.env = { VERCEL_TARGET_ENV: random.one(['production', 'preview']), VERCEL_PROJECT_PRODUCTION_URL: 'my-app.vercel.app' };
  if (random.chance(0.04)) found.clientOptions = { ...found.options, domain: 'c.example.com' };
  if (random.chance(0.02)) found.noApiClient = true;
  if (found.options.acceptsToken === 'any' && random.chance(0.3)) found.accepts = ['session_token', 'api_key', 'any', ['m2m_token']];
  return found;
}

export function sequence(random) {
  const instance = INSTANCES[0];
  const request = () => {
    const token = tokens.token(random, instance.host, { exp: tokens.NOW / 1000 + 90000 });
    return { method: 'GET', url: 'https://app.example.com/api', headers: [['host', 'app.example.com'], ['authorization', `Bearer ${token}`]] };
  };
  let clock = tokens.NOW;
  const steps = Array.from({ length: 2 + random.integer(4) }, () => {
    clock += random.one([0, 0, 1000, 3000, 11000, 61000, 299000, 301000]);
    const step = { clock, request: request() };
    if (random.chance(0.2)) step.setRoutes = [jwksRoute(random)];
    if (random.chance(0.1)) step.options = { secretKey: 'sk_live_second', publishableKey: instance.key };
    if (random.chance(0.15)) step.parallel = 2 + random.integer(4);
    return step;
  });
  return {
    fn: 'sequence',
    clock: tokens.NOW,
    options: { secretKey: SECRET, publishableKey: instance.key },
    request: steps[0].request,
    api: { routes: [jwksRoute(random)] },
    steps,
  };
}
