// Runs in the network of a machine: an identity provider, and a browser without a screen that logs in to whmapi1d with
// it. Its arguments are the files of the provider’s certificate and key. Prints the provider’s issuer. After a line on standard input, it logs in, and prints what a call then answers.
import { once } from 'node:events';
import { OpenIdProvider } from '../support/openid-provider.ts';

const SERVER = 'https://127.0.0.1:2087';

interface Visited {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

const cookies = new Map<string, string>();

async function visit(path: string): Promise<Visited> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const reply = await fetch(`${SERVER}${path}`, {
    redirect: 'manual',
    headers: { accept: 'text/html', cookie },
  });
  for (const line of reply.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    cookies.set(name, value);
  }
  return {
    status: reply.status,
    location: reply.headers.get('location') ?? '',
    text: await reply.text(),
  };
}

async function main([cert = '', key = '']: readonly string[]): Promise<void> {
  const redirects = [`${SERVER}/openid_connect_callback/staff`];
  const provider = await OpenIdProvider.start(redirects, { cert, key });
  console.log(provider.issuer);
  await once(process.stdin, 'data');
  const begun = await visit('/openid_connect/staff');
  const back = await provider.logIn(begun.location, 'alice');
  const { status, location } = await visit(back.slice(SERVER.length));
  const answer = await visit(`${location.replace(/\/$/, '')}/json-api/myprivs?api.version=1`);
  console.log(JSON.stringify({ begun: begun.status, status, location, answer: answer.text }));
  await provider.stop();
  process.exit(0);
}

void main(process.argv.slice(2));
