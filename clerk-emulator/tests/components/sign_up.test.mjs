// <SignUp/>: in each mode, and by each way to prove an address.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Application, backend, CODE, lastMessage, PASSWORD, settings, steps, userOf } from "./browser.mjs";

let application;
const step = steps(test, () => application);

before(async () => {
  await settings({ password_required: true });
  application = await Application.start();
});
after(() => application?.stop());

async function begin(app, email) {
  await app.newVisitor();
  await app.mount("SignUp");
  await app.fill("emailAddress", email);
  await app.fill("password", PASSWORD);
  await app.press("Continue");
}

async function isSignedIn(app, email) {
  await app.until((email) => Clerk.user?.primaryEmailAddress.emailAddress === email, email);
  assert.deepEqual(app.rejected, []);
}

step("by a code in an email", async (app) => {
  await app.newVisitor();
  await app.mount("SignUp");
  await app.picture("sign-up");
  await app.fill("emailAddress", "mary@example.com");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await app.type(CODE);
  await isSignedIn(app, "mary@example.com");
  const user = await userOf("mary@example.com");
  assert.equal(user.email_addresses[0].verification.status, "verified");
  await backend("POST", `/users/${user.id}/verify_password`, { password: PASSWORD });
});

step("an address that is taken is told", async (app) => {
  await begin(app, "ada@example.com");
  await app.sees("is taken");
  assert.equal((await backend("GET", "/users/count?email_address=ada@example.com")).total_count, 1);
});

step("without a password, where none is asked for", async (app) => {
  await settings({ password_required: false });
  await app.newVisitor();
  await app.mount("SignUp");
  await app.fill("emailAddress", "plain@example.com");
  await app.press("Continue");
  await app.type(CODE);
  await isSignedIn(app, "plain@example.com");
  assert.equal((await userOf("plain@example.com")).password_enabled, false);
  await settings({ password_required: true });
});

step("by invitation only, where the instance is restricted", async (app) => {
  await settings({ sign_up_mode: "restricted" });
  await app.newVisitor();
  await app.mount("SignUp");
  await app.sees("Access restricted");
  await settings({ sign_up_mode: "public" });
});

step("from the waiting list", async (app) => {
  await settings({ sign_up_mode: "waitlist" });
  await app.newVisitor();
  await app.mount("Waitlist");
  await app.fill("emailAddress", "waiting@example.com");
  await app.page.getByRole("button", { name: /Join/ }).first().click();
  await app.sees("Thanks for joining");
  const { data } = await backend("GET", "/waitlist_entries");
  assert.deepEqual(data.map((entry) => entry.email_address), ["waiting@example.com"]);
  await settings({ sign_up_mode: "public" });
});

step("with another provider", async (app) => {
  await app.newVisitor();
  await app.mount("SignUp");
  await app.page.getByRole("button", { name: "Google" }).click();
  await app.page.fill('input[name="code"]:visible', "social@example.com");
  await app.press("Continue");
  await app.loaded();
  await app.mount("SignUp");
  await isSignedIn(app, "social@example.com");
});

step("with an invitation, whose address needs no code", async (app) => {
  await app.newVisitor();
  await backend("POST", "/invitations", { email_address: "guest@example.com", redirect_url: app.url });
  const { link } = await lastMessage("guest@example.com");
  await app.page.goto(link);
  await app.mount("SignUp");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await isSignedIn(app, "guest@example.com");
  const { data } = await backend("GET", "/invitations?paginated=true&status=accepted");
  assert.deepEqual(data.map((invitation) => invitation.email_address), ["guest@example.com"]);
});

step("an address on the block list is rejected", async (app) => {
  await backend("PATCH", "/instance/restrictions", { blocklist: true });
  await backend("POST", "/blocklist_identifiers", { identifier: "*@blocked.example" });
  await begin(app, "somebody@blocked.example");
  await app.sees("block list");
  await backend("PATCH", "/instance/restrictions", { blocklist: false });
});
