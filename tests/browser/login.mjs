// A person with a real browser signs in to an example application that runs with its development provider.
//
//   node login.mjs START      START is the application's base URL, such as http://localhost:8000
//
// Environment: CHROMIUM, the browser's program (default: `chromium` on the PATH); SHOTS, a folder for screenshots;
// SECRETS, a file that receives, as a JSON list, every state, code and cookie value that the browser saw.
//
// Prints one `ok …` line per check. The first failure of a scenario ends it; any failure ends in exit status 1.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { fail, launch } from './chromium.mjs';

const start = process.argv[2];
if (!start) fail('usage: node login.mjs START');
const app = new URL(start);
const { SHOTS: shots, SECRETS: secretsFile } = process.env;

const browser = await launch();
const secrets = new Set();
let failures = 0;

await scenario('signing in and out', async (person) => {
  const page = await person.open('/');
  await signInButton(page).waitFor();
  assert.deepEqual(await person.cookies(), []);
  ok('the home page offers to sign in and sets no cookie');
  await person.shot(page, 'home');

  const authorize = await beginLogin(page);
  const asked = authorize.searchParams;
  assert.equal(asked.get('response_type'), 'code');
  assert.equal(asked.get('redirect_uri'), `${app.origin}/auth/bitbucket/callback`);
  assert.match(asked.get('state'), /^[\w-]{43}$/);
  assert.match(asked.get('code_challenge'), /^[\w-]{43}$/);
  assert.equal(asked.get('code_challenge_method'), 'S256');
  assert.equal(await page.evaluate(() => document.referrer.includes('?')), false);
  ok('the provider is asked for a code, with state and PKCE, for a configured redirect URI');
  await person.shot(page, 'provider');

  const [flow, ...others] = await person.cookies();
  assert.deepEqual(others, []);
  checkCookie(flow);
  assert.ok(flow.expires > Date.now() / 1000 && flow.expires < Date.now() / 1000 + 3600, `expires ${flow.expires}`);
  ok('one cookie binds the login: HttpOnly, SameSite=Lax, Path=/, host-only, gone within the hour');

  await choosePerson(page);
  await signOutButton(page).waitFor();
  assert.equal(page.url(), `${app.origin}/`);
  ok('the person lands signed in, on an address without code and state');
  await person.shot(page, 'signed-in');

  const { status, user } = await me(page);
  assert.equal(status, 200);
  for (const field of ['provider', 'oauth_id', 'email', 'email_verified', 'username', 'first_name', 'last_name',
    'avatar_url', 'profile_url', 'raw_data']) assert.ok(field in user, `/me lacks ${field}`);
  assert.equal(user.provider, 'bitbucket');
  assert.equal(typeof user.oauth_id, 'string');
  assert.match(user.email, /@/);
  const shown = await page.locator('body').innerText();
  assert.ok([user.first_name, user.username, user.email].some((name) => name && shown.includes(name)), shown);
  ok('/me and the page tell who is signed in');

  const [session, ...more] = await person.cookies();
  assert.deepEqual(more, []);
  assert.notEqual(session.name, flow.name);
  checkCookie(session);
  assert.equal(await page.evaluate(() => document.cookie), '');
  ok('a session cookie no script can read took the place of the login\'s cookie');

  await signOutButton(page).click();
  await signInButton(page).waitFor();
  assert.equal(page.url(), `${app.origin}/`);
  assert.equal((await me(page)).status, 401);
  ok('signing out ends it: /me is 401');
  await person.shot(page, 'signed-out');

  await person.context.addCookies([session]);
  assert.equal((await me(page)).status, 401);
  ok('the old session cookie opens nothing');
});

await scenario('a person who declines', async (person) => {
  const page = await person.open('/');
  await beginLogin(page);
  await denyButton(page).click();
  await page.waitForURL((url) => url.origin === app.origin);
  assert.equal(page.url(), `${app.origin}/?error=access_denied`);
  const shown = await page.locator('body').innerText();
  assert.notEqual(shown.trim(), (await (await person.open('/')).locator('body').innerText()).trim());
  await signInButton(page).waitFor();
  ok('declining leads back to the home page, with a message');
  assert.equal((await me(page)).status, 401);
  assert.deepEqual(await person.cookies(), []);
  ok('nobody is signed in and no cookie is left');
  await person.shot(page, 'declined');
});

