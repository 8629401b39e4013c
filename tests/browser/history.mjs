// What stays behind in a browser: the history and its buttons, several tabs, pages kept alive, what requests tell of where
// they come from, and where a login may lead.
//
//   node history.mjs ORIGIN      see behind_tls.mjs

import assert from 'node:assert/strict';

import {
  ELSEWHERE, answerWithoutFollowing, begin, button, choose, newPerson, ok, origin, pictures, run, show, strays,
} from './behind_tls.mjs';

/** A browser keeps pages alive for its back button; Playwright has it not do so. */
const KEEPS_PAGES = { ignoreDefaultArgs: ['--disable-back-forward-cache'] };

await run(async () => {
  await backAndReload();
  await tabs();
  await whereItComesFrom();
  await whereItLeads();
});
await run(keptPages, KEEPS_PAGES);

async function backAndReload() {
  const person = await watched();
  const { page } = person;
  await page.goto(`${origin}/`);
  await begin(page, '/me?a=b');
  await choose(page, 'jane', '/me?a=b');
  const session = await person.session();
  assert.equal(person.callbacks.length, 1);
  await page.reload();
  await page.reload();
  assert.equal(await person.session(), session);
  for (const way of ['goBack', 'goBack', 'goForward', 'goForward']) await page[way]();
  assert.equal(page.url(), `${origin}/me?a=b`);
  assert.equal(person.callbacks.length, 1, 'the callback is asked for once');
  assert.equal(await person.session(), session);
  const addresses = await visited(page);
  assert.ok(addresses.length >= 3, `${addresses}`);
  assert.ok(addresses.every((address) => !/\/callback|[?&]code=/.test(address)), `${addresses}`);
  ok('reloading and going back neither ask for the callback again nor make another session; no code is in the history');

  // The provider's page that the back button shows belongs to a login that has ended.
  await page.goBack();
  await button(page, 'omar').click();
  await page.waitForURL(/\/\?error=login_not_found$/);
  assert.equal(await person.session(), session);
  assert.equal((await who(page)).username, 'jane');
  assert.ok((await visited(page)).every((address) => !/\/callback|[?&](code|state)=.*[?&](code|state)=/.test(address)));
  ok('choosing again on the page of before signs nobody else in, and leaves no code in the history either');
  await person.context.close();
}

async function tabs() {
  const person = await watched();
  const { context, page: first } = person;
  const second = await context.newPage();
  await begin(first, '/me?tab=1');
  await begin(second, '/me?tab=2');
  await choose(second, 'omar', '/me?tab=2');
  await choose(first, 'jane', '/me?tab=1');
  assert.equal((await who(second)).username, 'jane');
  assert.equal((await context.cookies(origin)).length, 1);
  ok('two logins that end in the other order both land where they were to');

  await begin(first, '/me?tab=3');
  await second.goto(first.url());
  await choose(second, 'omar', '/me?tab=3');
  const session = await person.session();
  await button(first, 'jane').click();
  await first.waitForURL(/\/\?error=login_not_found$/);
  assert.equal(await person.session(), session);
  assert.equal((await who(first)).username, 'omar');
  ok('a login that began in one tab ends in another, once');

  await begin(first);
  const callback = await answerWithoutFollowing(first, 'jane');
  await Promise.all([first, second].map((tab) => tab.goto(callback)));
  const ends = [first, second].map((tab) => tab.url().slice(origin.length));
  assert.deepEqual(ends.sort(), ['/', '/?error=login_not_found']);
  assert.equal((await who(first)).username, 'jane');
  await second.goto(callback);
  assert.match(second.url(), /\?error=login_not_found$/);
  assert.equal((await who(second)).username, 'jane');
  ok('a callback that is open in two tabs is one login, and signs nobody out');
  await context.close();
}

