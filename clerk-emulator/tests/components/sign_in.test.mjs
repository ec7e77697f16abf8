// <SignIn/>: by each factor, and what comes after it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Application, backend, CODE, lastMessage, PASSWORD, steps, totp, userOf } from "./browser.mjs";

const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
let application;
const step = steps(test, () => application);

before(async () => {
  application = await Application.start();
});
after(() => application?.stop());

/** Opens <SignIn/> in a new browser and names somebody. */
async function begin(app, identifier) {
  await app.newVisitor();
  await app.mount("SignIn");
  await app.fill("identifier", identifier);
  await app.press("Continue");
}

async function isSignedIn(app, email) {
  await app.until((email) => Clerk.user?.primaryEmailAddress.emailAddress === email, email);
  assert.deepEqual(app.rejected, []);
}

step("by password", async (app) => {
  await begin(app, "ada@example.com");
  await app.picture("sign-in password");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await isSignedIn(app, "ada@example.com");
  const claims = await app.run(async () => JSON.parse(atob((await Clerk.session.getToken()).split(".")[1])));
  assert.equal(claims.sub, (await userOf("ada@example.com")).id);
});

step("a wrong password is told, and the right one still works", async (app) => {
  await begin(app, "ada@example.com");
  await app.fill("password", "not the password");
  await app.press("Continue");
  await app.sees("This is not the password");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await app.until(() => Clerk.user);
});

step("by a code in an email", async (app) => {
  await begin(app, "ada@example.com");
  await app.page.getByText("Use another method").click();
  await app.page.getByText("Email code to").click();
  await app.type(CODE);
  await isSignedIn(app, "ada@example.com");
});

step("by a link in an email, opened in another tab", async (app) => {
  await begin(app, "ada@example.com");
  await app.page.getByText("Use another method").click();
  await app.page.getByText("Email link to").click();
  await app.sees("Check your email");
  const { link } = await lastMessage("ada@example.com");
  const tab = await app.context.newPage();
  await tab.goto(link);
  await tab.close();
  await isSignedIn(app, "ada@example.com");
});

step("by password and a code of the authenticator app", async (app) => {
  await backend("POST", "/users", {
    email_address: ["totp@example.com"], password: PASSWORD, totp_secret: SECRET, backup_codes: ["spare-code"],
  });
  await begin(app, "totp@example.com");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await app.type(totp(SECRET));
  await isSignedIn(app, "totp@example.com");
});

step("by password and a backup code", async (app) => {
  await begin(app, "totp@example.com");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await app.page.getByText("Use another method").click();
  await app.page.getByText("Use a backup code").click();
  await app.fill("code", "spare-code");
  await app.press("Continue");
  await isSignedIn(app, "totp@example.com");
});

step("with another provider, as somebody who has an account", async (app) => {
  await app.newVisitor();
  await app.mount("SignIn");
  await app.page.getByRole("button", { name: "Google" }).click();
  await app.page.getByRole("button", { name: "ada@example.com" }).click();
  await isSignedIn(app, "ada@example.com");
});

step("with another provider, as somebody who has none, which signs up", async (app) => {
  await app.newVisitor();
  await app.mount("SignIn");
  await app.page.getByRole("button", { name: "GitHub" }).click();
  await app.page.fill('input[name="code"]:visible', "new@example.com");
  await app.press("Continue");
  // As an application does on the page that it has signed in from.
  await app.mount("SignIn");
  await isSignedIn(app, "new@example.com");
  const { external_accounts: accounts } = await userOf("new@example.com");
  assert.equal(accounts[0].provider, "oauth_github");
});

step("who forgot the password chooses another one", async (app) => {
  await backend("POST", "/users", { email_address: ["forgot@example.com"], password: PASSWORD });
  await begin(app, "forgot@example.com");
  await app.page.getByText("Forgot password?").click();
  await app.press("Reset your password");
  await app.type(CODE);
  await app.fill("password", "another horse battery");
  await app.fill("confirmPassword", "another horse battery");
  await app.press("Reset Password");
  await isSignedIn(app, "forgot@example.com");
  const { id } = await userOf("forgot@example.com");
  await backend("POST", `/users/${id}/verify_password`, { password: "another horse battery" });
});

step("several accounts in one browser, and signing out of one", async (app) => {
  await begin(app, "ada@example.com");
  await app.fill("password", PASSWORD);
  await app.press("Continue");
  await isSignedIn(app, "ada@example.com");
  await app.run(async () => {
    const signIn = await Clerk.client.signIn.create({ identifier: "grace@example.com", password: "424242-emulator" });
    await Clerk.setActive({ session: signIn.createdSessionId });
  });
  await isSignedIn(app, "grace@example.com");
  const { sessions } = await app.run(() => ({ sessions: Clerk.client.sessions.length }));
  assert.equal(sessions, 2);
  await app.run(() => Clerk.signOut({ sessionId: Clerk.session.id }));
  await app.until(() => Clerk.client?.sessions.length === 1);
  await app.signOut();
});
