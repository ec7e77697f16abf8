// <UserProfile/>: every section changes what it says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Application, backend, CODE, PASSWORD, steps, totp, userOf } from "./browser.mjs";

let application;
const step = steps(test, () => application);
const ada = () => userOf("ada@example.com");

before(async () => {
  application = await Application.start();
  await application.signIn("ada@example.com");
});
after(() => application?.stop());

async function open(app) {
  await app.open("/");
  await app.mount("UserProfile");
  await app.sees("Profile details");
}

step("the name", async (app) => {
  await open(app);
  await app.picture("profile");
  await app.page.getByText("Update profile").click();
  await app.fill("firstName", "Augusta");
  await app.press("Save");
  await app.until(() => Clerk.user.firstName === "Augusta");
  assert.equal((await ada()).first_name, "Augusta");
});

step("an email address, verified by a code, and removed", async (app) => {
  await open(app);
  await app.page.getByText("Add email address").click();
  await app.fill("emailAddress", "second@example.com");
  await app.press("Add");
  await app.type(CODE);
  await app.until(() => Clerk.user.emailAddresses.some((email) => email.verification.status === "verified" && email.emailAddress === "second@example.com"));
  const second = (await ada()).email_addresses.find((email) => email.email_address === "second@example.com");
  assert.equal(second.verification.status, "verified");
  await app.run((id) => Clerk.user.emailAddresses.find((email) => email.id === id).destroy(), second.id);
  assert.equal((await ada()).email_addresses.length, 1);
});

step("a phone number", async (app) => {
  await open(app);
  await app.page.getByText("Add phone number").click();
  await app.page.locator('input[type="tel"]').last().fill("2015550123");
  await app.press("Add");
  await app.type(CODE);
  await app.until(() => Clerk.user.phoneNumbers.length === 1);
  const [phone] = (await ada()).phone_numbers;
  assert.deepEqual([phone.phone_number, phone.verification.status], ["+12015550123", "verified"]);
});

step("the password", async (app) => {
  await open(app);
  await app.page.getByText("Security").first().click();
  await app.sees("Active devices");
  await app.picture("profile security");
  await app.page.getByText("Update password").click();
  await app.fill("currentPassword", PASSWORD);
  await app.fill("newPassword", "another horse battery");
  await app.fill("confirmPassword", "another horse battery");
  await app.press("Save");
  await app.page.getByRole("heading", { name: "Update password" }).waitFor({ state: "detached" });
  await backend("POST", `/users/${(await ada()).id}/verify_password`, { password: "another horse battery" });
});

step("an authenticator app, with backup codes", async (app) => {
  await open(app);
  await app.page.getByText("Security").first().click();
  await app.page.getByText("Add two-step verification").click();
  await app.page.getByText("Authenticator application").click();
  await app.page.getByText("Can’t scan QR code?").click();
  const secret = await app.page.locator("input[readonly]").first().inputValue();
  await app.press("Continue");
  await app.type(totp(secret));
  await app.until(() => Clerk.user.totpEnabled);
  const user = await ada();
  assert.deepEqual([user.totp_enabled, user.backup_code_enabled], [true, true]);
  await app.run(() => Clerk.user.disableTOTP());
  assert.equal((await ada()).totp_enabled, false);
});

step("a passkey, which signs in later", async (app) => {
  await app.withAuthenticator();
  await open(app);
  await app.page.getByText("Security").first().click();
  await app.page.getByText("Add a passkey").click();
  await app.until(() => Clerk.user.passkeys[0]?.verification.status === "verified");
  const id = (await ada()).id;
  assert.equal((await ada()).passkeys.length, 1);
  await app.signOut();
  await app.open("/");
  await app.mount("SignIn");
  // The browser may have offered the passkey by itself, and be on its way.
  await app.page.getByText("Use passkey instead").click({ timeout: 3000 }).catch(() => {});
  await app.until((id) => Clerk.user?.id === id, id);
});

step("an account at another provider", async (app) => {
  await open(app);
  await app.page.getByText("Connect account").click();
  await app.page.getByRole("menuitem", { name: /GitHub/ }).click();
  await app.page.fill('input[name="code"]:visible', "ada@github.example");
  await app.press("Continue");
  await app.until(() => Clerk.user.verifiedExternalAccounts.length === 1);
  const [account] = (await ada()).external_accounts;
  assert.deepEqual([account.provider, account.email_address], ["oauth_github", "ada@github.example"]);
});

step("signing another device out", async (app) => {
  const { id } = await ada();
  const other = await backend("POST", "/sessions", { user_id: id });
  await open(app);
  await app.run((id) => Clerk.user.getSessions().then((all) => all.find((session) => session.id === id).revoke()), other.id);
  assert.equal((await backend("GET", `/sessions/${other.id}`)).status, "revoked");
});

step("the end of the account", async (app) => {
  const { id } = await ada();
  await open(app);
  await app.page.getByText("Security").first().click();
  await app.page.getByRole("button", { name: "Delete account" }).first().click();
  await app.page.locator("input[name=deleteConfirmation]").fill("Delete account");
  await app.page.getByRole("button", { name: "Delete account" }).last().click();
  await app.until(() => !Clerk.user);
  const left = await backend("GET", "/users");
  assert.ok(left.every((user) => user.id !== id));
});