async function keptPages() {
  // The page tells itself how it is shown: Playwright loses sight of one that was kept.
  let { context, page } = await newPerson({ bypassCSP: true });
  const leaveAndReturn = async (meanwhile) => {
    await page.evaluate((pictures) => addEventListener('pageshow', ({ persisted }) => {
      if (persisted) new Image().src = `${pictures}/kept/${document.body.innerText.includes('Jane')}`;
    }), pictures());
    await page.goto(`${pictures()}/left`);
    await meanwhile();
    await page.goBack({ timeout: 3_000 }).catch(() => {});
    return strays.filter(({ pathname }) => pathname.startsWith('/kept/')).map(({ pathname }) => pathname);
  };
  await page.goto((await show(context, ELSEWHERE, 'Jane')).url());
  assert.deepEqual(await leaveAndReturn(async () => {}), ['/kept/true'], 'this browser keeps pages alive');
  strays.length = 0;
  await context.close();

  ({ context, page } = await newPerson({ bypassCSP: true }));
  await begin(page);
  await choose(page, 'jane');
  const kept = await leaveAndReturn(async () => {
    const other = await context.newPage();
    await other.goto(`${origin}/`);
    await other.getByRole('button', { name: /sign out/i }).click();
    await other.getByRole('link', { name: /sign in with/i }).waitFor();
  });
  assert.deepEqual(kept, [], 'the page of before is shown as it was');
  await page.getByRole('link', { name: /sign in with/i }).waitFor();
  ok('no page of somebody who has signed out in another tab is kept alive for the back button');
  await context.close();
}

async function whereItComesFrom() {
  // With a picture of somebody else, which the application's own policy would stop.
  const { context, page } = await newPerson({ bypassCSP: true });
  const told = [];
  context.on('request', async (request) => {
    const { referer } = await request.allHeaders().catch(() => ({}));
    if (referer && new URL(request.url()).origin !== new URL(referer).origin) told.push([request.url(), referer]);
  });
  const picture = async () => {
    const before = strays.length;
    await page.evaluate((url) => new Promise((done) => {
      const picture = new Image();
      picture.onload = picture.onerror = done;
      picture.src = url;
    }), `${pictures()}/picture`);
    assert.equal(strays.length, before + 1, 'the picture is asked for');
    const { referer } = strays.at(-1);
    assert.ok(!referer || referer === `${origin}/`, referer);
  };
  await page.goto(`${origin}/?next=/me`);
  await page.getByRole('link', { name: /sign in with bitbucket/i }).click();
  await page.waitForURL((url) => url.origin !== origin);
  assert.equal(await page.evaluate(() => document.referrer), '');
  const state = new URL(page.url()).searchParams.get('state');
  await choose(page, 'jane');
  await picture();
  await page.goto(`${origin}/auth/bitbucket/callback?code=a-code-to-look-for&state=${state}`);
  assert.match(page.url(), /\?error=login_not_found$/);
  await picture();
  const secrets = [state, 'a-code-to-look-for', 'code=', 'state='];
  assert.deepEqual(told.filter(([, referer]) => secrets.some((secret) => referer.includes(secret))), []);
  assert.deepEqual(told.filter(([url]) => url.includes('authorize')), [], 'the provider is told where the person was');
  ok('neither the provider nor a picture of somebody else is told a code, a state or the page of before');
  await context.close();
}