await scenario('the back button', async (person) => {
  const page = await person.open('/');
  await beginLogin(page);
  await choosePerson(page);
  await signOutButton(page).waitFor();
  const before = await me(page);
  await page.goBack();
  assert.notEqual(new URL(page.url()).pathname, '/auth/bitbucket/callback');
  if (new URL(page.url()).origin !== app.origin) {
    await choosePerson(page);
    await page.waitForURL((url) => url.origin === app.origin);
    assert.match(page.url(), /\/\?error=[a-z_]+$/);
    ok('going back and choosing again is told apart from a new login');
  }
  await page.goto(`${app.origin}/`);
  await signOutButton(page).waitFor();
  assert.deepEqual((await me(page)).user, before.user);
  ok('the person stays signed in after going back');
});

await scenario('two tabs at once', async (person) => {
  const first = await person.open('/');
  const second = await person.open('/');
  await beginLogin(first);
  await beginLogin(second, '/auth/bitbucket/login?next=%2Fme');
  assert.equal((await person.cookies()).length, 2);
  await choosePerson(first);
  await signOutButton(first).waitFor();
  const session = (await person.cookies()).length;
  assert.equal(session, 2, 'the other tab\'s login is still open');
  await choosePerson(second);
  await second.waitForURL(`${app.origin}/me`);
  assert.equal(first.url(), `${app.origin}/`);
  ok('two logins in one browser both end where they were to end');
  assert.equal((await person.cookies()).length, 1);
  assert.equal((await me(first)).status, 200);
  ok('one session is left, and neither login\'s cookie');
});

await scenario('signing in again', async (person) => {
  const page = await person.open('/');
  await beginLogin(page);
  await choosePerson(page);
  await signOutButton(page).waitFor();
  const [before] = await person.cookies();
  await beginLogin(page, '/auth/bitbucket/login');
  await choosePerson(page);
  await signOutButton(page).waitFor();
  const [after] = await person.cookies();
  assert.equal(after.name, before.name);
  assert.notEqual(after.value, before.value);
  ok('a new login gets a new session');
});

await scenario('another browser', async (victim) => {
  const attacker = await newPerson();
  const page = await attacker.open('/');
  await beginLogin(page);
  const callback = await answerWithoutFollowing(page, personButton(page));

  const lured = await victim.open(callback);
  assert.match(lured.url(), /\/\?error=[a-z_]+$/);
  assert.ok(lured.url().startsWith(app.origin));
  assert.equal((await me(lured)).status, 401);
  assert.deepEqual(await victim.cookies(), []);
  ok('a callback from another browser signs nobody in');

  await page.goto(callback);
  await signOutButton(page).waitFor();
  ok('and does not spoil the login of the browser that began it');

  await page.goto(callback);
  assert.match(page.url(), /\/\?error=[a-z_]+$/);
  assert.equal((await me(page)).status, 200);
  ok('a callback works once');
  await attacker.context.close();
});

await scenario('requests nobody made', async (person) => {
  const login = '/auth/bitbucket/login';
  for (const [what, body] of [
    ['a prefetched link', `<link rel="prefetch" href="${login}">`],
    ['a frame', `<iframe src="${login}"></iframe>`],
  ]) {
    const answer = await person.lure(body, login);
    const location = await answer.headerValue('location');
    assert.ok(!location || new URL(location, app).origin === app.origin, `${what} leads to ${location}`);
    assert.deepEqual(await person.cookies(), []);
    ok(`${what} begins no login`);
  }
});

await scenario('where a login may end', async (person) => {
  for (const next of ['//attacker.example/', '/\\attacker.example', 'https://attacker.example/', '/%2f/attacker.example']) {
    const page = await person.open(`/auth/bitbucket/login?next=${encodeURIComponent(next)}`);
    assert.equal(page.url(), `${app.origin}/?error=invalid_next`, next);
  }
  ok('an address elsewhere is refused before the provider is asked');
});

await browser.close();
if (secretsFile) writeFileSync(secretsFile, JSON.stringify([...secrets]));
process.exit(failures === 0 ? 0 : 1);

// --- Scenarios and people -------------------------------------------------------------------------------------------

async function scenario(name, run) {
  const person = await newPerson();
  try {
    await run(person);
    assert.deepEqual(person.errors, [], 'a page reported errors');
    // A host like `localhost` takes no Domain attribute, so what the browser keeps would not tell.
    assert.deepEqual(person.setCookies.filter((line) => /;\s*domain\s*=/i.test(line)), [], 'a cookie names its domain');
  } catch (error) {
    failures += 1;
    console.log(`FAIL ${name}: ${error.stack}`);
    for (const [at, page] of person.context.pages().entries()) {
      console.log(`     page ${at} is at ${page.url().split('?')[0]}`);
      await person.shot(page, `failed-${name.replaceAll(' ', '-')}-${at}`).catch(() => {});
    }
  } finally {
    await person.context.close();
  }
}

