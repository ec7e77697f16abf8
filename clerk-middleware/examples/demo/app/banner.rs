//! The text that is printed at the start.

use super::Demo;

impl Demo {
    /// The three ready-made requests: a public one, and a protected one without and with a token.
    pub(crate) fn curl_lines(&self) -> Vec<String> {
        let url = &self.url;
        let mut lines = vec![
            format!("curl {url}/api/public"),
            format!("curl {url}/api/me"),
        ];
        if let Some(token) = &self.token {
            lines.push(format!(
                "curl {url}/api/me -H 'Authorization: Bearer {token}'"
            ));
        }
        lines
    }

    pub(crate) fn banner(&self) -> String {
        let url = &self.url;
        let requests = self.curl_lines().join("\n");
        match &self.emulator {
            Some(emulator) => format!(
                "
  Open {url}

  It runs on clerk-emulator at {}; set CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY for your Clerk.

  Users, with one click or the password 424242-emulator (every code is 424242):

    ada@example.com     admin of Analytical Engines, member of Bletchley Park
    alan@example.com    member of Analytical Engines, admin of Bletchley Park
    grace@example.com   member of Bletchley Park

  Requests to try: a public route; a protected one, which returns 401; and with Ada's token, which is valid for an hour:

{requests}

  Ctrl-C stops it.

",
                emulator.url()
            ),
            None => format!(
                "
  Open {url}

  It runs on your Clerk, with your users.

  Requests to try: a public route, and a protected one, which returns 401. Once you are signed in, the page has a third
  line, with your token.

{requests}

  Ctrl-C stops it.

"
            ),
        }
    }
}
