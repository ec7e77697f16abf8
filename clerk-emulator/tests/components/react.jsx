// An application in React, as its authors would write it.

import { ClerkProvider, SignIn, UserButton, useAuth, useUser } from "@clerk/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

function Page() {
  const { isLoaded, isSignedIn, getToken } = useAuth();
  const { user } = useUser();
  const [token, setToken] = useState("");
  if (!isLoaded) return <p>Loading</p>;
  if (!isSignedIn) return <SignIn routing="hash" />;
  return (
    <main>
      <UserButton />
      <p>Hello {user.primaryEmailAddress.emailAddress}</p>
      <button onClick={async () => setToken(await getToken())}>Get a token</button>
      <pre>{token}</pre>
    </main>
  );
}

const { publishableKey, proxyUrl } = window.settings;
createRoot(document.getElementById("app")).render(
  <ClerkProvider
    publishableKey={publishableKey}
    proxyUrl={proxyUrl}
    __internal_clerkJSUrl={`${proxyUrl}/npm/@clerk/clerk-js@6/dist/clerk.browser.js`}
    __internal_clerkUIUrl={`${proxyUrl}/npm/@clerk/ui@1/dist/ui.browser.js`}
  >
    <Page />
  </ClerkProvider>,
);
