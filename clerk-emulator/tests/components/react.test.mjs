// <ClerkProvider/> of @clerk/react: signing in, and a token for the application's API.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { test } from "node:test";
import esbuild from "esbuild-wasm";
import { chromium } from "playwright-core";
import { PASSWORD, userOf } from "./browser.mjs";

const settings = { publishableKey: process.env.CLERK_PUBLISHABLE_KEY, proxyUrl: process.env.CLERK_PROXY_URL };

test("an application in React signs people in and gets tokens", async () => {
  const { outputFiles } = await esbuild.build({
    entryPoints: ["react.jsx"],
    bundle: true,
    write: false,
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const document = `<!doctype html><div id="app"></div><script>window.settings = ${JSON.stringify(settings)}</script>
    <script src="/app.js"></script>`;
  const server = http.createServer((request, response) => {
    const isScript = request.url.startsWith("/app.js");
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? outputFiles[0].text : document);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--no-proxy-server"],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`http://localhost:${server.address().port}/`);
    await page.fill("input[name=identifier]", "grace@example.com");
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await page.fill("input[name=password]:visible", PASSWORD);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await page.getByText("Hello grace@example.com").waitFor();
    await page.getByText("Get a token").click();
    const text = page.locator("pre");
    await page.waitForFunction(() => document.querySelector("pre").innerText.length > 100);
    const claims = JSON.parse(atob((await text.innerText()).split(".")[1]));
    assert.equal(claims.sub, (await userOf("grace@example.com")).id);
  } finally {
    await browser.close();
    server.close();
  }
});
