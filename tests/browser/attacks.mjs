// What other sites and other ports of the same host try on a person who is signed in, and what a browser lets them.
//
//   node attacks.mjs ORIGIN      see behind_tls.mjs

import assert from 'node:assert/strict';

import {
  ELSEWHERE, answerWithoutFollowing, app, begin, choose, me, newPerson, ok, origin, run, show,
} from './behind_tls.mjs';

/** Where a browser keeps the same cookies: the same host without TLS, and a host below it. */
const NEXT_DOOR = [`http://${app.hostname}`, `http://below.${app.hostname}`];

await run(async () => {
  const attacker = await newPerson();
  await begin(attacker.page);
  const planted = await answerWithoutFollowing(attacker.page, 'omar');

  const { context, page } = await newPerson();
  /** Addresses of the application that some request told as where it comes from. */
  const referrers = [];
  context.on('request', async (request) => {
    const { referer } = await request.allHeaders().catch(() => ({}));
    if (referer?.startsWith(origin)) referrers.push(referer);
  });
  // The first thing that the browser sees: later it would not let plain http touch a cookie that is there already.
  await plant(['__Host-session', 'session']);
  await begin(page);
  await choose(page, 'jane');
  assert.equal((await me(page))?.username, 'jane', 'cookies that were planted before');
  const session = (await context.cookies(origin)).find(({ httpOnly }) => httpOnly);
  assert.equal(session.name, '__Host-session');

  for (const [what, html] of [
    ['a form that signs out', `<form method=post action="${origin}/auth/logout"></form><script>document.forms[0].submit()</script>`],
    ['a script that signs out', `<script>fetch('${origin}/auth/logout', { method: 'POST', mode: 'no-cors', credentials: 'include' })</script>`],
    ['a script that signs out and asks before', `<script>fetch('${origin}/auth/logout', { method: 'POST', credentials: 'include',
      headers: { 'content-type': 'application/json', 'x-requested-with': 'XMLHttpRequest' }, body: '{}' })</script>`],
    ['a callback of the attacker as a picture', `<img src="${planted}">`],
    ['a callback of the attacker as a form', `<form method=post action="${planted}"></form><script>document.forms[0].submit()</script>`],
    ['a callback of the attacker as an address', `<script>location.replace(${JSON.stringify(planted)})</script>`],
    ['a login as a frame', `<iframe src="${origin}/auth/bitbucket/login"></iframe>`],
    ['the page of the person as a frame', `<iframe src="${origin}/"></iframe>`],
  ]) {
    const asked = await lure(html);
    assert.ok(asked, `${what} reaches the application`);
    await stillJane(what);
  }
  ok('another site signs nobody out, and in as nobody else');

  const framed = await show(context, ELSEWHERE, `<iframe src="${origin}/"></iframe>`);
  await framed.waitForLoadState('networkidle');
  for (const frame of framed.frames().slice(1)) {
    assert.match(frame.url(), /^chrome-error:/, 'the page shows in a frame of another site');
  }
  ok('another site cannot frame the page');

  const reader = await show(context, ELSEWHERE, '');
  const read = await reader.evaluate((url) => fetch(url, { credentials: 'include' })
    .then((answer) => answer.text(), (error) => error.name), `${origin}/me`);
  assert.equal(read, 'TypeError');
  ok('another site cannot read who is signed in');

  // The person signs in once more meanwhile.
  await begin(page);
  const flow = (await context.cookies(origin)).find(({ name, httpOnly }) => httpOnly && name !== session.name);
  assert.match(flow.name, /^__Host-login-/);
  await plant([flow.name, session.name, 'session']);
  await stillJane('cookies that were planted next door');
  const kept = await context.cookies([origin, `${origin}/me`]);
  assert.ok(kept.some(({ value }) => value === 'planted'), 'the browser keeps what has no prefix');
  for (const own of [flow, session]) {
    assert.deepEqual(kept.filter(({ name }) => name === own.name).map(({ value }) => value), [own.value], own.name);
  }
  await choose(page, 'omar');
  assert.equal((await me(page)).username, 'omar');
  ok('cookies that were planted without TLS, here or on a host below, take the place of none and hinder no login');

  const away = page.waitForRequest(`${ELSEWHERE}/`);
  await page.evaluate((url) => { location.href = url; }, `${ELSEWHERE}/`);
  const { referer } = await (await away).allHeaders();
  await page.waitForURL(`${ELSEWHERE}/`);
  assert.ok(!referer || referer === `${origin}/`, `${referer}`);
  await page.goto(`${origin}/`);
  assert.ok(referrers.every((address) => !/[?&](code|state)=/.test(address)), `${referrers}`);
  ok('no request tells where the code came');

  await page.getByRole('button', { name: /sign out/i }).click();
  await page.waitForURL(`${origin}/`);
  assert.equal(await me(page), null);
  await page.goBack();
  assert.ok(!(await page.content()).includes('Omar'), 'going back shows who was signed in');
  await page.goForward();
  assert.equal(await me(page), null);
  ok('after signing out, going back shows nobody');

  async function stillJane(what) {
    const [kept] = (await context.cookies(origin)).filter(({ name }) => name === session.name);
    assert.equal(kept?.value, session.value, what);
    const home = await context.newPage();
    await home.goto(`${origin}/`);
    assert.equal((await me(home)).username, 'jane', what);
    await home.close();
  }

  /** Sets cookies of these names in every way that a page next door could. */
  async function plant(names) {
    for (const door of NEXT_DOOR) {
      const neighbour = await show(context, door, '');
      await neighbour.evaluate(([domain, ...names]) => {
        for (const name of names) {
          for (const path of ['', '; Path=/', '; Path=/me', '; Path=/auth/bitbucket/callback']) {
            for (const attributes of ['', '; Secure', `; Domain=${domain}`, `; Secure; Domain=${domain}`]) {
              document.cookie = `${name}=planted${path}${attributes}`;
            }
          }
        }
      }, [app.hostname, ...names]);
      await neighbour.close();
    }
  }

  /** Shows a page of another site until nothing more comes. Returns whether the browser asked the application. */
  async function lure(html) {
    let asked = false;
    const watch = (request) => { asked ||= request.url().startsWith(origin); };
    context.on('request', watch);
    const tab = await show(context, ELSEWHERE, html);
    await tab.waitForLoadState('networkidle');
    await tab.close();
    context.off('request', watch);
    return asked;
  }
});
