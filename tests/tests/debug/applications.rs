//! A login at a web application of each framework.

use std::net::Ipv4Addr;

use actix_web::{HttpServer, web};
use axum::{Router, routing::get};
use oauth_login::{FailureCode, Refusal};
use oauth_testkit::{Browser, Page};

use crate::{
    shown::{drawn, show, show_text, told},
    world::{Store, login_builder},
};

/// Somebody signs in at a web application at `base_url`, asks for `/me` and connects an account.
async fn visit(base_url: &str) {
    let browser = Browser::new();
    let begun = browser.get(format!("{base_url}/auth/acme/login")).await.unwrap();
    come_back(&browser, base_url, &begun).await;
    let me = browser.get(format!("{base_url}/me?planted")).await.unwrap();
    assert_eq!(me.status(), 200);
    let begun = browser.request("POST", format!("{base_url}/auth/acme/link")).from(&me).send().await.unwrap();
    come_back(&browser, base_url, &begun).await;
}

async fn come_back(browser: &Browser, base_url: &str, begun: &Page) {
    let begun = begun.location().unwrap();
    let state = begun.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let cookies = || browser.cookies(base_url).into_iter().for_each(|cookie| drawn(cookie.value));
    cookies();
    let callback = format!("{base_url}/auth/acme/callback?code=planted-code&state={state}");
    drawn(state);
    assert_eq!(browser.get(callback).await.unwrap().header("location"), Some("/"));
    cookies();
}

pub(crate) async fn show_axum() {
    use oauth_axum::{NewLink, NewLogin, OAuthUser, RequireVerifiedEmail, SealedSessions, StrictLogout, TurnedAway};

    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base_url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let login = login_builder(&base_url).build().unwrap();
    let sessions = SealedSessions::new(&login, Store::default());
    show(&sessions);
    show(&StrictLogout::new(sessions.clone(), login.ended_sessions().clone()));
    let turning_away = login.clone();
    let routes = oauth_axum::routes(login.clone()).on_login(move |new: NewLogin| {
        show(&new);
        told::<NewLogin>(format!("{:?} {:?}", new.record, new.token));
        show(&TurnedAway::new(&turning_away, Refusal::NotSignedIn, &new.request));
        async { Ok::<_, FailureCode>(()) }
    });
    let routes = routes.on_link(|new: NewLink| {
        show(&new);
        async { Ok::<_, FailureCode>(()) }
    });
    show(&routes);
    let me = async |user: OAuthUser, verified: RequireVerifiedEmail| {
        show(&user);
        told::<OAuthUser>(serde_json::to_string(&user).unwrap());
        show(&verified);
    };
    let app = Router::new().route("/me", get(me)).merge(routes).layer(oauth_axum::session_layer(&login, sessions));
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    visit(&base_url).await;
    server.abort();
}

pub(crate) async fn show_actix() {
    use oauth_actix::{NewLink, NewLogin, OAuthUser, RequireVerifiedEmail, SealedSessions, TurnedAway, Visitor};

    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base_url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let login = login_builder(&base_url).build().unwrap();
    let sessions = SealedSessions::new(&login, Store::default());
    show(&sessions);
    let server = HttpServer::new(move || {
        let routes = oauth_actix::routes(login.clone()).on_login(|new: NewLogin| {
            show(&new);
            told::<NewLogin>(format!("{:?} {:?}", new.record, new.token));
            show(&TurnedAway::new(Refusal::NotSignedIn, &new.request));
            show_text(&TurnedAway::new(Refusal::NotSignedIn, &new.request));
            async { Ok::<_, FailureCode>(()) }
        });
        let routes = routes.on_link(|new: NewLink| {
            show(&new);
            async { Ok::<_, FailureCode>(()) }
        });
        show(&routes);
        show(&oauth_actix::require_provider("acme"));
        let middleware = oauth_actix::session_middleware(&login, sessions.clone());
        show(&middleware);
        let me = async |visitor: Visitor, user: OAuthUser, verified: RequireVerifiedEmail| {
            show(&visitor);
            show(&user);
            told::<OAuthUser>(serde_json::to_string(&user).unwrap());
            show(&verified);
            ""
        };
        actix_web::App::new().route("/me", web::get().to(me)).service(routes).wrap(middleware)
    });
    let server = server.workers(1).listen(listener).unwrap().run();
    let handle = server.handle();
    tokio::spawn(server);
    visit(&base_url).await;
    handle.stop(false).await;
}
