//! The tests that every framework has to pass.

/// The tests of a framework.
macro_rules! tests {
    ($framework:ident) => {
        crate::suite::tests! { $framework:
            table::every_request_of_the_table_has_its_outcome;
            seed_page::c22_c23_a_named_session_is_the_one_that_must_verify;
            seed_page::c24_without_a_name_the_server_is_asked_for_the_last_active_session;
            seed_page::c25_the_lax_and_the_strict_middleware_decide_by_the_table;
            seed_page::c26_the_strict_middleware_answers_401_in_json_and_on_error_has_the_last_word;
            protection::browsers_are_sent_to_the_sign_in_page_where_that_is_asked_for;
            protection::handshakes_of_a_development_instance_are_answered_before_any_handler;
            protection::machine_tokens_are_verified_only_for_handlers_that_declare_them;
            protection::webhooks_are_verified_over_the_bytes_that_came;
            protection::hostile_requests_sign_no_user_in_and_break_nothing;
            protection::what_a_rejection_sets_is_set_once;
            protection::without_the_layer_nothing_runs;
            responses::a_content_type_of_grpc_passes_no_strict_layer;
            responses::a_gatekeeper_tells_by_its_status_alone;
            responses::every_response_varies_by_cookie_and_authorization;
            responses::nothing_lets_a_cdn_store_a_visitors_cookies;
            responses::cors_of_the_application_is_not_mixed_with_ours;
            responses::over_http2_a_handshake_comes_back_to_the_authority;
            responses::over_http2_an_instance_is_chosen_by_the_authority;
            forms::an_expired_form_is_kept_and_nothing_else_is;
            forms::the_frame_of_a_kept_form_renews_the_session;
            pages::links_lead_to_clerks_pages_and_back;
            pages::signing_out_revokes_the_session_and_clears_each_cookie;
            pages::machines_are_let_in_where_their_scopes_name_this_machine;
            pages::while_no_key_can_be_had_protected_routes_respond_503;
        }
    };
    ($framework:ident: $($file:ident::$test:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                crate::$file::$test::<$framework>().await;
            }
        )*
    };
}
pub(crate) use tests;
