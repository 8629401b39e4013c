//! Browsers as lean as can be: they are not what is measured.

#[path = "../../tests/instances/wire.rs"]
mod wire;

use std::{cell::RefCell, io, net::SocketAddr};

use futures_util::{StreamExt, stream};

use self::wire::{Answer, Connection};
use crate::application::Application;

/// So many browsers, each with a connection that stays open.
pub struct Browsers {
    address: SocketAddr,
    idle: RefCell<Vec<Connection>>,
    at_once: usize,
}

impl Browsers {
    pub fn of(application: &Application, at_once: usize) -> Self {
        Self { address: application.address, idle: RefCell::default(), at_once }
    }

    pub async fn sign_in_many(&self, logins: usize) {
        stream::iter(0..logins).for_each_concurrent(self.at_once, async |_| drop(self.sign_in().await)).await;
    }

    pub async fn abandon(&self, logins: usize) {
        let begin = async |_| self.ask(async |connection| connection.get_redirect("/auth/bitbucket/login").await).await;
        stream::iter(0..logins).for_each_concurrent(self.at_once, begin).await;
    }

    /// A whole login, and that it is one.
    pub async fn sign_in_and_look(&self) {
        let session = self.sign_in().await.cookies();
        let me = self.get("/me", &session).await;
        assert!(me.status() == "200" && me.body.contains("jane@example.com"), "{} {}", me.status(), me.body);
    }

    /// Returns the answer with the session cookie.
    async fn sign_in(&self) -> Answer {
        let begun = self.get("/auth/bitbucket/login", "").await;
        let callback = format!("/auth/bitbucket/callback?code=the-code&state={}", begun.state());
        let answer = self.get(&callback, &begun.cookies()).await;
        assert_eq!(answer.header("location"), Some("/"), "{}", answer.body);
        answer
    }

    async fn get(&self, path: &str, cookies: &str) -> Answer {
        self.ask(async |connection| connection.get(path, cookies).await).await
    }

    async fn ask<T>(&self, exchange: impl AsyncFn(&mut Connection) -> io::Result<T>) -> T {
        loop {
            let idle = self.idle.borrow_mut().pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => Connection::open(self.address).await.expect("a connection"),
            };
            // A connection that the server has closed meanwhile answers nothing.
            if let Ok(answer) = exchange(&mut connection).await {
                self.idle.borrow_mut().push(connection);
                return answer;
            }
        }
    }
}
