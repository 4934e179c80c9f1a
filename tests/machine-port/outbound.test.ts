// Requests to addresses that callers choose: the guard against private addresses, and limits. The servers are real ones on
// 127.0.0.1, which a test has to allow.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { run } from '../../src/machine/linux/run.ts';
import { Sendmail, StoredMail } from '../../src/machine/outbound/mailers.ts';
import { Outbound, type OutboundOptions } from '../../src/machine/outbound/outbound.ts';
import { PublicAddresses } from '../../src/machine/outbound/public-addresses.ts';

const directory = mkdtempSync(join(tmpdir(), 'whmapi1-outbound-'));
const certificates = join(directory, 'ca.pem');
let keys: { cert: string; key: string };
beforeAll(async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'hook.example' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'hook.example' }] }],
  });
  keys = { cert, key };
  writeFileSync(certificates, cert);
});
afterAll(() => rmSync(directory, { recursive: true }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(keys, listener);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}

const loopback = [{ address: '127.0.0.1', family: 4 }];
const outbound = (options: OutboundOptions = {}) =>
  new Outbound({ networks: ['127.0.0.0/8'], certificates, lookup: async () => loopback, ...options });
const get = { method: 'GET', maxBytes: 1000, limitMs: 60_000 } as const;

describe('public addresses', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    '%s is one',
    (address) => expect(new PublicAddresses().includes(address)).toBe(true),
  );

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1'],
    ...[
      '172.31.255.255',
      '192.168.1.1',
      '192.0.2.1',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b::808:808'],
    ...[
      '64:ff9b:1::1',
      'fe80::1',
      'fec0::1',
      'fc00::1',
      'fd12:3456::1',
      'ff02::1',
      '2002:7f00:1::',
      '2001::1',
    ],
    ...['2001:db8::1', '4000::1', 'not an address', ''],
  ])('“%s” is none', (address) => expect(new PublicAddresses().includes(address)).toBe(false));

  it('can be allowed by network, and only that network', () => {
    const addresses = new PublicAddresses(['10.1.0.0/16', 'fd00::5', '127.0.0.1']);
    expect(['10.1.9.9', 'fd00::5', '127.0.0.1'].map((one) => addresses.includes(one))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['10.2.0.1', 'fd00::6', '127.0.0.2'].map((one) => addresses.includes(one))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', '::/129', 'localhost', '10.0.0.0/', '10.0.0.0/x'])(
    'does not accept %s as a network',
    (network) => expect(() => new PublicAddresses([network])).toThrow('WHMAPI1_OUTBOUND_NETWORKS'),
  );
});

