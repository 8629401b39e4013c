// A person signs in to an application on https whose provider, on another site, answers by a form that is posted.
//
//   node form_post.mjs ORIGIN      ORIGIN is the application's, such as https://127.0.0.1:8443
//
// The instances `basic` (query), `form` (form_post) and `post` (form_post, its cookie made Lax on the way) are used in
// this order by one browser. Prints one `ok …` line per check; a failure ends in exit status 1.

import assert from 'node:assert/strict';

import { fail, launch } from './chromium.mjs';

const origin = process.argv[2];
if (!origin) fail('usage: node form_post.mjs ORIGIN');

const browser = await launch();
try {
  // The certificate was made for this run.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  /** The application's cookies, as the browser keeps them. */
  const cookies = () => context.cookies(origin);

  const [query] = await begin('basic');
  check(query, 'Lax');
  await answer();
  assert.equal(page.url(), `${origin}/`);
  const [session, ...others] = await cookies();
  assert.deepEqual(others, [], 'the login\'s cookie is gone');
  assert.equal(session.name, '__Host-session');
  check(session, 'Lax');
  ok('by a query: both cookies are Lax, and the session takes the place of the login\'s');

  const flow = await begin('form');
  assert.equal(flow.length, 1);
  check(flow[0], 'None');
  await answer();
  assert.equal(page.url(), `${origin}/`);
  const [renewed, ...more] = await cookies();
  assert.deepEqual(more, [], 'the login\'s cookie is gone');
  assert.equal(renewed.name, session.name);
  assert.notEqual(renewed.value, session.value);
  check(renewed, 'Lax');
  assert.equal((await me()).provider, 'form');
  ok('by a form: the login\'s cookie alone is SameSite=None, and a new session takes its place');

  // The test counts the callbacks that arrive.
  await page.reload();
  await page.goBack();
  assert.ok(!page.url().includes('/callback'), page.url());
  await page.goForward();
  assert.equal(page.url(), `${origin}/`);
  const devtools = await context.newCDPSession(page);
  const { entries } = await devtools.send('Page.getNavigationHistory');
  assert.deepEqual(entries.filter(({ url }) => /\/callback|[?&]code=/.test(url)), []);
  assert.deepEqual((await cookies()).map(({ value }) => value), [renewed.value]);
  ok('going back and reloading post nothing again and end no session');

  const spoilt = await begin('post');
  check(spoilt[0], 'Lax');
  await answer();
  assert.match(page.url(), /\/\?error=[a-z_]+$/);
  assert.equal((await me()).provider, 'form');
  ok('by a form, with a login\'s cookie that is Lax: it does not come back, and nobody new is signed in');

  /** Begins a login and returns the cookies that are there because of it. */
  async function begin(instance) {
    const before = new Set((await cookies()).map(({ name }) => name));
    await page.goto(`${origin}/auth/${instance}/login`);
    assert.equal(new URL(page.url()).hostname, 'localhost', 'the provider is on another site');
    return (await cookies()).filter(({ name }) => !before.has(name));
  }

  /** Does what the provider's pages ask for, until the application has the answer. */
  async function answer() {
    while (new URL(page.url()).origin !== origin) {
      const name = page.locator('input[name=login]');
      if (await name.count()) {
        await name.fill('alice');
        await page.locator('input[name=password]').fill('any');
      }
      const before = page.url();
      await page.locator('button[type=submit]').click();
      await page.waitForURL((url) => url.href !== before && (url.origin === origin || url.pathname.startsWith('/interaction/')));
    }
  }

  async function me() {
    return page.evaluate(async () => (await fetch('/me', { headers: { accept: 'application/json' } })).json());
  }
} catch (error) {
  console.log(`FAIL ${error.stack}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}

function check(cookie, sameSite) {
  assert.ok(cookie, 'a cookie was set');
  assert.match(cookie.name, /^__Host-/);
  const { secure, httpOnly, path, domain } = cookie;
  assert.deepEqual({ secure, httpOnly, path, domain, sameSite: cookie.sameSite },
    { secure: true, httpOnly: true, path: '/', domain: new URL(origin).hostname, sameSite }, cookie.name);
}

function ok(text) {
  console.log(`ok ${text}`);
}
