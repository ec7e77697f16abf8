//! The guide. Each module is a page of `docs/`, so that `cargo test --doc` compiles its code blocks as they stand: a block is
//! a whole file, and what can run without Clerk runs.

#[doc = include_str!("README.md")]
pub mod index {}

#[doc = include_str!("first-ten-minutes.md")]
pub mod first_ten_minutes {}

#[doc = include_str!("protect-routes.md")]
pub mod protect_routes {}

#[doc = include_str!("roles-plans-claims.md")]
pub mod roles_plans_claims {}

#[doc = include_str!("organizations.md")]
pub mod organizations {}

#[doc = include_str!("server-rendered-pages.md")]
pub mod server_rendered_pages {}

#[doc = include_str!("single-page-applications.md")]
pub mod single_page_applications {}

#[doc = include_str!("machines.md")]
pub mod machines {}

#[doc = include_str!("mcp.md")]
pub mod mcp {}

#[doc = include_str!("webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("production.md")]
pub mod production {}

#[doc = include_str!("from-clerk-rs.md")]
pub mod from_clerk_rs {}

#[doc = include_str!("from-javascript.md")]
pub mod from_javascript {}
