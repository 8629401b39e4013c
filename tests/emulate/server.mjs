// GitHub, Google, Slack, Apple, Microsoft and Okta as npm `emulate` plays them, each on a free loopback port, for one test run.
//
// Prints one line of JSON when all listen: the variables of an application at ORIGIN that signs in with them. Where `emulate`
// and the real service differ in what a login sees, it says so here. None of them lets a person deny an application.
import crypto from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { createEmulator } from 'emulate';

// `emulate` takes it for granted; Node 18 has it in the module only.
globalThis.crypto ??= crypto.webcrypto;

const origin = process.env.ORIGIN;
const variables = {};

const set = (instance, settings) => {
  for (const [name, value] of Object.entries(settings)) variables[`OAUTH_${instance.toUpperCase()}_${name}`] = value;
};

const client = (...instances) => ({
  client_id: `${instances[0]}-client`,
  client_secret: `secret-of-${instances[0]}`,
  name: 'Application',
  redirect_uris: instances.map((instance) => `${origin}/auth/${instance}/callback`),
});
const credentials = ({ client_id, client_secret }) => ({ CLIENT_ID: client_id, CLIENT_SECRET: client_secret });

const listening = (server) => new Promise((resolve, reject) => {
  server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server.address().port));
});

// Starts a service and returns where it is. It takes itself for `baseUrl`, so that it issues the tokens of the real one.
async function play(service, seed, baseUrl) {
  for (;;) {
    const probe = http.createServer();
    const port = await listening(probe);
    await new Promise((resolve) => { probe.close(resolve); });
    const url = `http://127.0.0.1:${port}`;
    try {
      await createEmulator({ service, port, hostname: '127.0.0.1', baseUrl: baseUrl ?? url, seed: { [service]: seed } });
      return url;
    } catch (error) {
      // Somebody else took the port in between.
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
}

// Every address is verified and primary, whatever is configured; PKCE is not checked.
async function github() {
  const app = client('github');
  const users = [{ login: 'jane', name: 'Jane Doe', email: 'jane@example.com' }, { login: 'nameless' }];
  const url = await play('github', { users, oauth_apps: [app] }, 'https://github.com');
  set('github', {
    ...credentials(app),
    AUTHORIZE_URL: `${url}/login/oauth/authorize`,
    TOKEN_URL: `${url}/login/oauth/access_token`,
    USERINFO_URL: `${url}/user`,
    EMAILS_URL: `${url}/user/emails`,
  });
}

// `workspace` is Google for one company only.
async function google() {
  const app = client('google', 'workspace');
  const url = await play('google', {
    users: [
      { email: 'jane@company.example', name: 'Jane Doe', picture: 'https://img.example/jane.png', hd: 'company.example' },
      { email: 'unsure@gmail.com', name: 'Not Sure', email_verified: false },
    ],
    oauth_clients: [app],
  }, 'https://accounts.google.com');
  const settings = {
    ...credentials(app),
    AUTHORIZE_URL: `${url}/o/oauth2/v2/auth`,
    TOKEN_URL: `${url}/oauth2/token`,
    JWKS_URL: `${url}/oauth2/v3/certs`,
    // Has the claims of OpenID here. Google's own of this path, which is older, says `id` and `verified_email`.
    USERINFO_URL: `${url}/oauth2/v2/userinfo`,
  };
  set('google', settings);
  set('workspace', { ...settings, PROVIDER: 'google', HD: 'company.example' });
}

// The installation of an app into a workspace only: there are no ID tokens, no keys and no user info of "Sign in with Slack".
// A wrong secret is called `invalid_client_id`, and not `bad_client_secret`.
async function slack() {
  const app = client('slack');
  const users = [{ name: 'jane', real_name: 'Jane Doe', email: 'jane@example.com' }];
  const url = await play('slack', { users, oauth_apps: [app] });
  set('slack', {
    ...credentials(app),
    AUTHORIZE_URL: `${url}/oauth/v2/authorize`,
    TOKEN_URL: `${url}/api/oauth.v2.access`,
    JWKS_URL: `${url}/openid/connect/keys`,
    USERINFO_URL: `${url}/api/openid.connect.userInfo`,
  });
}

// `emulate` gives tokens to whoever knows a code, so what Apple wants of a client secret is asked for in front of it.
async function apple() {
  const app = { ...client('apple'), team_id: 'TEAM123456', key_id: 'KEY1234567' };
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const users = [
    { email: 'jane@icloud.com', name: 'Jane Doe' },
    { email: 'hidden@icloud.com', name: 'Hidden Person', is_private_email: true },
  ];
  const issuer = 'https://appleid.apple.com';
  const url = await play('apple', { users, oauth_clients: [app] }, issuer);

  const isSigned = (secret) => {
    const [header, claims, signature] = secret.split('.');
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url'));
    const { iss, sub, aud, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url'));
    const now = Date.now() / 1000;
    return alg === 'ES256' && kid === app.key_id && iss === app.team_id && sub === app.client_id && aud === issuer
      && iat <= now && now < exp && exp - iat <= 15_777_000
      && crypto.verify('sha256', `${header}.${claims}`, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  };
  const gate = http.createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const answer = isSigned(form.get('client_secret'))
      ? await fetch(`${url}/auth/token`, { method: 'POST', body: form })
      : Response.json({ error: 'invalid_client' }, { status: 400 });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  set('apple', {
    CLIENT_ID: app.client_id,
    TEAM_ID: app.team_id,
    KEY_ID: app.key_id,
    PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    AUTHORIZE_URL: `${url}/auth/authorize`,
    TOKEN_URL: `http://127.0.0.1:${await listening(gate)}/auth/token`,
    JWKS_URL: `${url}/auth/keys`,
  });
}

// Everybody meets at one authorization endpoint, whatever the tenant. The subject is the `oid`: the same in all applications.
// `entra` is Microsoft for one tenant only.
async function microsoft() {
  const app = client('microsoft', 'entra');
  const tenant = '5f2f1c0d-8f5c-4a37-9d0b-6b1c1d0e7a11';
  const users = [
    { email: 'jane@company.example', name: 'Jane Doe', tenant_id: tenant },
    { email: 'jane@outlook.com', name: 'Jane Doe' },
  ];
  const url = await play('microsoft', { users, oauth_clients: [app] }, 'https://login.microsoftonline.com');
  const settings = {
    ...credentials(app),
    AUTHORIZE_URL: `${url}/oauth2/v2.0/authorize`,
    TOKEN_URL: `${url}/oauth2/v2.0/token`,
    JWKS_URL: `${url}/discovery/v2.0/keys`,
  };
  set('microsoft', settings);
  set('entra', { ...settings, PROVIDER: 'microsoft', TENANT: tenant });
}

// Nothing is known of it but its issuer. Names come in one piece, and addresses are always verified.
async function okta() {
  const app = client('okta');
  const users = [{ login: 'jane@company.example', okta_id: '00u1', first_name: 'Jane', last_name: 'Doe' }];
  const url = await play('okta', { users, oauth_clients: [app] });
  set('okta', { ...credentials(app), PROVIDER: 'oidc', ISSUER: `${url}/oauth2/default` });
}

await Promise.all([github(), google(), slack(), apple(), microsoft(), okta()]);
console.log(JSON.stringify({ variables }));
