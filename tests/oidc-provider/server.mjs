// The certified npm `oidc-provider` on a free loopback port, for one test run. On another it takes only authorization
// requests that were pushed (RFC 9126).
//
// Prints one line of JSON when it listens. Clients are named by what is special about them; people are whoever types a name.
// POST /_test/rotate replaces the signing keys at once; GET /_test/log tells what the token endpoint did.
import crypto from 'node:crypto';
import http from 'node:http';
import { Provider } from 'oidc-provider';

const redirectUris = JSON.parse(process.env.REDIRECT_URIS);
const secret = 'a-secret-of-more-than-thirty-two-characters';
const host = 'localhost';
const log = [];

const keySet = () => [
  ['rsa', { modulusLength: 2048 }, 'RS256'],
  ['ec', { namedCurve: 'P-256' }, 'ES256'],
  ['ed25519', {}, 'EdDSA'],
].map(([type, options, alg]) => {
  const { privateKey } = crypto.generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid: crypto.randomUUID(), alg, use: 'sig' };
});
let keys = keySet();
const cookieKeys = [crypto.randomBytes(16).toString('hex')];

const clientKey = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });

const client = (id, more = {}) => ({
  client_id: id,
  client_secret: secret,
  redirect_uris: redirectUris.filter((uri) => uri.endsWith(`/${id}/callback`)),
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  ...more,
});
const clients = [
  client('basic'),
  client('post', { token_endpoint_auth_method: 'client_secret_post' }),
  client('es256', { id_token_signed_response_alg: 'ES256' }),
  client('eddsa', { id_token_signed_response_alg: 'EdDSA' }),
  client('form'),
  client('pairwise', { subject_type: 'pairwise' }),
  client('pushed'),
  client('key', {
    client_secret: undefined,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...clientKey.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] },
  }),
];

const claimsOf = (sub) => ({
  sub,
  name: `Test ${sub}`,
  given_name: 'Test',
  family_name: sub,
  preferred_username: sub,
  picture: `https://img.example/${sub}.png`,
  ...(sub === 'nobody' ? {} : { email: `${sub}@example.com`, email_verified: sub !== 'unsure' }),
});

// Kept across a rotation, which makes the provider anew.
const store = new Map();
class Adapter {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) { store.set(this.key(id), payload); }
  async find(id) { return store.get(this.key(id)); }
  async findByUid(uid) { return [...store].find(([key, payload]) => key.startsWith(`${this.name}:`) && payload.uid === uid)?.[1]; }
  async findByUserCode() { return undefined; }
  async consume(id) { store.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { store.delete(this.key(id)); }
  async revokeByGrantId(grantId) { for (const [key, payload] of store) if (payload.grantId === grantId) store.delete(key); }
}

const provider = (issuer, requirePushedAuthorizationRequests) => {
  const made = new Provider(issuer, {
    adapter: Adapter,
    clients,
    jwks: { keys },
    cookies: { keys: cookieKeys },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'picture'],
    },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_, account, { sectorIdentifier }) => crypto.createHash('sha256').update(`${sectorIdentifier} ${account}`).digest('hex'),
    findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true }, pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests } },
  });
  made.on('grant.success', (ctx) => log.push({ grant: ctx.oidc.params.grant_type, client: ctx.oidc.client.clientId }));
  made.on('grant.error', (ctx, error) => log.push({ error: error.error, client: ctx.oidc.client?.clientId }));
  return made.callback();
};

let rotations = 0;
const serve = (requiresPushed) => new Promise((listening) => {
  let issuer;
  let handle;
  let rotated;
  const server = http.createServer((request, response) => {
    if (rotated !== rotations) {
      rotated = rotations;
      handle = provider(issuer, requiresPushed);
    }
    return control(request, response) ?? handle(request, response);
  });
  server.listen(0, '127.0.0.1', () => {
    issuer = `http://${host}:${server.address().port}`;
    listening(issuer);
  });
});
const control = (request, response) => {
  const json = (value) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(value));
    return true;
  };
  if (request.url === '/_test/log') return json(log);
  if (request.url === '/_test/rotate' && request.method === 'POST') {
    keys = keySet();
    rotations += 1;
    return json(keys.map(({ kid }) => kid));
  }
};
console.log(JSON.stringify({ issuer: await serve(false), demanding: await serve(true), secret, client_key: clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }) }));
