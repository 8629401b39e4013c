//! Spellings of a path: what is guarded runs for whoever is signed in, and for nobody else.

#![allow(clippy::indexing_slicing)]

use std::future::ready;

use axum::routing::any;

use super::*;

/// One handler behind each kind of guard. They count how often they ran.
fn guarded(ran: &Arc<AtomicUsize>) -> Router {
    let count = || {
        let ran = ran.clone();
        move || {
            ran.fetch_add(1, Ordering::SeqCst);
            ""
        }
    };
    let (extracted, layered, nested) = (count(), count(), count());
    let area = Router::new().route("/members/area", any(move || ready(layered())));
    let staff = Router::new().route("/{*rest}", any(move || ready(nested())));
    Router::new()
        .route("/private", any(move |_: OAuthUser| ready(extracted())))
        .merge(area.route_layer(from_extractor::<OAuthUser>()))
        .nest("/staff", staff.route_layer(from_extractor::<OAuthUser>()))
}

/// The status line for a request with a target that no browser of the test kit would send.
fn status_line(address: SocketAddr, method: &str, target: &str, cookie: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "{method} {target} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

// Proves: QH3
#[tokio::test]
async fn no_spelling_of_a_path_gets_past_a_guard() {
    let ran = Arc::new(AtomicUsize::new(0));
    let (store, routes) = (Store::default(), guarded(&ran));
    let layered = store.clone();
    let site = Site::serve(None, store, |login| {
        app().merge(routes).merge(oauth_axum::routes(login.clone())).layer(session_layer(&login, layered))
    })
    .await;
    let browser = site.browser();
    site.sign_in(&browser, "jane").await;
    let (address, session) = (site.address, site.cookie(&browser, SESSION).unwrap());
    let ask = move |method: &'static str, target: String, cookie: String| {
        tokio::task::spawn_blocking(move || status_line(address, method, &target, &cookie).unwrap())
    };
    for path in ["/private", "/members/area", "/staff/x"] {
        let (first, rest) = path.split_at(2);
        let encoded = format!("/%{:02x}{rest}", first.as_bytes()[1]);
        for target in [
            path.to_owned(),
            encoded,
            format!("/{path}"),
            format!("/.{path}"),
            format!("/./{path}"),
            format!("/.//{path}"),
            format!("/x/..{path}"),
            format!("/%2e{path}"),
            format!("{path}/"),
            format!("{path}/."),
            format!("{path}//"),
            format!("{path};x"),
            format!("{path};/../../health"),
            format!("{path}%00"),
            format!("{path}%2f"),
            format!("{path}%3fx"),
            format!("{path}?x=/"),
            format!("{path}#x"),
            path.to_uppercase(),
            path.replacen('/', "\\", 1),
            path.replace('/', "%2f"),
            format!("http://{address}{path}"),
            format!("http://other.example{path}"),
        ] {
            for method in ["GET", "HEAD", "POST", "OPTIONS", "QUERY"] {
                for cookie in ["", "session=AAAAAAAAAAAAAAAAAAAAAA"] {
                    let line = ask(method, target.clone(), cookie.to_owned()).await.unwrap();
                    assert!(!line.starts_with("HTTP/1.1 2"), "{method} {target}: {line}");
                }
            }
        }
        assert_eq!(ran.swap(0, Ordering::SeqCst), 0, "{path} ran without anybody signed in");
        let line = ask("GET", path.to_owned(), session.clone()).await.unwrap();
        assert!(line.starts_with("HTTP/1.1 200 "), "{path}: {line}");
        assert_eq!(ran.swap(0, Ordering::SeqCst), 1, "{path}");
    }
}
