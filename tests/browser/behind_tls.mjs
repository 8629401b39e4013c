// What the scripts share that drive an application behind TLS, on a host name of its own.
//
//   node <script> ORIGIN      ORIGIN is the application's, such as https://app.test:8443
//
// The host name need not resolve: the browser reaches every host but this machine's own through a proxy of the test, which
// passes TLS on to ORIGIN's port of 127.0.0.1 and answers plain http with the attacker's pages. On loopback addresses a
// browser would trust plain http with cookies that it refuses elsewhere.
//
// A script prints one `ok …` line per check; a failure ends in exit status 1.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { basename } from 'node:path';

import { fail, launch } from './chromium.mjs';

export const origin = process.argv[2];
if (!origin) fail(`usage: node ${basename(process.argv[1])} ORIGIN`);
export const app = new URL(origin);

/** Another site. */
export const ELSEWHERE = 'http://attacker.test';

/** The attacker's pages by their path, and the requests for all else of the attacker's. */
const pages = new Map();
export const strays = [];
const proxy = createServer((request, response) => {
  const { pathname } = new URL(request.url, ELSEWHERE);
  if (!pages.has(pathname)) strays.push({ pathname, referer: request.headers.referer });
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html>${pages.get(pathname) ?? ''}`);
});
proxy.on('connect', (request, outside) => {
  outside.on('error', () => {});
  if (request.url !== app.host) return outside.end('HTTP/1.1 404 Not Found\r\n\r\n');
  const inside = connect(app.port, '127.0.0.1', () => {
    outside.write('HTTP/1.1 200 OK\r\n\r\n');
    outside.pipe(inside).pipe(outside);
  });
  inside.on('error', () => outside.destroy());
});

/** The attacker's server at an address of this machine, from which a browser takes pictures for a page on https. */
export const pictures = () => `http://127.0.0.1:${proxy.address().port}`;

let browser;

/** Runs a script with a browser. `launchOptions` are Playwright's. */
export async function run(script, launchOptions) {
  await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));
  browser = await launch(launchOptions);
  try {
    await script();
  } catch (error) {
    console.log(`FAIL ${error.stack}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
    proxy.closeAllConnections();
    proxy.close();
  }
}

/** A browser of its own. */
export async function newPerson(options) {
  // The certificate was made for this run.
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    proxy: { server: `http://127.0.0.1:${proxy.address().port}`, bypass: '127.0.0.1' },
    ...options,
  });
  context.setDefaultTimeout(15_000);
  return { context, page: await context.newPage() };
}

/** Shows a page of the attacker's in a new tab. */
export async function show(context, address, html) {
  const path = `/${pages.size}`;
  pages.set(path, html);
  const tab = await context.newPage();
  await tab.goto(`${address}${path}`);
  return tab;
}

export async function begin(page, next = '') {
  await page.goto(`${origin}/auth/bitbucket/login${next && `?next=${encodeURIComponent(next)}`}`);
  assert.notEqual(new URL(page.url()).origin, origin);
}

export function button(page, person) {
  return page.locator(`button[name=person][value=${person}]`);
}

export async function choose(page, person, path = '/') {
  await button(page, person).click();
  await page.waitForURL(`${origin}${path}`);
}

/** Chooses somebody without the browser, and returns where the provider's answer leads. */
export async function answerWithoutFollowing(page, person) {
  const action = await button(page, person).evaluate((element) => element.form.action);
  const answer = await page.request.post(action, { form: { person }, maxRedirects: 0 });
  return answer.headers().location;
}

/** Who is signed in, as the application says to a script of its own page. */
export async function me(page) {
  return page.evaluate(async () => {
    const answer = await fetch('/me', { headers: { accept: 'application/json' } });
    return answer.ok ? answer.json() : null;
  });
}

export function ok(text) {
  console.log(`ok ${text}`);
}
