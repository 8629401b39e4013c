//! Sessions: how they begin and end, and what is no session.

use crate::running::Combination;

pub(crate) async fn every_login_gets_a_new_session_and_the_old_one_is_dead(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    let mut old = Vec::new();
    for person in ["jane", "jane", "omar"] {
        running.sign_in(&browser, person).await;
        let session = running.session(&browser);
        assert!(!old.contains(&session));
        for old in &old {
            assert_eq!(running.ask("GET", "/me", &[("cookie", old)]).await.status(), 401);
        }
        assert_eq!(running.ask("GET", "/me", &[("cookie", &session)]).await.status(), 200);
        old.push(session);
    }
    // A login that does not end well leaves the session as it is.
    let page = browser.open(running.url("/auth/bitbucket/login")).await.unwrap();
    browser.deny(&page).await.unwrap();
    assert_eq!(running.session(&browser), *old.last().unwrap());
    assert_eq!(running.me(&browser).await.unwrap()["username"], "omar");
}

pub(crate) async fn only_this_site_signs_people_out_and_then_the_session_is_gone(combination: Combination) {
    let running = combination.start().await;
    let (browser, other) = (running.browser(), running.browser());
    for browser in [&browser, &other] {
        running.sign_in(browser, "jane").await;
    }
    let session = running.session(&browser);
    for (method, headers, status) in [
        ("GET", [("origin", running.origin.as_str()), ("sec-fetch-site", "same-origin")], 405),
        ("HEAD", [("origin", &running.origin), ("sec-fetch-site", "same-origin")], 405),
        ("POST", [("origin", "https://attacker.example"), ("sec-fetch-site", "same-origin")], 403),
        ("POST", [("origin", "null"), ("sec-fetch-site", "cross-site")], 403),
        ("POST", [("origin", &running.origin.replace("http:", "https:")), ("sec-fetch-site", "same-site")], 403),
    ] {
        let headers = [headers[0], headers[1], ("cookie", session.as_str())];
        let answer = running.ask(method, "/auth/logout", &headers).await;
        assert_eq!((answer.status(), answer.header("set-cookie")), (status, None), "{method} {headers:?}");
        assert_eq!(running.ask("GET", "/me", &[("cookie", &session)]).await.status(), 200);
    }

    let page = running.get(&browser, "/").await;
    let answer = running.logout(&browser, &page).send().await.unwrap();
    assert_eq!((answer.status(), answer.header("location")), (303, Some("/")));
    assert_eq!(answer.headers("set-cookie").count(), 1);
    assert_eq!(running.cookie_names(&browser), [""; 0]);
    assert_eq!(running.ask("GET", "/me", &[("cookie", &session)]).await.status(), 401);
    assert!(running.me(&other).await.is_some(), "the same person's other browser");
    // Once more, without a cookie and with a dead one, and with somewhere to land.
    let own = ("origin", running.origin.as_str());
    for (path, headers, lands) in [
        ("/auth/logout", vec![own], "/"),
        ("/auth/logout?next=/me", vec![own, ("cookie", session.as_str())], "/me"),
        ("/auth/logout?next=//attacker.example", vec![own], "/"),
        ("/auth/logout?next=/me&next=/", vec![own, ("content-type", "application/x-www-form-urlencoded")], "/"),
    ] {
        let answer = running.ask("POST", path, &headers).await;
        assert_eq!((answer.status(), answer.header("location")), (303, Some(lands)), "{path}");
    }
}

pub(crate) async fn planted_and_odd_cookies_sign_nobody_in_or_out(combination: Combination) {
    let running = combination.start().await;
    let browser = running.browser();
    running.sign_in(&browser, "jane").await;
    let session = running.session(&browser);
    for (cookies, status) in [
        (format!("theme=dark; {session}; xsession=1"), 200),
        (format!("theme=dörk; {session}"), 200),
        (format!("{session};junk; =nameless; \"quoted\"; a=%ff; b=\u{2028}; ;"), 200),
        (format!("{session}; session=other"), 401),
        (format!("session=;{session}"), 401),
        (format!("{session}; {session}"), 401),
        (format!("{session}x"), 401),
        ("session=".to_owned(), 401),
        ("session".to_owned(), 401),
        ("session=AAAAAAAAAAAAAAAAAAAAAA".to_owned(), 401),
        (format!("session={}", "A".repeat(5000)), 401),
        (format!("Session={}", session.strip_prefix("session=").unwrap()), 401),
        (format!("__Host-{session}"), 401),
    ] {
        for (path, status) in [("/me", status), ("/", 200), ("/health", 200)] {
            assert_eq!(running.ask("GET", path, &[("cookie", &cookies)]).await.status(), status, "{path} {cookies}");
        }
    }
    // What is no text at all, no browser of the test kit sends.
    let raw = format!("GET /me HTTP/1.1\r\nhost: {}\r\ncookie: theme=\u{ff}; {session}\r\n\r\n", running.address);
    let raw: Vec<_> = raw.chars().map(|c| u8::try_from(c).unwrap()).collect();
    assert_eq!(running.send(&raw).await, "HTTP/1.1 200 OK");
    // A planted id is not taken over by a login.
    for planted in ["session=AAAAAAAAAAAAAAAAAAAAAA", "session=planted"] {
        let victim = running.browser();
        assert!(victim.set_cookie(running.url("/"), &format!("{planted}; Path=/")));
        running.sign_in(&victim, "jane").await;
        assert!(running.me(&victim).await.is_some());
        assert_ne!(running.session(&victim), planted);
        assert_eq!(running.ask("GET", "/me", &[("cookie", planted)]).await.status(), 401);
    }
}
