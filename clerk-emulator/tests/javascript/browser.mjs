// A browser without a window: it keeps each host's cookies, and goes nowhere by itself.

export class Browser {
  #cookies = new Map();

  /** The cookies for a host, by their names. */
  cookies(host) {
    if (!this.#cookies.has(host)) this.#cookies.set(host, new Map());
    return this.#cookies.get(host);
  }

  /** The headers of somebody who opens a page. */
  headers(url) {
    const cookies = [...this.cookies(new URL(url).host)];
    return {
      accept: 'text/html',
      'sec-fetch-dest': 'document',
      cookie: cookies.map(([name, value]) => `${name}=${value}`).join('; '),
    };
  }

  /** The page, as a request that no server has seen yet. */
  request(url) {
    return new Request(url, { headers: this.headers(url) });
  }

  /** Keeps what a server says about cookies; what is not taken away again stays. */
  keep(url, headers) {
    const cookies = this.cookies(new URL(url).host);
    for (const directive of headers.getSetCookie()) {
      const [pair, ...attributes] = directive.split(';').map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const gone = attributes.some((attribute) => {
        const [key, text] = attribute.toLowerCase().split('=');
        return (key === 'max-age' && Number(text) <= 0) || (key === 'expires' && Date.parse(text) < Date.now());
      });
      if (gone) cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  /** Opens a page and answers what came, without following it. */
  async open(url) {
    return this.#send(url, { headers: this.headers(url) });
  }

  /** Sends a form as its own page would. */
  async submit(url, fields) {
    const { origin } = new URL(url);
    const headers = { ...this.headers(url), origin, 'sec-fetch-site': 'same-origin' };
    return this.#send(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }

  async #send(url, init) {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    this.keep(url, response.headers);
    return response;
  }
}
