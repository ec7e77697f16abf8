// What Clerk's own JavaScript makes of a case, in the form of the recorded files.

import './clock.mjs';
import { createClerkClient, verifyToken } from '@clerk/backend';
import {
  createAuthenticateRequest,
  createClerkRequest,
  createRedirect,
  getAuthObjectForAcceptedToken,
  isMachineToken,
  verifyMachineAuthToken,
} from '@clerk/backend/internal';
import { decodeJwt } from '@clerk/backend/jwt';
import { clerkFrontendApiProxy } from '@clerk/backend/proxy';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { createCheckAuthorization } from '@clerk/shared/authorization';
import { __experimental_JWTPayloadToAuthObjectProperties as claimsToAuth } from '@clerk/shared/jwtPayloadParser';
import { getCookieSuffix, isPublishableKey, parsePublishableKey } from '@clerk/shared/keys';
import { setClock } from './clock.mjs';
import { MockApi } from './mock_api.mjs';

const DOWN = 'http://127.0.0.1:9';
const VALUES = { NaN, Infinity, '-Infinity': -Infinity, undefined };

/** The value of a case, with what only JavaScript has. */
function value(given, url) {
  if (typeof given === 'string') {
    return given.replaceAll('{{API}}', url).replaceAll('{{API_DOWN}}', DOWN);
  }
  if (Array.isArray(given)) {
    return given.map((one) => value(one, url));
  }
  if (given && typeof given === 'object') {
    if (typeof given.$js === 'string') {
      return VALUES[given.$js];
    }
    return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, value(one, url)]));
  }
  return given;
}

function error(thrown) {
  const found = { name: thrown?.name, message: thrown?.message };
  for (const name of ['reason', 'code', 'status', 'action', 'clerkTraceId', 'retryAfter', 'errors']) {
    if (thrown?.[name] !== undefined) found[name] = thrown[name];
  }
  return found;
}

function thrown(caught) {
  return { kind: 'throw', error: error(caught) };
}

function request(given) {
  const method = given.method || 'GET';
  const body = given.body !== undefined && method !== 'GET' && method !== 'HEAD' ? given.body : undefined;
  return new Request(given.url, { method, headers: new Headers(given.headers), body });
}

async function auth(object) {
  if (!object) return null;
  const { getToken, has, debug, ...rest } = object;
  const token = await getToken?.().catch((caught) => ({ threw: error(caught) }));
  return getToken ? { ...rest, getToken: token } : rest;
}

async function attempt(get) {
  try {
    return await auth(get());
  } catch (caught) {
    return { threw: error(caught) };
  }
}

function location(text, base) {
  const url = new URL(text, base);
  return { origin: url.origin, path: url.pathname, query: [...url.searchParams] };
}

async function state(found, accepts) {
  const headers = {};
  for (const [name, one] of found.headers) {
    if (name === 'set-cookie') (headers[name] ??= []).push(one);
    else headers[name] = one;
  }
  const names = ['proxyUrl', 'publishableKey', 'isSatellite', 'domain', 'signInUrl', 'signUpUrl', 'afterSignInUrl', 'afterSignUpUrl'];
  const outcome = { kind: 'state', status: found.status, reason: found.reason, message: found.message };
  outcome.tokenType = found.tokenType;
  outcome.isAuthenticated = found.isAuthenticated;
  outcome.isSignedIn = found.isSignedIn;
  outcome.token = found.token;
  for (const name of names) outcome[name] = found[name];
  outcome.headers = headers;
  if (headers.location !== undefined) outcome.location = location(headers.location);
  outcome.auth = await attempt(() => found.toAuth());
  const pending = await attempt(() => found.toAuth({ treatPendingAsSignedOut: false }));
  if (JSON.stringify(pending) !== JSON.stringify(outcome.auth)) outcome.authTreatPendingAsSignedIn = pending;
  if (accepts) {
    outcome.getAuth = {};
    for (const acceptsToken of accepts) {
      outcome.getAuth[JSON.stringify(acceptsToken)] = await attempt(() =>
        getAuthObjectForAcceptedToken({ authObject: found.toAuth(), acceptsToken }),
      );
    }
  }
  return outcome;
}

function authenticator(case_, api) {
  const own = { apiUrl: api.url, ...value(case_.clientOptions ?? case_.options, api.url) };
  const client = createClerkClient({ ...own, telemetry: { disabled: true } });
  const apiClient = case_.noApiClient ? undefined : client;
  const { authenticateRequest: authenticate } = createAuthenticateRequest({ options: own, apiClient });
  return (given, options) => authenticate(createClerkRequest(request(given)), value(options, api.url));
}

async function authenticateRequest(case_, api) {
  try {
    return await state(await authenticator(case_, api)(case_.request, case_.options), case_.accepts);
  } catch (caught) {
    return thrown(caught);
  }
}

async function brief(run) {
  try {
    const { status, reason, message, tokenType, toAuth } = await run();
    const userId = toAuth()?.userId;
    return { kind: 'state', status, reason, message, tokenType, userId };
  } catch (caught) {
    return thrown(caught);
  }
}

async function sequence(case_, api) {
  const steps = [];
  for (const step of case_.steps) {
    if (step.clock !== undefined) setClock(step.clock);
    if (step.setRoutes) api.setRoutes(step.setRoutes);
    const options = step.options ?? case_.options;
    const run = () => brief(() => authenticator({ ...case_, options }, api)(step.request ?? case_.request, options));
    const before = api.calls.length;
    if (step.parallel) {
      const outcomes = await Promise.all(Array.from({ length: step.parallel }, run));
      steps.push({ outcomes, apiCalls: api.calls.length - before });
    } else {
      const outcome = await run();
      steps.push({ outcome, apiCalls: api.calls.length - before });
    }
  }
  return { kind: 'sequence', steps };
}

