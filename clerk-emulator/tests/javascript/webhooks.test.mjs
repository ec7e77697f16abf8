// What the emulator tells an application, verified by @clerk/backend and @clerk/express.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { verifyWebhook as verifyExpressWebhook } from '@clerk/express/webhooks';
import express from 'express';

import { clerk, control } from './settings.mjs';

const servers = [];
after(() => servers.forEach((server) => server.close()));

/** Listens on a port of its own; answers the address. */
async function listen(handler) {
  const server = createServer(handler);
  servers.push(server);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${server.address().port}`;
}

async function textOf(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('an event is delivered and verifies', async () => {
  const received = [];
  let secret;
  const url = await listen(async (incoming, outgoing) => {
    const body = await textOf(incoming);
    const request = new Request('http://localhost/', { method: 'POST', headers: incoming.headers, body });
    try {
      received.push(await verifyWebhook(request, { signingSecret: secret }));
      const forged = new Request('http://localhost/', { method: 'POST', headers: incoming.headers, body: `${body} ` });
      await assert.rejects(verifyWebhook(forged, { signingSecret: secret }));
      outgoing.end();
    } catch (error) {
      outgoing.writeHead(400).end(String(error));
    }
  });
  ({ secret } = await control('/webhooks', { url }));
  const user = await clerk.users.createUser({ emailAddress: ['mary@example.com'], password: 'correct horse battery' });
  await clerk.users.deleteUser(user.id);
  const { data } = await control('/webhooks/deliveries?settled=true');
  assert.deepEqual(data.map(({ state }) => state), data.map(() => 'delivered'), JSON.stringify(data));
  const created = received.find(({ type }) => type === 'user.created');
  assert.equal(created.object, 'event');
  assert.equal(created.data.id, user.id);
  assert.equal(created.data.email_addresses[0].email_address, 'mary@example.com');
  assert.match(created.instance_id, /^ins_/);
  assert.deepEqual(received.map(({ type }) => type).at(-1), 'user.deleted');
});

test('an express application verifies it as well', async () => {
  const received = [];
  let secret;
  const application = express();
  application.post('/hook', express.raw({ type: 'application/json' }), async (request, response) => {
    received.push(await verifyExpressWebhook(request, { signingSecret: secret }));
    response.end();
  });
  const url = `${await listen(application)}/hook`;
  ({ secret } = await control('/webhooks', { url }));
  const made = await clerk.organizations.createOrganization({ name: 'Looms', createdBy: 'user_ada' });
  await control('/webhooks/deliveries?settled=true');
  const types = received.map(({ type }) => type);
  assert.ok(types.includes('organization.created') && types.includes('organizationMembership.created'), String(types));
  assert.equal(received.find(({ type }) => type === 'organization.created').data.id, made.id);
});
