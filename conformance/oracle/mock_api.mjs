// A Backend API on loopback that responds as a case says and writes down what it was asked.

import { createServer } from 'node:http';

const usedPorts = new Set();

function listen(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

/** Without the version for the endpoints that the SDK calls without it. */
function unversioned(path) {
  return /^\/v1\/(api_keys|m2m_tokens|oauth_applications\/access_tokens)(\/|$)/.test(path) ? path.slice(3) : path;
}

function readBody(request) {
  return new Promise((resolve) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

export class MockApi {
  constructor(api) {
    this.withAllHeaders = api?.recordAllHeaders === true;
    this.calls = [];
    this.setRoutes(api?.routes);
  }

  static async start(api) {
    const mock = new MockApi(api);
    // The SDK keeps keys by URL: no two cases have the same one.
    do {
      mock.server = createServer((request, response) => mock.#respond(request, response));
      mock.port = await listen(mock.server);
    } while (usedPorts.has(mock.port) && mock.server.close());
    usedPorts.add(mock.port);
    mock.url = `http://127.0.0.1:${mock.port}`;
    return mock;
  }

  setRoutes(routes) {
    this.routes = (routes ?? []).map((route) => ({ ...route, left: route.times ?? Infinity }));
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #respond(request, response) {
    // Parsed by itself: a path such as `//host` is a path.
    const [pathname, query = ''] = request.url.split(/\?(.*)/s);
    const url = { pathname, searchParams: new URLSearchParams(query) };
    const body = await readBody(request);
    this.calls.push(this.#call(request, url, body));
    const route = this.routes.find(
      (route) => route.left > 0 && route.method === request.method && unversioned(route.path) === unversioned(url.pathname),
    );
    response.sendDate = false;
    if (!route) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          errors: [{ code: 'resource_not_found', message: 'not found', long_message: 'Resource not found' }],
          clerk_trace_id: 'trace_404',
        }),
      );
      return;
    }
    route.left -= 1;
    this.#send(route, response);
  }

  #send(route, response) {
    response.statusCode = route.status ?? 200;
    const isJson = route.body !== undefined;
    const kind = isJson ? 'application/json' : route.text === undefined ? undefined : 'text/plain';
    const headers = { ...(kind && { 'content-type': kind }), ...route.headers };
    for (const [name, value] of Object.entries(headers)) {
      const text = (one) => String(one).replaceAll('{{API}}', this.url);
      response.setHeader(name, Array.isArray(value) ? value.map(text) : text(value));
    }
    response.end(isJson ? JSON.stringify(route.body) : (route.text ?? ''));
  }

  #call(request, url, body) {
    const headers = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (name === 'host') {
        if (this.withAllHeaders) headers.host = 'present';
      } else if (name === 'connection' || name === 'content-length' || name === 'transfer-encoding') {
        // The transport's own.
      } else if (this.withAllHeaders || ['authorization', 'clerk-api-version', 'content-type', 'user-agent'].includes(name)) {
        headers[name] = value;
      }
    }
    const call = { method: request.method, path: url.pathname, query: [...url.searchParams], headers };
    if (body !== '') {
      try {
        call.body = JSON.parse(body);
      } catch {
        call.body = body;
      }
    }
    return call;
  }
}
