// <CreateOrganization/>, <OrganizationProfile/>, <OrganizationSwitcher/>, <PricingTable/> and reverification.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Application, backend, CODE, lastMessage, PASSWORD, steps, userOf } from "./browser.mjs";

let application;
let organization;
const step = steps(test, () => application);

before(async () => {
  application = await Application.start();
  await application.signIn("ada@example.com");
});
after(() => application?.stop());

async function open(app, section) {
  await app.open("/");
  await app.mount("OrganizationProfile");
  await app.page.getByText(section).first().click();
}

step("an organization is created, and is the active one", async (app) => {
  await app.open("/");
  await app.mount("CreateOrganization");
  await app.fill("name", "Difference Engines");
  await app.press("Create organization");
  await app.until(() => Clerk.organization?.name === "Difference Engines");
  organization = await app.run(() => Clerk.organization.id);
  const claims = await app.run(async () => JSON.parse(atob((await Clerk.session.getToken({ skipCache: true })).split(".")[1])));
  assert.deepEqual([claims.o.id, claims.o.rol], [organization, "admin"]);
});

step("its profile", async (app) => {
  await open(app, "General");
  await app.picture("organization");
  await app.page.getByText("Update profile").click();
  await app.fill("name", "Analytical Mills");
  await app.press("Save");
  await app.until(() => Clerk.organization.name === "Analytical Mills");
  assert.equal((await backend("GET", `/organizations/${organization}`)).name, "Analytical Mills");
});

step("an invitation, accepted by another person", async (app) => {
  await backend("POST", "/users", { email_address: ["joan@example.com"], password: PASSWORD });
  await open(app, "Members");
  await app.press("Invite");
  await app.page.locator('input[placeholder*="example@"], input[name="emailAddress"]').first().fill("joan@example.com");
  await app.page.keyboard.press("Enter");
  await app.press("Send invitations");
  await app.sees("Invitations successfully sent");
  assert.equal((await lastMessage("joan@example.com")).purpose, "invitation");
  await app.newVisitor();
  await app.signIn("joan@example.com");
  await app.mount("OrganizationSwitcher");
  await app.page.locator(".cl-organizationSwitcherTrigger").click();
  await app.press("Join");
  const { id } = await userOf("joan@example.com");
  await app.run(() => Clerk.user.reload());
  await app.until(() => Clerk.user.organizationMemberships.length === 1);
  const { data } = await backend("GET", `/organizations/${organization}/memberships`);
  assert.ok(data.some((member) => member.public_user_data.user_id === id));
});

step("who may not manage members is not offered it, and the API says so", async (app) => {
  await app.run((id) => Clerk.setActive({ organization: id }), organization);
  const rejected = await app.run(() => Clerk.organization.inviteMember({ emailAddress: "x@example.com", role: "org:member" }).catch((error) => error.errors[0].code));
  assert.equal(rejected, "missing_organization_permission");
});

step("roles are changed by administrators", async (app) => {
  await app.newVisitor();
  await app.signIn("ada@example.com");
  await app.run((id) => Clerk.setActive({ organization: id }), organization);
  const { id } = await userOf("joan@example.com");
  await app.run(([userId]) => Clerk.organization.updateMember({ userId, role: "org:admin" }), [id]);
  const { data } = await backend("GET", `/organizations/${organization}/memberships`);
  assert.equal(data.find((member) => member.public_user_data.user_id === id).role, "org:admin");
});

step("a domain, verified by a code", async (app) => {
  const status = await app.run(async () => {
    const domain = await Clerk.organization.createDomain("mills.example");
    await domain.prepareAffiliationVerification({ affiliationEmailAddress: "ada@mills.example" });
    return (await domain.attemptAffiliationVerification({ code: "424242" })).verification.status;
  });
  assert.equal(status, "verified");
});

step("switching to the personal account and back", async (app) => {
  await app.open("/");
  await app.mount("OrganizationSwitcher");
  await app.page.locator(".cl-organizationSwitcherTrigger").click();
  await app.picture("organization switcher");
  await app.page.getByText("Personal account").first().click();
  await app.until(() => !Clerk.organization);
  await app.page.locator(".cl-organizationSwitcherTrigger").click();
  await app.page.getByText("Analytical Mills").first().click();
  await app.until(() => Clerk.organization?.name === "Analytical Mills");
});

step("reverification proves again who somebody is", async (app) => {
  const age = await app.run(async () => {
    await Clerk.session.startVerification({ level: "first_factor" });
    const verified = await Clerk.session.attemptFirstFactorVerification({ strategy: "password", password: "424242-emulator" });
    return [verified.status, Clerk.session.factorVerificationAge?.[0]];
  });
  assert.equal(age[0], "complete");
  assert.ok(age[1] <= 1, `${age}`);
});
