// An OpenID provider for tests: the package oidc-provider, as a process of its own. Its first argument is JSON: the
// redirect URIs of the client “whm”, whose secret is “victoria”, and the files of a certificate and its key, if it should
// use HTTPS. It prints its issuer. Its pages log in any username.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import process from 'node:process';
import Provider from 'oidc-provider';

const { redirectUris, tls } = JSON.parse(process.argv[2]);
const server = tls
  ? createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) })
  : createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'whm', client_secret: 'victoria', redirect_uris: redirectUris }],
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: `${id}@staff.example`, email: `${id}@staff.example` }),
    }),
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});