describe('a request', () => {
  it('is sent with its headers and body, and the response is returned', async () => {
    let body = '';
    const port = await serve((request, response) => {
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        response.writeHead(201, 'Made', { 'x-sent': request.headers['x-sent'] });
        response.end(`${request.method} ${request.url} ${request.headers.host}`);
      });
    });
    const response = await outbound().send({
      ...{ ...get, method: 'POST', url: `https://hook.example:${port}/a?b=c`, body: 'größe=1' },
      headers: { 'x-sent': 'yes' },
    });
    expect(response).toMatchObject({ status: 201, reason: 'Made', protocol: 'HTTP/1.1', isCut: false });
    expect(response.headers['x-sent']).toBe('yes');
    expect(response.content).toBe(`POST /a?b=c hook.example:${port}`);
    expect(body).toBe('größe=1');
  });

  it.each([
    ['https://127.0.0.1/secret', '127.0.0.1 is not a public address'],
    ['https://2130706433/', '127.0.0.1 is not a public address'],
    ['https://0x7f.1/', '127.0.0.1 is not a public address'],
    ['https://169.254.169.254/latest/meta-data', '169.254.169.254 is not a public address'],
    ['https://[::1]/', '::1 is not a public address'],
    ['https://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe is not a public address'],
    ['https://[64:ff9b::a9fe:a9fe]/', '64:ff9b::a9fe:a9fe is not a public address'],
    ['http://example.com/', 'must begin with https://'],
    ['https://user:word@example.com/', 'without a username or password'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['example.com', 'must begin with https://'],
  ])('to %s is rejected before any connection', async (url, reason) => {
    const sent = new Outbound({ lookup: async () => [] }).send({ ...get, url });
    await expect(sent).rejects.toMatchObject({ name: 'MachineError', code: 'not_ours' });
    await expect(sent).rejects.toThrow(reason);
    await expect(sent).rejects.not.toThrow('secret');
  });

  it('to a name with any private address is rejected, in IPv4 and IPv6', async () => {
    for (const address of ['10.0.0.1', '::1', '169.254.169.254', '::ffff:10.0.0.1']) {
      const lookup = async () => [
        { address: '8.8.8.8', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ];
      await expect(new Outbound({ lookup }).send({ ...get, url: 'https://rebind.example/' })).rejects.toThrow(
        `“rebind.example” has the address ${address}, which is not a public address`,
      );
    }
  });

  it('looks the name up once, so a second answer cannot lead elsewhere', async () => {
    const port = await serve((_request, response) => response.end('here'));
    let lookups = 0;
    const lookup = async () => {
      lookups += 1;
      return lookups === 1 ? loopback : [{ address: '10.0.0.1', family: 4 }];
    };
    const { content } = await outbound({ lookup }).send({ ...get, url: `https://hook.example:${port}/` });
    expect([content, lookups]).toEqual(['here', 1]);
  });

  it('does not follow a redirect', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(302, { location: 'https://169.254.169.254/' }).end(),
    );
    const { status, headers } = await outbound().send({ ...get, url: `https://hook.example:${port}/` });
    expect([status, headers.location]).toEqual([302, 'https://169.254.169.254/']);
  });

  it('cuts a body that never ends', async () => {
    const port = await serve((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    const { content, isCut } = await outbound().send({ ...get, url: `https://hook.example:${port}/` });
    expect([content.length, isCut]).toEqual([1000, true]);
  });

  it('ends after its time, in the lookup, before the headers, and in the body', async () => {
    const url = async (listener: RequestListener) => `https://hook.example:${await serve(listener)}/secret`;
    const never = new Promise<never>(() => undefined);
    const silent = await url(() => undefined);
    const slow = await url((_request, response) => response.write('a'));
    for (const [from, to] of [
      [outbound({ lookup: () => never }), 'https://hook.example/secret'],
      [outbound(), silent],
      [outbound(), slow],
    ] as const) {
      const sent = from.send({ ...get, url: to, limitMs: 50 });
      await expect(sent).rejects.toThrow(
        /^https:\/\/hook\.example\S* does not respond within 0\.05 seconds\.$/,
      );
    }
  });

  it('needs a certificate that is trusted and names the host', async () => {
    const port = await serve((_request, response) => response.end());
    const untrusted = outbound({ certificates: undefined }).send({
      ...get,
      url: `https://hook.example:${port}/`,
    });
    await expect(untrusted).rejects.toThrow(
      'has a certificate that is not trusted: it is self-signed. To trust it, set WHMAPI1_OUTBOUND_CERTIFICATES to a PEM file',
    );
    const other = outbound().send({ ...get, url: `https://other.example:${port}/` });
    await expect(other).rejects.toThrow('has a certificate that is not trusted: it is for another name');
  });

  it('fails without a server', async () => {
    await expect(outbound().send({ ...get, url: 'https://hook.example:1/secret' })).rejects.toThrow(
      'https://hook.example:1 refuses connections.',
    );
    const lookup = async () => Promise.reject(Object.assign(new Error('secret'), { code: 'ENOTFOUND' }));
    await expect(outbound({ lookup }).send({ ...get, url: 'https://hook.example/' })).rejects.toThrow(
      'https://hook.example has no address: the name does not exist.',
    );
  });
});

describe('mail', () => {
  const mail = {
    from: 'root@server.example.com',
    to: ['ann@example.com', 'bo@example.com'] as [string, string],
  };
  const content = 'Subject: Hi\n\n.\nline\n';

  it('is handed to sendmail on standard input, with the addresses as arguments', async () => {
    const program = join(directory, 'sendmail');
    const record = join(directory, 'record');
    writeFileSync(program, `#!/bin/sh\necho "$@" > ${record}\ncat >> ${record}\n`);
    chmodSync(program, 0o755);
    await new Sendmail(run, program).send({ ...mail, content });
    expect(readFileSync(record, 'utf8')).toBe(
      `-i -f root@server.example.com -- ann@example.com bo@example.com\n${content}`,
    );
  });

  it('that is not accepted is an error with the complaint', async () => {
    const program = join(directory, 'broken-sendmail');
    writeFileSync(program, '#!/bin/sh\necho "queue is full" >&2\nexit 75\n');
    chmodSync(program, 0o755);
    await expect(new Sendmail(run, program).send({ ...mail, content })).rejects.toThrow('queue is full');
    await expect(new Sendmail(run, join(directory, 'none')).send({ ...mail, content })).rejects.toThrow(
      'is not installed.',
    );
  });

  it.each(['-oQ/tmp', 'a b@example.com', 'ann@example.com\nbcc: x@y.z', '|/bin/sh', ''])(
    'is never sent to “%s”',
    async (address) => {
      const mailer = new Sendmail(() => Promise.reject(new Error('was run')), 'sendmail');
      await expect(mailer.send({ from: mail.from, to: [address], content })).rejects.toThrow(TypeError);
    },
  );

  it('is stored in a sandbox', async () => {
    const mailer = new StoredMail(join(directory, 'mail'), () => 1_000);
    await mailer.send({ ...mail, content });
    const names = readdirSync(join(directory, 'mail'));
    expect(names).toEqual([expect.stringMatching(/^1000-[\w-]+\.eml$/)]);
    expect(readFileSync(join(directory, 'mail', names[0] ?? ''), 'utf8')).toBe(content);
  });
});
