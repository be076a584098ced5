// A certified OpenID provider with a handful of accounts, for the tests. Its argument is JSON: port, where browsers go
// back to, the secret of the client, and the algorithm of ID tokens.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const { port, back, secret, alg } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

const pairs = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('ed25519'),
];
const keys = pairs.map(({ privateKey }, n) => ({ ...privateKey.export({ format: 'jwk' }), kid: `k${n}`, use: 'sig' }));

// Who may sign in: with any password. The name of an account is the part before the @.
const groups = { noor: ['Beheer'], bram: ['Directie'], an: [], left: [] };

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'sluis',
    client_secret: secret,
    redirect_uris: [back],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: alg,
  }],
  jwks: { keys },
  cookies: { keys: ['for the tests only'] },
  pkce: { required: () => true },
  scopes: ['openid', 'email', 'profile', 'groups'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `Account ${id}`,
      email: `${id}@linde.example`,
      email_verified: id !== 'unverified',
      groups: groups[id] ?? [],
    }),
  }),
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));