async function whereItLeads() {
  const { context, page } = await newPerson();
  const evil = 'attacker.test';
  const strange = [
    `//${evil}`, `///${evil}`, `////${evil}`, `/\\${evil}`, `\\\\${evil}`, `\\/${evil}`, `/\\/${evil}`, `http:${evil}`,
    `http:/${evil}`, `http://${evil}`, `hTTp://${evil}`, `https:${evil}`, `http:\\\\${evil}`, 'javascript:alert(1)',
    ' javascript:alert(1)', 'java\tscript:alert(1)', 'data:text/html,x', 'blob:x', 'about:blank', 'view-source:x',
    `/\t/${evil}`, `/\n/${evil}`, `/\r/${evil}`, `\t//${evil}`, `\0//${evil}`, ` //${evil}`, `/\u00a0/${evil}`, `/ /${evil}`,
    `/%09/${evil}`, `/%0a/${evil}`, `/%0d/${evil}`, `/%20/${evil}`, `/%00/${evil}`, `/%2f${evil}`, `/%2f%2f${evil}`,
    `/%5c${evil}`, `/%5c%5c${evil}`, `/%252f${evil}`, `/%252f%252f${evil}`, `/.//${evil}`, `/..//${evil}`, `/./\\${evil}`,
    `/a/..//${evil}`, `/a/../..//${evil}`, `/%2e//${evil}`, `/%2e%2e//${evil}`, `/a/%2e%2e//${evil}`, `/.%2f/${evil}`,
    `/.%2f%2f${evil}`, `/..%2f/${evil}`, `/..;//${evil}`, `/;//${evil}`, `/@${evil}`, `@${evil}`, `/:80@${evil}`,
    `/:@${evil}`, `?//${evil}`, `/?//${evil}`, `#//${evil}`, `/#//${evil}`, `.${evil}`, `${evil}`, `/\uff0f${evil}`,
    `/\u2044${evil}`, `/\u3002${evil}`, `\uff0f\uff0f${evil}`, `/\u202e//${evil}`, `/\ufeff/${evil}`, `/\u200b/${evil}`,
    `/%e2%81%84${evil}`, `/%c0%af${evil}`, `/%ff/${evil}`, `/a\r\nlocation: http://${evil}/`, '/%0d%0alocation:%20x',
    `${origin}//${evil}`, `${origin}@${evil}`, `${origin}.${evil}`, origin, `${origin}/me`, '/auth/logout', '/auth/bitbucket/login',
    '/auth/bitbucket/callback?code=a&state=b', '/auth/../auth/logout', '/%61uth/logout', '', '.', '..', '/..', '/.', '/me', '/me?a=b#c',
    '/me/../me', '/%6de',
  ];
  const ends = { refused: 0, kept: 0 };
  const home = await context.newPage();
  await home.goto(`${origin}/`);
  for (const next of strange) {
    const shown = JSON.stringify(next);
    const out = await page.request.post(`${origin}/auth/logout?next=${encodeURIComponent(next)}`,
      { headers: { origin }, maxRedirects: 0 });
    assert.equal(out.status(), 303, shown);
    const landing = await home.evaluate(([to, from]) => new URL(to, from).origin, [out.headers().location, out.url()]);
    assert.equal(landing, origin, `after the logout ${shown} leads to ${landing}`);
    await page.goto(`${origin}/auth/bitbucket/login?next=${encodeURIComponent(next)}`);
    if (page.url() === `${origin}/?error=invalid_next`) {
      ends.refused += 1;
      continue;
    }
    ends.kept += 1;
    assert.notEqual(new URL(page.url()).origin, origin, `${shown} leads to ${page.url()}`);
    const before = strays.length;
    // Where there is no page, a browser shows one of its own in place of it.
    const tab = await context.newPage();
    const asked = [];
    tab.on('request', (request) => {
      if (request.isNavigationRequest()) asked.push(new URL(request.url()));
    });
    await tab.goto(await answerWithoutFollowing(page, 'jane')).catch(() => {});
    await tab.close();
    const last = asked.at(-1);
    assert.equal(last.origin, origin, `${shown} leads to ${last}`);
    assert.ok(!/^\/auth\//.test(last.pathname) && !last.searchParams.has('error'), `${shown} leads to ${last}`);
    assert.equal(strays.length, before, `${shown} asks another host`);
    // What a browser makes of the accepted text itself, in a link of the page.
    const linked = await home.evaluate((next) => Object.assign(document.createElement('a'), { href: next }).origin, next);
    assert.equal(linked, origin, `${shown} as a link leads to ${linked}`);
  }
  assert.ok(ends.refused > 60 && ends.kept > 10, JSON.stringify(ends));
  ok(`of ${strange.length} strange addresses to land on, ${ends.refused} are refused, and ${ends.kept} stay here`);
  await context.close();
}

/** A person whose callbacks are counted. */
async function watched() {
  const { context, page } = await newPerson();
  const callbacks = [];
  context.on('request', (request) => {
    if (new URL(request.url()).pathname.endsWith('/callback')) callbacks.push(request.url());
  });
  const session = async () => (await context.cookies(origin)).find(({ name }) => name === '__Host-session')?.value;
  return { context, page, callbacks, session };
}

/** Who is signed in; from no page, because that of `/me` lets no script ask. */
async function who(page) {
  const answer = await page.request.get(`${origin}/me`, { headers: { accept: 'application/json' } });
  return answer.ok() ? answer.json() : null;
}

/** The addresses behind the back and forward buttons. */
async function visited(page) {
  const devtools = await page.context().newCDPSession(page);
  const { entries } = await devtools.send('Page.getNavigationHistory');
  await devtools.detach();
  return entries.map(({ url }) => url);
}