function ok(check) {
  console.log(`ok ${check}`);
}

/** A browser of its own: nothing is shared with another person's. */
async function newPerson() {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  context.setDefaultTimeout(15_000);
  const person = { context, errors: [], setCookies: [] };
  context.on('weberror', (error) => person.errors.push(String(error.error())));
  context.on('request', (request) => note(request.url()));
  context.on('response', async (response) => {
    note(response.headers().location);
    const mine = new URL(response.url()).origin === app.origin;
    const lines = mine ? await response.headerValues('set-cookie').catch(() => []) : [];
    person.setCookies.push(...lines.flatMap((line) => line.split('\n')));
  });

  /** A new tab. */
  person.open = async (address) => {
    const page = await context.newPage();
    await page.goto(new URL(address, app).href);
    return page;
  };
  /** Shows a page of the test's own, with the application's origin, and returns what came for `pathname` because of it. */
  person.lure = async (body, pathname) => {
    const page = await context.newPage();
    const address = `${app.origin}/a-page-of-the-test`;
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html>${body}` }));
    const predicate = (response) => new URL(response.url()).pathname === pathname;
    const [answer] = await Promise.all([context.waitForEvent('response', { predicate }), page.goto(address)]);
    return answer;
  };
  /** The application's cookies, as the browser keeps them. */
  person.cookies = async () => {
    const cookies = await context.cookies(app.href);
    for (const { value } of cookies) if (value.length >= 16) secrets.add(value);
    return cookies;
  };
  person.shot = async (page, name) => {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
  };
  return person;
}

/** Remembers the secrets in an address. */
function note(address) {
  if (!address || !URL.canParse(address, app)) return;
  const { searchParams } = new URL(address, app);
  for (const name of ['state', 'code', 'nonce']) {
    for (const value of searchParams.getAll(name)) if (value.length >= 16) secrets.add(value);
  }
}

// --- Pages ----------------------------------------------------------------------------------------------------------

function control(page, text) {
  return page.locator('button, a, input[type=submit]').filter({ hasText: text }).first();
}

function signInButton(page) { return control(page, /sign in with bitbucket/i); }
function signOutButton(page) { return control(page, /sign out/i); }
function denyButton(page) { return control(page, /deny|decline|cancel/i); }
function personButton(page) { return page.getByRole('button').filter({ hasNotText: /deny|decline|cancel/i }).first(); }

/** Begins a login, by the button or by an address, and returns the provider's address that the browser was sent to. */
async function beginLogin(page, address) {
  await (address ? page.goto(new URL(address, app).href) : signInButton(page).click());
  await page.waitForURL((url) => url.origin !== app.origin);
  return new URL(page.url());
}

async function choosePerson(page) {
  await personButton(page).click();
}

/** Presses the provider's `button` without a browser, and returns where its answer leads. */
async function answerWithoutFollowing(page, button) {
  const { action, fields } = await button.evaluate((element) => ({
    action: element.form.action,
    fields: Object.fromEntries(new FormData(element.form, element)),
  }));
  const answer = await page.request.post(action, { form: fields, maxRedirects: 0 });
  const location = answer.headers().location;
  assert.ok(location, `the provider answers ${answer.status()} and leads nowhere`);
  note(location);
  return location;
}

/** What the application says to the page's own script. */
async function me(page) {
  return page.evaluate(async () => {
    const answer = await fetch('/me', { headers: { accept: 'application/json' } });
    return { status: answer.status, user: await answer.json() };
  });
}

/** What holds for every cookie of the application. */
function checkCookie(cookie) {
  const onHttps = app.protocol === 'https:';
  assert.equal(cookie.httpOnly, true, `${cookie.name} is HttpOnly`);
  assert.equal(cookie.sameSite, 'Lax', `${cookie.name} is SameSite=Lax`);
  assert.equal(cookie.path, '/', `${cookie.name} is for Path=/`);
  assert.equal(cookie.domain, app.hostname, `${cookie.name} is host-only`);
  assert.equal(cookie.secure, onHttps, `${cookie.name} is Secure on https`);
  assert.equal(cookie.name.startsWith('__Host-'), onHttps, `${cookie.name} has the prefix __Host- on https`);
  assert.ok(cookie.name.length + cookie.value.length <= 4096, `${cookie.name} fits`);
}
