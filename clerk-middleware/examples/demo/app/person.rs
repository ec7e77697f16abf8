//! The signed-in user, from Clerk's Backend API. A session token contains only ids.

use clerk_middleware::RequireAuth;
use clerk_sdk::Error;

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    /// A picture that the user chose.
    pub(crate) image: Option<String>,
    /// The name of the active organization.
    pub(crate) organization: Option<String>,
}

impl Person {
    pub(crate) async fn of(auth: &RequireAuth) -> Result<Self, Error> {
        let user = auth.clerk().users().get_user(&auth.user_id).send();
        let organization = async {
            match &auth.org_id {
                Some(id) => {
                    let organizations = auth.clerk().organizations();
                    let found = organizations.get_organization(id).await?;
                    Ok(Some(found.name))
                }
                None => Ok(None),
            }
        };
        let (user, organization) = tokio::try_join!(user, organization)?;
        let primary = user
            .email_addresses
            .iter()
            .find(|address| Some(&address.id) == user.primary_email_address_id.as_ref());
        let email = primary.map_or_else(String::new, |address| address.email_address.clone());
        let names = [user.first_name, user.last_name];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Ok(Self {
            name: [name, email.clone(), user.id]
                .into_iter()
                .find(|name| !name.trim().is_empty())
                .unwrap_or_default(),
            email,
            image: user.image_url.filter(|_| user.has_image),
            organization,
        })
    }
}
