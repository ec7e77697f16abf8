//! A browser: it keeps cookies, follows the emulator's redirects and sends the forms of its pages.

use std::collections::BTreeMap;

use clerk_emulator::Emulator;
use regex::Regex;
use reqwest::header::HeaderMap;
use url::Url;

/// Where a browser has got to: a page of the emulator, or a place outside that it is sent to.
#[derive(Clone, Debug)]
pub struct Place {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
}

#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    html: String,
}

impl Place {
    /// Returns the parameters of the place's query.
    pub fn query(&self) -> BTreeMap<String, String> {
        self.url.query_pairs().into_owned().collect()
    }

    /// Returns the form that has this in it.
    pub fn form(&self, with: &str) -> Form {
        let parts = self.html.split("<form").skip(1);
        let mut forms = parts.map(|part| Form::read(part.split("</form>").next().unwrap()));
        let found = forms.find(|form| form.html.contains(with));
        found.unwrap_or_else(|| panic!("no form with {with}: {self:?}"))
    }

    /// Whether the page asks for consent.
    pub fn asks(&self) -> bool {
        self.html.contains("value=\"true\">Allow</button>")
    }
}

fn plain(html: &str) -> String {
    html.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

impl Form {
    fn read(html: &str) -> Self {
        let action = Regex::new("action=\"([^\"]*)\"").unwrap();
        let field = Regex::new("<input[^>]*name=\"([^\"]*)\" value=\"([^\"]*)\"").unwrap();
        let fields = field
            .captures_iter(html)
            .map(|found| (plain(&found[1]), plain(&found[2])));
        Self {
            action: plain(&action.captures(html).unwrap()[1]),
            fields: fields.collect(),
            html: html.to_owned(),
        }
    }

    /// Returns the form with another value of a field.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(have, _)| have != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub struct Browser {
    home: Url,
    http: reqwest::Client,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(emulator: &Emulator) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            home: emulator.url().parse().unwrap(),
            http: http.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser that a user is signed in to.
    pub fn signed_in(emulator: &Emulator, user_id: &str) -> Self {
        let mut browser = Self::new(emulator);
        let token = emulator.sign_in(user_id).unwrap().client_token;
        browser.cookies.insert("__client".into(), token);
        browser
    }

    pub async fn open(&mut self, url: &str) -> Place {
        let url = self.home.join(url).unwrap();
        let request = self.http.get(url.clone());
        self.follow(url, request).await
    }

    pub async fn submit(&mut self, form: &Form) -> Place {
        self.submit_with(form, &[]).await
    }

    pub async fn submit_with(&mut self, form: &Form, headers: &[(&str, &str)]) -> Place {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&form.fields)
            .finish();
        let url = self.home.join(&form.action).unwrap();
        let mut request = self
            .http
            .post(url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.follow(url, request).await
    }

    /// Sends a request and follows redirects as long as they stay in the emulator.
    async fn follow(&mut self, mut url: Url, mut request: reqwest::RequestBuilder) -> Place {
        for _ in 0..10 {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let response = request
                .header("cookie", cookies.join("; "))
                .header("accept", "text/html")
                .send()
                .await
                .unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            for cookie in headers.get_all("set-cookie") {
                let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let html = response.text().await.unwrap();
            let Some(location) = headers.get("location") else {
                return Place {
                    url,
                    status,
                    headers,
                    html,
                };
            };
            url = url.join(location.to_str().unwrap()).unwrap();
            if url.origin() != self.home.origin() {
                return Place {
                    url,
                    status,
                    headers,
                    html,
                };
            }
            request = self.http.get(url.clone());
        }
        panic!("redirects in a circle at {url}");
    }

    /// Signs in with one click on the page that is open.
    pub async fn sign_in_on(&mut self, page: &Place, user_id: &str) -> Place {
        assert_eq!(page.url.path(), "/sign-in", "{page:?}");
        let form = page.form(&format!("value=\"{user_id}\""));
        self.submit(&form).await
    }

    /// Allows what the page that is open asks for.
    pub async fn allow(&mut self, page: &Place) -> Place {
        self.submit(&page.form("Allow").with("consented", "true"))
            .await
    }
}
