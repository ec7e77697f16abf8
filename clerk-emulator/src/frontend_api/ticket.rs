//! Accepting tickets: where the URLs of sign-in tokens, agents' tasks and invitations lead.

use axum::http::StatusCode;
use axum::response::Response;

use super::action::{Action, Actions};
use super::browser::Browser;
use super::context::{FapiContext, set_cookies};
use super::redirect::Redirect;
use super::request::FapiRequest;
use crate::domain::tickets::{Ticket, TicketKind};
use crate::http::error::ApiError;
use crate::http::response::see_other;
use crate::instance::Instance;

pub(super) const TICKET_ACTIONS: Actions = &[
    ("acceptTicket", Action::Open(accept_ticket)),
    // Where the URLs of agents' tasks lead in Clerk.
    ("createAgentTask", Action::Open(accept_agent_task)),
];

/// `GET /v1/agents/tasks`
fn accept_agent_task(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let mut response = accept_ticket(instance, request)?;
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    Ok(response)
}

/// `GET /v1/tickets/accept`
pub(super) fn accept_ticket(
    instance: &Instance,
    request: &FapiRequest,
) -> Result<Response, ApiError> {
    let cx = instance.context();
    let text = request.query("ticket").unwrap_or_default();
    let ticket = Ticket::verify(cx, text)?;
    instance.commit(|state| {
        let browser = Browser::find(cx, state, request);
        let mut context = FapiContext {
            cx,
            state,
            request,
            browser,
        };
        let redirect = ticket
            .redirect_url()
            .map(|url| Redirect::parse(instance, request, url))
            .transpose()?;
        let location = match (ticket.kind(), redirect) {
            (TicketKind::SignInToken | TicketKind::ActorToken, _) => {
                let redeemed = ticket.redeem_to_sign_in(cx, context.state)?;
                context.sign_in_user(&redeemed.user_id, redeemed.acting.as_ref())?;
                format!("{}/user", instance.settings.url)
            }
            (TicketKind::OrganizationInvitation, None)
                if ticket.guest_status(context.state) == "sign_in" =>
            {
                let redeemed = ticket.redeem_to_sign_in(cx, context.state)?;
                context.sign_in_user(&redeemed.user_id, None)?;
                format!("{}/user", instance.settings.url)
            }
            (TicketKind::AgentTask, Some(redirect)) => {
                let user_id = ticket.redeem_agent_task(cx, context.state)?;
                context.sign_in_user(&user_id, None)?;
                let browser = context.browser.ensure_dev_browser(cx, context.state);
                redirect.with_dev_browser(&browser)
            }
            (_, Some(redirect)) => redirect.with_ticket(text, ticket.guest_status(context.state)),
            (_, None) => format!("{}/sign-up?__clerk_ticket={text}", instance.settings.url),
        };
        let mut response = see_other(&location);
        let cookies = context.browser.cookies(cx, context.state)?;
        set_cookies(&mut response, &cookies);
        Ok(response)
    })
}
