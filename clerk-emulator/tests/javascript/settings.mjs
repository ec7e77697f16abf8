// What the Rust test tells us, and the control endpoint of its emulator.

import { createClerkClient } from '@clerk/backend';

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are started by cargo test`);
  return value;
}

/** The emulator; Backend API, Frontend API, pages and control endpoint are all there. */
export const url = setting('CLERK_API_URL');
export const secretKey = setting('CLERK_SECRET_KEY');
export const publishableKey = setting('CLERK_PUBLISHABLE_KEY');
export const proxyUrl = setting('CLERK_PROXY_URL');
export const signInUrl = setting('CLERK_SIGN_IN_URL');
export const jwtKey = setting('EMULATOR_JWT_KEY');

/** @clerk/backend itself reads none of it from the environment. */
export const options = { apiUrl: url, secretKey, publishableKey };
export const clerk = createClerkClient({ ...options, telemetry: { disabled: true } });

/** Calls the emulator's control endpoint. */
export async function control(path, body) {
  const response = await fetch(`${url}/__emulator${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Signs a user in with a new browser; answers its tokens. */
export const signIn = (user, organization) =>
  control('/sign_in', { user_id: user, organization_id: organization });

/** Runs something while the emulator's clock is off by so much. */
export async function atTime(offset, work) {
  await control('/clock', { advance_ms: offset });
  try {
    return await work();
  } finally {
    await control('/clock', { system: true });
  }
}
