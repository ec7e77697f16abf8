// A page with Clerk's components, in a browser, on the emulator that the environment names.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import http from "node:http";
import { chromium } from "playwright-core";

const emulator = process.env.CLERK_API_URL;
const publishableKey = process.env.CLERK_PUBLISHABLE_KEY;
const proxyUrl = process.env.CLERK_PROXY_URL;

export const PASSWORD = "424242-emulator";
export const CODE = "424242";
const WAIT = 20_000;

const document = `<!doctype html>
<html lang="en"><title>Application</title><main id="app"></main>
<script async crossorigin="anonymous" src="${proxyUrl}/npm/@clerk/clerk-js@6/dist/clerk.browser.js"
  data-clerk-publishable-key="${publishableKey}" data-clerk-proxy-url="${proxyUrl}"></script>
<script async crossorigin="anonymous" src="${proxyUrl}/npm/@clerk/ui@1/dist/ui.browser.js"></script>
<script>
  (async () => {
    while (!(window.Clerk && window.__internal_ClerkUICtor)) await new Promise((done) => setTimeout(done, 20));
    await Clerk.load({ ui: { ClerkUI: window.__internal_ClerkUICtor }, signInUrl: "/sign-in", signUpUrl: "/sign-up" });
    window.isLoaded = true;
  })();
</script></html>`;

/** An application of one page at any path, in a browser of its own. */
export class Application {
  static async start() {
    const server = http.createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(document);
    });
    await new Promise((done) => server.listen(0, "localhost", done));
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      // Clerk offers no passkeys to a browser that says that it is controlled by a program.
      args: ["--no-sandbox", "--no-proxy-server", "--disable-blink-features=AutomationControlled"],
    });
    const application = new Application();
    Object.assign(application, { server, browser, url: `http://localhost:${server.address().port}` });
    await application.newVisitor();
    return application;
  }

  /** Goes on in a browser without cookies. */
  async newVisitor() {
    await this.context?.close();
    this.context = await this.browser.newContext();
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(WAIT);
    this.rejected = [];
    this.page.on("response", (response) => {
      if (response.url().startsWith(proxyUrl) && response.status() >= 400) {
        this.rejected.push(`${response.status()} ${response.request().method()} ${response.url()}`);
      }
    });
    await this.open("/");
  }

  async open(path) {
    await this.page.goto(this.url + path);
    await this.loaded();
  }

  /** Waits until Clerk is ready, on whichever page the browser is. */
  async loaded() {
    await this.page.waitForFunction(() => window.isLoaded);
    assert.equal(await this.page.evaluate(() => Clerk.status), "ready");
  }

  /** Waits until a condition holds on the page, which may be loaded anew in between. */
  async until(condition, argument) {
    const source = `window.isLoaded && (${condition})(${JSON.stringify(argument ?? null)})`;
    await this.page.waitForFunction(source);
  }

  /** Runs a function on the page once Clerk is ready. */
  async run(action, argument) {
    await this.loaded();
    return this.page.evaluate(action, argument);
  }

  /** Shows one of Clerk's components in place of the one before. */
  async mount(component, properties = { routing: "hash" }) {
    await this.run(
      ([component, properties]) => {
        const place = window.document.createElement("main");
        place.id = "app";
        window.document.getElementById("app").replaceWith(place);
        Clerk[`mount${component}`](place, properties);
      },
      [component, properties],
    );
  }

  async fill(name, text) {
    await this.page.fill(`input[name="${name}"]:visible`, text);
  }

  /** Presses the button with this label. */
  async press(label) {
    await this.page.getByRole("button", { name: label, exact: true }).first().click();
  }

  /** Types a one-time code into the field that waits for one. */
  async type(code) {
    const field = this.page.locator('input[autocomplete="one-time-code"]').first();
    await field.waitFor();
    await field.pressSequentially(code);
  }

  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  /** Signs in without a component. */
  async signIn(identifier) {
    await this.run(
      async ([identifier, password]) => {
        const signIn = await Clerk.client.signIn.create({ identifier, password });
        await Clerk.setActive({ session: signIn.createdSessionId });
      },
      [identifier, PASSWORD],
    );
    await this.until(() => Clerk.user);
  }

  /** Puts an authenticator into the browser, that says yes to everything. */
  async withAuthenticator() {
    const session = await this.context.newCDPSession(this.page);
    await session.send("WebAuthn.enable");
    await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }

  async signOut() {
    await this.run(() => Clerk.signOut());
    await this.until(() => !Clerk.user);
  }

  async picture(name) {
    const folder = process.env.PICTURES;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  /** Says what the browser shows, for whoever reads a failure. */
  async shown() {
    const text = await this.page.innerText("body").catch(() => "nothing");
    return `${this.page.url()}\n${text.replace(/\n+/g, " | ").slice(0, 600)}\n${this.rejected.join("\n")}`;
  }

  async stop() {
    await this.browser.close();
    this.server.close();
  }
}

/** Makes tests of steps with one application; a step that fails says what the browser shows. */
export function steps(test, application) {
  return (name, action) =>
    test(name, async () => {
      try {
        await action(application());
      } catch (error) {
        const shown = await application().shown();
        await application().picture(`failed ${name}`);
        throw new Error(`${error.message}\n${shown}`);
      }
    });
}

/** Returns the response of the Backend API. */
export async function backend(method, path, body) {
  const response = await fetch(`${emulator}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.CLERK_SECRET_KEY}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text && JSON.parse(text);
}

export const userOf = async (email) => (await backend("GET", `/users?email_address=${encodeURIComponent(email)}`))[0];

/** Changes what Clerk's dashboard sets. */
export async function settings(given) {
  const response = await fetch(`${emulator}/__emulator/settings`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(given),
  });
  assert.ok(response.ok, await response.text());
}

/** Returns the latest message to an address. */
export async function lastMessage(to) {
  const response = await fetch(`${emulator}/__emulator/messages`);
  const { data } = await response.json();
  return data.findLast((message) => message.to === to);
}

/** Returns the code that an authenticator app shows now, by RFC 6238. */
export function totp(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/=+$/, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
