// Requests for the login that no person makes: the browser's own ahead of a click, those of frames, pictures and scripts.
// None of them begins a login or reaches the provider; a click does.
//
//   node unasked.mjs ORIGIN      see behind_tls.mjs

import assert from 'node:assert/strict';

import { ELSEWHERE, choose, me, newPerson, ok, origin, run, show } from './behind_tls.mjs';

const LOGIN = '/auth/bitbucket/login';

await run(async () => {
  // What a page of the application brings in counts here, not what its own policy would stop.
  const { context, page } = await newPerson({ bypassCSP: true });
  const visits = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.pathname.includes('authorize')) visits.push(url.origin);
  });

  const rules = (kind) => `<script type=speculationrules>${JSON.stringify(
    { [kind]: [{ urls: [`${origin}${LOGIN}`], eagerness: 'immediate' }] })}</script>`;
  for (const [what, html] of [
    ['a prefetched link', `<link rel=prefetch href="${origin}${LOGIN}">`],
    ['a prefetched document', `<link rel=prefetch as=document href="${origin}${LOGIN}">`],
    ['a prerendered link', `<link rel=prerender href="${origin}${LOGIN}">`],
    ['a preloaded link', `<link rel=preload as=fetch crossorigin=use-credentials href="${origin}${LOGIN}">`],
    ['a rule to prefetch', rules('prefetch')],
    ['a rule to prerender', rules('prerender')],
    ['a frame', `<iframe src="${origin}${LOGIN}"></iframe>`],
    ['an object', `<object data="${origin}${LOGIN}"></object>`],
    ['a picture', `<img src="${origin}${LOGIN}">`],
    ['a style sheet', `<link rel=stylesheet href="${origin}${LOGIN}">`],
    ['a script', `<script>fetch('${origin}${LOGIN}', { credentials: 'include', mode: 'no-cors' }).then((answer) => answer.text())</script>`],
    ['a script of old', `<script>const x = new XMLHttpRequest(); x.open('GET', '${origin}${LOGIN}'); x.send()</script>`],
    ['a HEAD request', `<script>fetch('${origin}${LOGIN}', { method: 'HEAD', mode: 'no-cors' })</script>`],
  ]) {
    await page.goto(`${origin}/`);
    await page.evaluate((html) => {
      const wanted = document.createRange().createContextualFragment(html);
      document.body.append(wanted);
    }, html);
    await settled(page, `${what} on a page of the application`);
    const elsewhere = await show(context, ELSEWHERE, html);
    await settled(elsewhere, `${what} on another site`);
    await elsewhere.close();
  }
  ok('what no person asks for begins no login and visits no provider');

  await page.goto(`${origin}/`);
  await page.getByRole('link', { name: /sign in with bitbucket/i }).click();
  await page.waitForURL((url) => url.origin !== origin);
  assert.equal(visits.length, 1);
  await choose(page, 'jane');
  assert.equal((await me(page)).username, 'jane');
  ok('a click does, after all that was refused');

  async function settled(tab, what) {
    await tab.waitForLoadState('networkidle');
    // What is fetched ahead is no part of the page that is waited for.
    await tab.waitForTimeout(200);
    const cookies = (await context.cookies(origin)).filter(({ httpOnly }) => httpOnly);
    assert.deepEqual(cookies.map(({ name }) => name), [], what);
    assert.deepEqual(visits, [], what);
  }
});
