//! What the resources do, one by one.

mod access;
mod machines;
mod organizations;
mod sessions;
mod tokens;
mod user_lists;
mod users;
