// Authenticates the requests that come in as JSON, and writes what it found.

import { text } from 'node:stream/consumers';

import { clerk, proxyUrl, signInUrl } from './settings.mjs';

const found = [];
for (const { method, url, headers } of JSON.parse(await text(process.stdin))) {
  const state = await clerk.authenticateRequest(new Request(url, { method, headers }), { proxyUrl, signInUrl });
  found.push({
    status: state.status,
    reason: state.reason || null,
    user: state.toAuth()?.userId ?? null,
    location: state.headers.get('location'),
    cookies: state.headers.getSetCookie().map((cookie) => cookie.split('=')[0]).sort(),
  });
}
process.stdout.write(JSON.stringify(found));
