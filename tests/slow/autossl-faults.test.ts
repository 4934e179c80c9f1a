// AutoSSL while its process is killed at each step of an order, and while the issuer is slow, gone, or lies.
import { spawn, type ChildProcess } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { AcmeProxy, type Answer } from '../support/acme-proxy.ts';
import { call, freshFolder, program } from '../support/command.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';

interface Order {
  readonly domain: string;
  readonly order_item_id: string;
}

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL', () => {
  const pebble = new Pebble({ rejectedNonces: 0 });
  const proxy = new AcmeProxy(pebble);
  const folder = freshFolder();
  const children = new Set<ChildProcess>();
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    await pebble.start();
    await proxy.start();
    environment = { ...pebble.environment, WHMAPI1_ACME_DIRECTORY: proxy.directory };
  });
  afterAll(async () => {
    proxy.stop();
    await pebble.stop();
  });
  beforeEach(async () => {
    proxy.reset();
    pebble.challenges = join(folder.state, 'root/var/lib/whmapi1-acme');
    await ok('set_tweaksetting', 'key=proxysubdomains', 'value=0');
    await ok('createacct', 'username=bob', 'domain=bob.example');
    const providers = await ok('get_autossl_providers');
    const { payload } = providers as { payload: [{ x_terms_of_service: string }] };
    // The command line decodes percent signs.
    const terms = payload[0].x_terms_of_service.replaceAll('%', '%25');
    await ok('set_autossl_provider', 'provider=LetsEncrypt', `x_terms_of_service_accepted=${terms}`);
    await ok('start_autossl_check_for_all_users');
    proxy.passed.length = 0;
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });

  async function ok(...words: string[]): Promise<unknown> {
    const { metadata, data } = await call(words, { state: folder.state, env: environment });
    expect([words[0], metadata.result, metadata.result === 1 ? '' : metadata.reason]).toEqual([
      words[0],
      1,
      '',
    ]);
    return data;
  }

  /** Runs the due tasks in a process. */
  function worker(): { readonly child: ChildProcess; readonly ended: Promise<number | string | null> } {
    const child = spawn(process.execPath, [program, '--run-tasks'], {
      env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: folder.state, ...environment },
      stdio: 'ignore',
    });
    children.add(child);
    const ended = new Promise<number | string | null>((done) =>
      child.once('close', (status, signal) => done(status ?? signal)),
    );
    return { child, ended };
  }

  async function queue(): Promise<readonly Order[]> {
    const data = (await ok('get_autossl_pending_queue')) as { pending_certificates: readonly Order[] };
    return data.pending_certificates;
  }

  /** What the web server reads for bob.example. */
  function installed(): string | undefined {
    const sites = join(folder.state, 'root/etc/ssl/whmapi1/sites');
    const name = existsSync(sites)
      ? readdirSync(sites).find((one) => one.startsWith('bob.example-'))
      : undefined;
    try {
      return name === undefined ? undefined : readFileSync(join(sites, name), 'utf8');
    } catch {
      // The next one has replaced it meanwhile.
      return undefined;
    }
  }

  const isOfIssuer = (text: string | undefined) =>
    text !== undefined && new X509Certificate(certificateIn(text)).issuer.includes('Pebble');
  const certificateIn = (text: string) =>
    /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0] ?? '';

  /** The key belongs to the certificate, all names are in it, and nothing is left. */
  async function expectInstalled(): Promise<void> {
    const text = installed() ?? '';
    if (!isOfIssuer(text)) throw new Error(`No certificate was installed. ${(await lines()).join('\n')}`);
    const certificate = new X509Certificate(certificateIn(text));
    expect(certificate.checkPrivateKey(createPrivateKey(text))).toBe(true);
    expect(certificate.subjectAltName?.split(', ').sort()).toEqual([
      ...['DNS:bob.example', 'DNS:mail.bob.example', 'DNS:www.bob.example'],
    ]);
    expect(await queue()).toEqual([]);
    expect(readdirSync(pebble.challenges)).toEqual([]);
  }

  const count = (what: string) => proxy.passed.filter((one) => one === what).length;

  // The steps of an order at pebble: its own names of the resources.
  describe.each([
    ['order-plz', 1],
    ['my-order', 1],
    ['authZ', 1],
    ['chalZ', 1],
    ['chalZ', 3],
    ['authZ', 7],
    ['finalize-order', 1],
    ['certZ', 1],
  ])('killed at the request %s, number %i', (resource, number) => {
    it.each(['before', 'after'] as const)(
      '%s the issuer has it, goes on with the same order',
      async (when) => {
        const first = worker();
        let seen = 0;
        const killAt = async (what: string, moment: 'before' | 'after') => {
          if (moment !== when || what !== `POST ${resource}` || ++seen !== number) return;
          first.child.kill('SIGKILL');
          // The request, or its answer, gets lost.
          await new Promise(() => undefined);
        };
        proxy.before = (what) => killAt(what, 'before');
        proxy.after = async (what, answer) => {
          await killAt(what, 'after');
          return answer;
        };
        const status = await first.ended;
        if (status !== 'SIGKILL') throw new Error(`It was not killed. ${(await lines()).join('\n')}`);
        const pending = await queue();
        expect(pending.map(({ domain }) => domain)).toEqual([
          'bob.example',
          'mail.bob.example',
          'www.bob.example',
        ]);
        expect(await worker().ended).toBe(0);
        await expectInstalled();
        // An order whose URL never arrived is found again in the issuer’s list.
        expect(count('POST order-plz')).toBe(1);
        expect(count('POST finalize-order')).toBe(1);
      },
    );
  });

  it('killed while the certificate is installed, installs it without another order', async () => {
    const first = worker();
    const watch = setInterval(() => {
      if (isOfIssuer(installed())) first.child.kill('SIGKILL');
    }, 1);
    await first.ended;
    clearInterval(watch);
    await worker().ended;
    await expectInstalled();
    expect(count('POST order-plz')).toBe(1);
  });

  /** The log of the last run. */
  async function lines(): Promise<string[]> {
    const { payload } = (await ok('get_autossl_logs_catalog')) as { payload: [{ start_time: string }] };
    const log = await ok('get_autossl_log', `start_time=${payload[0].start_time}`);
    const { payload: rows } = log as { payload: readonly { type: string; contents: string }[] };
    return rows.map(({ type, contents }) => `${type} ${contents}`);
  }
  const reason = async () => (await lines()).filter((line) => line.startsWith('failure ')).join('\n');

  const answerOnce = (what: string, change: (answer: Answer) => Answer | Promise<Answer>) => {
    let isDone = false;
    proxy.after = async (request, answer) => {
      if (isDone || request !== `POST ${what}`) return answer;
      isDone = true;
      return change(answer);
    };
  };

  it.each<[string, string, (answer: Answer) => Answer | Promise<Answer>, string]>([
    [
      'a certificate for another key',
      'certZ',
      async (answer) => ({
        ...answer,
        body: (await generate([{ name: 'commonName', value: 'bob.example' }], {})).cert,
      }),
      'a certificate for another key',
    ],
    ['text instead of a certificate', 'certZ', (answer) => ({ ...answer, body: 'No.' }), 'not a certificate'],
    [
      'a token that is a path',
      'authZ',
      (answer) => ({ ...answer, body: answer.body.replaceAll(/"token": "/g, '"token": "../../../etc/') }),
      'its token must be',
    ],
    ['a page instead of an order', 'my-order', (answer) => ({ ...answer, body: '<html>' }), 'not an order'],
    [
      'an order without TLS',
      'order-plz',
      (answer) => ({
        ...answer,
        headers: { ...answer.headers, location: 'http://localhost/my-order/1' },
      }),
      'not an order',
    ],
    ['two MiB', 'my-order', (answer) => ({ ...answer, body: 'x'.repeat(2_097_152) }), 'too long'],
    [
      'that a limit is reached',
      'order-plz',
      (answer) => ({
        status: 429,
        headers: { ...answer.headers, 'content-type': 'application/problem+json' },
        body: JSON.stringify({
          type: 'urn:ietf:params:acme:error:rateLimited',
          detail: 'too many certificates already issued',
        }),
      }),
      'too many certificates already issued',
    ],
  ])(
    'an issuer that answers %s is not believed, and asked again later',
    async (_what, resource, lie, text) => {
      answerOnce(resource, lie);
      await worker().ended;
      expect(await reason()).toContain(text);
      expect(isOfIssuer(installed())).toBe(false);
      expect((await queue()).length).toBe(3);
      await ok('start_autossl_check_for_all_users');
      await worker().ended;
      await expectInstalled();
    },
  );

  it('an issuer that is gone in the middle, and has forgotten everything, gets a new registration', async () => {
    proxy.after = async (what, answer) => {
      if (what === 'POST chalZ') pebble.issuer?.kill('SIGKILL');
      return answer;
    };
    await worker().ended;
    expect(await reason()).toContain('The issuer');
    expect(isOfIssuer(installed())).toBe(false);
    proxy.reset();
    await pebble.startIssuer();
    await ok('start_autossl_check_for_all_users');
    await worker().ended;
    await expectInstalled();
  });

  it('an issuer that does not answer is given up after half a minute', async () => {
    let isFirst = true;
    proxy.before = async (what) => {
      if (what !== 'POST my-order' || !isFirst) return;
      isFirst = false;
      await new Promise(() => undefined);
    };
    await worker().ended;
    expect(await reason()).toContain('did not answer in time');
    await ok('start_autossl_check_for_all_users');
    await worker().ended;
    await expectInstalled();
  });
});
