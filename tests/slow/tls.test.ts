// Certificates on a real Apache, as TLS clients see them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { get as getByTls } from 'node:https';
import { connect } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import write from '../../src/capabilities/certificates/driver/steps/write.ts';
import remove from '../../src/capabilities/certificates/driver/steps/remove.ts';
import type { Machine } from '../../src/core/machine.ts';
import { checkCertificate } from '../../src/capabilities/certificates/rules/checked.ts';
import type { NewCertificate } from '../../src/capabilities/certificates/rules/installed.ts';
import { newCertificate } from '../../src/capabilities/certificates/rules/new-certificate.ts';
import { Authority } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';

const now = Date.now();
const year = new Date(now).getUTCFullYear();
const dates = { from: `${year - 1}-01-01`, until: `${year + 1}-12-31` };

describeWith(['apache2', 'openssl'], 'certificates on Apache', () => {
  let root: Authority;
  let middle: Authority;
  let apache: PrivateApache;
  let here: Installation;
  beforeAll(async () => {
    root = await Authority.root('Test Root', dates);
    middle = await root.intermediate('Test Intermediate', dates);
  });
  beforeEach(async () => {
    apache = await PrivateApache.start();
    here = new Installation();
  });
  afterEach(async () => {
    await apache.close();
    here.remove();
  });

  /** A machine is more than what these steps use of it. */
  const machine = () => apache.machine as unknown as Machine;
  const workOf = (input: NewCertificate) => {
    return { input, memento: { wasThere: false }, secret: '', sealer: here.engine.sealer };
  };

  /** What installssl plans, with this Apache. */
  async function install(username: string, domains: readonly string[], former?: NewCertificate) {
    const [servername = '', ...aliases] = domains;
    const issued = await middle.issue({ ...dates, domains });
    const checked = checkCertificate({ ...issued, cab: middle.crt }, now);
    const { sealer, store } = here.engine;
    const input = await store.transaction('reads', async (db) => ({
      value: await newCertificate({ db, sealer }, { username, servername }, checked),
      keep: false,
    }));
    await write.apply(machine(), workOf(input));
    const step = apache.apache.change(username, {
      ...{ username, home: `/home/${username}`, addresses: { ipv4: null, ipv6: null } },
      ...{ isSuspended: false, isOverLimit: false, hasCgi: false },
      hosts: [
        {
          ...{ servername, aliases, documentRoot: `/home/${username}/public_html` },
          certificate: { path: input.path, id: input.digest },
        },
      ],
    });
    await step.apply(apache.machine, await step.prepare(apache.machine));
    if (former !== undefined) await remove.apply(machine(), workOf(former));
    return { input, issued };
  }

  interface Peer {
    readonly names: string;
    readonly error: string;
    readonly protocol: string | null;
  }

  /** What a client that trusts the root learns about the server of this name. */
  const peerOf = (servername: string): Promise<Peer> =>
    new Promise((done, fail) => {
      const options = { host: '127.0.0.1', port: apache.ports.https, servername, ca: root.crt };
      const socket = connect({ ...options, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
        const { subjectaltname = '' } = socket.getPeerCertificate();
        const error = String((socket.authorizationError as Error | undefined) ?? '');
        done({ names: subjectaltname, error, protocol: socket.getProtocol() });
        socket.destroy();
      });
      socket.on('error', fail);
    });

  it('each host gets its own by SNI, with a chain that clients verify', async () => {
    await install('bob', ['bob.example', 'www.bob.example']);
    await install('ann', ['ann.example']);
    const ofBob = { names: 'DNS:bob.example, DNS:www.bob.example', error: '', protocol: 'TLSv1.3' };
    expect(await peerOf('bob.example')).toEqual(ofBob);
    expect(await peerOf('www.bob.example')).toEqual(ofBob);
    expect(await peerOf('ann.example')).toEqual({ names: 'DNS:ann.example', error: '', protocol: 'TLSv1.3' });
    // An unknown name gets no customer's certificate.
    expect((await peerOf('other.example')).names).not.toMatch(/bob|ann/);
  });

  it('TLS 1.2 and 1.3 with modern ciphers are accepted, and nothing older', async () => {
    await install('bob', ['bob.example']);
    const tryProtocol = (...words: readonly string[]) => {
      const target = ['-connect', `127.0.0.1:${apache.ports.https}`, '-servername', 'bob.example'];
      return spawnSync('openssl', ['s_client', ...target, ...words], { input: '', encoding: 'utf8' });
    };
    for (const protocol of ['-tls1_2', '-tls1_3']) {
      expect(tryProtocol(protocol).stdout).toMatch(/^New, TLSv1\.[23], Cipher is .*(?:GCM|CHACHA20)/m);
    }
    for (const protocol of ['-tls1', '-tls1_1']) {
      const { stderr } = tryProtocol(protocol, '-cipher', 'ALL:@SECLEVEL=0');
      expect(stderr).toMatch(/alert protocol version|alert handshake failure/);
    }
    for (const cipher of ['AES128-SHA', 'ECDHE-ECDSA-AES128-SHA', 'NULL', 'aNULL']) {
      const { stderr } = tryProtocol('-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`);
      expect([cipher, stderr]).toEqual([cipher, expect.stringMatching(/alert handshake failure/)]);
    }
  });

  it('a renewed certificate replaces the former one without a failed request', async () => {
    apache.write('/home/bob/public_html/index.html', 'of bob');
    let { input } = await install('bob', ['bob.example']);
    let count = 0;
    const failures: string[] = [];
    const visit = { isOver: false };
    const fetchPage = () =>
      new Promise<void>((done) => {
        const options = {
          host: '127.0.0.1',
          port: apache.ports.https,
          servername: 'bob.example',
          ca: root.crt,
        };
        getByTls({ ...options, path: '/', headers: { host: 'bob.example' }, agent: false }, (response) => {
          count += 1;
          if (response.statusCode !== 200) failures.push(`status ${response.statusCode}`);
          response.resume().on('end', done);
        }).on('error', (error) => {
          failures.push(error.message);
          done();
        });
      });
    const visitor = (async () => {
      while (!visit.isOver) await fetchPage();
    })();
    for (let renewals = 0; renewals < 5; renewals++) {
      const before = count;
      ({ input } = await install('bob', ['bob.example'], input));
      while (count < before + 5) await pause(5);
    }
    visit.isOver = true;
    await visitor;
    expect(failures).toEqual([]);
    expect(readdirSync(apache.path('/etc/ssl/whmapi1/sites'))).toHaveLength(1);
  });

  it('a key of another certificate never reaches Apache', async () => {
    const { input } = await install('bob', ['bob.example']);
    const other = (await install('ann', ['ann.example'])).input;
    const mixed = { ...input, digest: 'f'.repeat(64), path: `${input.path}.new`, ...keyOf(other) };
    await expect(write.apply(machine(), workOf(mixed))).rejects.toThrow(
      'The key for “bob.example” does not belong to its certificate.',
    );
    expect(readdirSync(apache.path('/etc/ssl/whmapi1/sites'))).toHaveLength(2);
    expect((await peerOf('bob.example')).error).toBe('');
  });
});

const keyOf = ({ sealedKey, keyPurpose }: NewCertificate) => ({ sealedKey, keyPurpose });