async function verify(case_, api) {
  try {
    const options = { apiUrl: api.url, ...value(case_.options, api.url) };
    return { kind: 'ok', claims: await verifyToken(case_.token, options) };
  } catch (caught) {
    return thrown(caught);
  }
}

async function verifyMachine(case_, api) {
  try {
    const options = { apiUrl: api.url, ...value(case_.options, api.url) };
    const { data, tokenType, errors } = await verifyMachineAuthToken(case_.token, options);
    const outcome = { kind: 'ok', tokenType, data: data ?? null };
    if (errors) outcome.errors = errors.map(error);
    return outcome;
  } catch (caught) {
    return thrown(caught);
  }
}

function has(case_, api) {
  let outcome = { kind: 'has' };
  let authorization = case_.authz;
  if (!authorization) {
    const { sessionClaims, ...found } = claimsToAuth(case_.claims);
    outcome.auth = { tokenType: 'session_token', ...found, isAuthenticated: true };
    authorization = { ...found, features: case_.claims.fea ?? '', plans: case_.claims.pla ?? '' };
  }
  const check = createCheckAuthorization(authorization);
  outcome.results = case_.checks.map((one) => {
    try {
      return check(value(one, api.url));
    } catch (caught) {
      return { threw: error(caught) };
    }
  });
  return outcome;
}

async function webhook(case_) {
  try {
    return { kind: 'ok', event: await verifyWebhook(request(case_.request), case_.options) };
  } catch (caught) {
    return thrown(caught);
  }
}

async function proxy(case_, api) {
  try {
    const options = value(case_.options, api.url);
    const response = await clerkFrontendApiProxy(request(case_.request), options);
    const headers = {};
    for (const [name, one] of response.headers) {
      if (name === 'set-cookie') (headers[name] ??= []).push(one);
      else headers[name] = one.replaceAll(api.url, '{{API}}');
    }
    return { kind: 'response', status: response.status, headers, body: await response.text() };
  } catch (caught) {
    return thrown(caught);
  }
}

async function bapi(case_, api) {
  const [resource, method, ...given] = case_.call;
  try {
    const client = createClerkClient({ apiUrl: api.url, ...case_.options, telemetry: { disabled: true } });
    const result = await client[resource][method](...given);
    return { kind: 'ok', result: typeof result === 'object' ? plain(result) : result };
  } catch (caught) {
    return thrown(caught);
  }
}

/** Without what the SDK keeps of the raw response. */
function plain(result) {
  const read = JSON.parse(JSON.stringify(result));
  const strip = (one) => {
    if (one && typeof one === 'object') {
      delete one._raw;
      Object.values(one).forEach(strip);
    }
    return one;
  };
  return strip(read);
}

const adapter = { redirect: (url) => url };

function redirect(case_) {
  const { to, returnBackUrl, ...params } = case_.params;
  try {
    const url = createRedirect({ ...params, redirectAdapter: adapter.redirect })[to]({ returnBackUrl });
    return { kind: 'redirect', url, location: location(url) };
  } catch (caught) {
    return thrown(caught);
  }
}

function decode(case_) {
  const machine = isMachineToken(case_.token);
  const { data, errors } = (() => {
    try {
      return { data: decodeJwt(case_.token) };
    } catch (caught) {
      return { errors: [caught] };
    }
  })();
  if (errors) return { ...thrown(errors[0]), isMachineToken: machine };
  return { kind: 'ok', header: data.header, payload: data.payload, isMachineToken: machine };
}

function claims(case_) {
  try {
    return { kind: 'ok', auth: claimsToAuth(case_.claims) };
  } catch (caught) {
    return thrown(caught);
  }
}

async function publishableKey(case_) {
  const outcome = { kind: 'pk', cookieSuffix: await getCookieSuffix(case_.key), isPublishableKey: isPublishableKey(case_.key) };
  try {
    outcome.parsed = parsePublishableKey(case_.key, case_.options);
  } catch (caught) {
    outcome.parsed = { threw: caught.message.split('\n')[0] };
  }
  return outcome;
}

function clerkRequest(case_) {
  const read = createClerkRequest(request(case_.request));
  return { kind: 'clerkRequest', clerkUrl: read.clerkUrl.toString(), cookies: [...read.cookies] };
}

const FUNCTIONS = {
  authenticateRequest,
  sequence,
  verifyToken: verify,
  verifyMachineAuthToken: verifyMachine,
  has,
  verifyWebhook: webhook,
  proxy,
  bapi,
  createRedirect: redirect,
  decodeJwt: decode,
  jwtPayloadToAuth: claims,
  parsePublishableKey: publishableKey,
  clerkRequest,
};

/** What is recorded of one case. */
export async function recorded(case_) {
  setClock(case_.clock ?? 1_750_000_000_000);
  const api = await MockApi.start(case_.api);
  const before = { ...process.env };
  Object.assign(process.env, value(case_.env ?? {}, api.url));
  let outcome;
  try {
    outcome = await FUNCTIONS[case_.fn](case_, api);
  } catch (caught) {
    outcome = thrown(caught);
  }
  for (const name of Object.keys(case_.env ?? {})) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  api.stop();
  const line = { id: case_.id, fn: case_.fn, outcome };
  if (api.calls.length > 0) line.apiCalls = api.calls;
  // The address of the mock is another one each time.
  return JSON.parse(JSON.stringify(line).replaceAll(api.url, '{{API}}'));
}
