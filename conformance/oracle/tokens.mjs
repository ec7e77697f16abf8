// Random tokens, signed by throw-away keys.

import { createPrivateKey, createPublicKey, createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const KEYS = JSON.parse(readFileSync(new URL('./keys.json', import.meta.url), 'utf8'));
const PRIVATE = Object.fromEntries(Object.entries(KEYS).map(([name, jwk]) => [name, createPrivateKey({ key: jwk, format: 'jwk' })]));

export const NOW = 1_750_000_000_000;
const SECONDS = NOW / 1000;
const ODD = [null, true, false, 0, 1, -1, 1.5, '', 'x', [], ['x'], {}, { a: 1 }, 1e20, -1e20, 8.64e12, 8640000000001, '1750000050'];

export function jwk(name, kid, more = {}) {
  const { n, e, kty } = KEYS[name];
  return { use: 'sig', kid, alg: 'RS256', kty, n, e, ...more };
}

export function pem(name, type = 'spki') {
  return createPublicKey(PRIVATE[name]).export({ type, format: 'pem' });
}

function encode(value) {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function sign(header, payload, key, hash = 'RSA-SHA256') {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createSign(hash).update(signed).sign(PRIVATE[key]).toString('base64url')}`;
}

/** What breaks a token as text. */
const BREAKS = [
  (token) => `${token}=`,
  (token) => `${token}==`,
  (token) => token.replace('.', '=.'),
  (token) => token.slice(0, -1),
  (token) => `${token.slice(0, -4)}AAAA`,
  (token) => `${token}.x`,
  (token) => token.split('.').slice(0, 2).join('.'),
  (token) => token.replace(/\.[^.]*$/, '.'),
  (token) => token.replace(/^[^.]*/, encode('null')),
  (token) => token.replace(/^[^.]*/, encode('5')),
  (token) => token.replace(/^[^.]*/, encode('not json')),
  (token) => token.replace('.', '.*'),
  () => '..',
  () => 'x',
];

/** Payloads as JSON text that objects cannot hold. */
const TEXTS = [
  (text) => `\ufeff${text}`,
  (text) => text.replace('{', '{"sub":"user_first",'),
  (text) => text.replace('{', '{"deep":' + '['.repeat(200) + ']'.repeat(200) + ','),
  (text) => text.replace('{', '{"deep":' + '{"a":'.repeat(150) + '1' + '}'.repeat(150) + ','),
  (text) => text.replace('{', '{"lone":"\\ud83d",'),
  (text) => text.replace('{', `{"big":"${'x'.repeat(17000)}",`),
  (text) => `[${text}]`,
  () => 'null',
  () => '"text"',
  () => '7',
  (text) => `${text} x`,
];

function times(random) {
  const near = () => SECONDS + random.one([-90000, -3600, -60, -6, -5, -4, -1, 0, 1, 4, 5, 6, 60, 3600, 90000]);
  const claims = { exp: SECONDS + 50, iat: SECONDS - 10, nbf: SECONDS - 20 };
  for (const name of ['exp', 'nbf', 'iat']) {
    if (random.chance(0.12)) claims[name] = near() + random.one([0, 0, 0.5]);
  }
  return claims;
}

const ORGANIZATIONS = [
  { org_id: 'org_1', org_slug: 'acme', org_role: 'org:admin', org_permissions: ['org:posts:read'] },
  { org_id: 'org_1', org_slug: 'acme', org_role: 'admin', org_permissions: 'x' },
  { v: 2, fea: 'o:articles,u:ai', o: { id: 'org_1', slg: 'acme', rol: 'admin', per: 'read,manage', fpm: '3' } },
  { v: 2, fea: 'uo:a, o:b ,x:c', pla: 'o:pro', o: { id: 'org_2', slg: 'beta', rol: 'member', per: 'r,w', fpm: '1, 2' } },
  { v: 2, fea: 'articles', o: { id: 'org_1', per: 'r', fpm: '1' } },
  { v: 2, fea: 'o:a', o: { id: 5, slg: null, rol: 7, per: 5, fpm: '1' } },
  { v: '2', o: { id: 'org_1' }, org_id: 'org_9' },
  { v: 2, fea: 'u:ai', pla: 'u:starter' },
  { v: 2, o: 'x', fea: 'o:a' },
];

export function claims(random, issuer) {
  let found = {
    azp: 'https://app.example.com',
    iss: `https://${issuer}`,
    sid: 'sess_1',
    sub: 'user_1',
    ...times(random),
  };
  if (random.chance(0.4)) found = { ...found, ...random.one(ORGANIZATIONS) };
  if (random.chance(0.2)) found.aud = random.one(['a', 'b', ['a'], ['b', 'c'], [], ['a', 1], 5, {}, '', null, false, 0, [''], ['', 'a'], [null], true]);
  if (random.chance(0.1)) found.sts = random.one(['pending', 'active', 'x', 5, '', null]);
  if (random.chance(0.15)) found.fva = random.one([[0, 0], [5, -1], [-1, -1], [1441, 61], ['0', '0'], [-2, 0], [1], 5, null, [0, 1.5], [0, null], '', false, 0, {}]);
  if (random.chance(0.1)) found.act = random.one([{ sub: 'user_2' }, null, 5, 'x']);
  if (random.chance(0.12)) found[random.one(['sub', 'sid', 'iss', 'azp', 'exp', 'iat', 'nbf', 'aud', 'v', 'o', 'org_id', 'org_permissions', 'fea'])] = random.one(ODD);
  if (random.chance(0.06)) delete found[random.one(['sub', 'sid', 'iss', 'azp', 'exp', 'iat', 'nbf'])];
  return found;
}

function headers(random) {
  const header = { alg: 'RS256', kid: 'ins_1', typ: 'JWT' };
  if (random.chance(0.1)) header.typ = random.one(['jwt', 'at+jwt', 'application/at+jwt', 'X', null, 5, '']);
  if (random.chance(0.04)) delete header.typ;
  if (random.chance(0.06)) header.alg = random.one(['none', 'RS384', 'RS512', 'HS256', 'rs256', null, 5]);
  if (random.chance(0.08)) header.cat = random.one(['cl_B7d4PD111AAA', 'cl_B7d4PD222AAA', 'cl_B7d4PD333AAA', 'cl_I7d4PD111III', null, '', 5]);
  if (random.chance(0.06)) header.kid = random.one(['ins_2', 'constructor', 'toString', null, 5, '', 'x'.repeat(300)]);
  if (random.chance(0.04)) delete header.kid;
  if (random.chance(0.04)) header.crit = random.one([['exp'], [], null, 'x']);
  return header;
}

/** A token of the main key, usually a good one. */
export function token(random, issuer, more = {}) {
  const header = headers(random);
  const payload = { ...claims(random, issuer), ...more };
  if (random.chance(0.03)) payload.sub = 'mch_1';
  let text = JSON.stringify(payload);
  if (random.chance(0.07)) text = random.one(TEXTS)(text);
  const key = random.chance(0.05) ? random.one(['other', 'large', 'small']) : 'main';
  const hash = header.alg === 'RS384' ? 'RSA-SHA384' : header.alg === 'RS512' ? 'RSA-SHA512' : 'RSA-SHA256';
  const made = sign(header, text, key, hash);
  return random.chance(0.07) ? random.one(BREAKS)(made) : made;
}

/** A token of a machine: opaque, or a JWT. */
export function machine(random) {
  const kind = random.one(['ak', 'mt', 'oat', 'm2m', 'oauth', 'odd']);
  const base = times(random);
  switch (kind) {
    case 'm2m': {
      const payload = { sub: 'mch_1', jti: 'mt_1', ...base };
      if (random.chance(0.6)) payload.scopes = random.one(['mch_2 mch_3', '', 5, ['mch_2'], null, 'mch_2']);
      if (random.chance(0.3)) payload.aud = random.one(['a', ['a', 'b'], ['mch_2'], 5, null]);
      if (random.chance(0.3)) payload.custom = 1;
      const header = { alg: 'RS256', kid: 'ins_1', typ: random.one(['JWT', 'JWT', 'mt+jwt']) };
      if (random.chance(0.5)) header.cat = random.one(['cl_B7d4PD333AAA', 'cl_B7d4PD333AAA', 'cl_B7d4PD111AAA', 'cl_I7d4PD111III']);
      const made = sign(header, payload, random.chance(0.9) ? 'main' : 'other');
      return random.chance(0.15) ? random.one(BREAKS)(made) : made;
    }
    case 'oauth': {
      const payload = { sub: 'user_1', client_id: 'client_1', jti: 'oat_1', ...base };
      if (random.chance(0.1)) delete payload.client_id;
      if (random.chance(0.7)) payload[random.one(['scope', 'scp'])] = random.one(['a b', '', ['a'], 5, null, ['a', 5]]);
      if (random.chance(0.2)) payload.scope = 'z';
      if (random.chance(0.4)) payload.aud = random.one(['a', ['a', 'b'], 'z', [], [''], ['a', ''], 5, null]);
      const made = sign({ alg: 'RS256', kid: 'ins_1', typ: random.one(['at+jwt', 'application/at+jwt', 'AT+JWT']) }, payload, random.chance(0.9) ? 'main' : 'other');
      return random.chance(0.15) ? random.one(BREAKS)(made) : made;
    }
    case 'odd':
      return random.one(['ak_a.b.c', 'mt_a.b.c', 'AK_x', 'sk_test_x', 'ak_', 'oat_', 'mt', 'x']);
    default:
      return `${kind}_secret123`;
  }
}

/** What a handshake brings. */
export function handshake(random, issuer) {
  const session = random.chance(0.8) ? token(random, issuer) : '';
  const directives = random.some(
    [`__session=${session}; Path=/; HttpOnly`, '__client_uat=1749999990; Path=/', `__session_xyz=${session}; Path=/`, '__session=; Max-Age=0'],
    0.5,
  );
  return random.one([directives, directives, directives, [], 'x', null]);
}

export function handshakeToken(random, issuer) {
  const payload = { handshake: handshake(random, issuer) };
  if (random.chance(0.1)) delete payload.handshake;
  if (random.chance(0.1)) payload.sub = random.one(['user_1', null, 5]);
  if (random.chance(0.2)) payload.exp = SECONDS + random.one([50, -50, 4, -4, 1e18]);
  if (random.chance(0.1)) payload.iat = SECONDS + random.one([50, -50, 'x']);
  const header = headers(random);
  const made = sign(header, payload, random.chance(0.93) ? 'main' : 'other');
  return random.chance(0.08) ? random.one(BREAKS)(made) : made;
}
