// AutoSSL while its process is killed at each step of an order, and while the issuer is slow, gone, or lies.
import { spawn, type ChildProcess } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { createApplication, root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Json } from '../../src/core/values.ts';
import { AcmeProxy, type Answer } from '../support/acme-proxy.ts';
import { program } from '../support/command.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';
import { isSoak, sixth } from '../support/sixth.ts';
import { oneByOne, together } from '../support/together.ts';

interface Order {
  readonly domain: string;
  readonly order_item_id: string;
}

/** One process must not undo the plans of two installations at once. */
const inTurn = oneByOne();

const isOfIssuer = (text: string | undefined) =>
  text !== undefined && new X509Certificate(certificateIn(text)).issuer.includes('Pebble');
const certificateIn = (text: string) =>
  /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0] ?? '';

/** An installation with an account and an order that is due, and a proxy of its own before the issuer. */
class Place {
  readonly #folder = mkdtempSync(join(tmpdir(), 'whmapi1-autossl-'));
  readonly #state = join(this.#folder, 'state');
  readonly #challenges = join(this.#state, 'root/var/lib/whmapi1-acme');
  readonly #children = new Set<ChildProcess>();
  readonly proxy: AcmeProxy;

  private constructor(private readonly pebble: Pebble) {
    this.proxy = new AcmeProxy(pebble);
  }

  static async use(pebble: Pebble, work: (place: Place) => Promise<void>): Promise<void> {
    const place = new Place(pebble);
    try {
      await place.#prepare();
      await work(place);
    } finally {
      place.#remove();
    }
  }

  async #prepare(): Promise<void> {
    await this.proxy.start();
    this.pebble.challenges.add(this.#challenges);
    await this.ok('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    await this.ok('createacct', { username: 'bob', domain: 'bob.example' });
    const providers = await this.ok('get_autossl_providers');
    const { payload } = providers as { payload: [{ x_terms_of_service: string }] };
    await this.ok('set_autossl_provider', {
      provider: 'LetsEncrypt',
      x_terms_of_service_accepted: payload[0].x_terms_of_service,
    });
    await this.ok('start_autossl_check_for_all_users');
    this.proxy.passed.length = 0;
  }

  #remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    this.proxy.stop();
    this.pebble.challenges.delete(this.#challenges);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  get #environment(): Readonly<Record<string, string>> {
    return {
      ...this.pebble.environment,
      WHMAPI1_STATE_DIR: this.#state,
      WHMAPI1_ACME_DIRECTORY: this.proxy.directory,
    };
  }

  /** Makes a call in this process. @returns its data. */
  ok(command: string, given: Readonly<Record<string, Json>> = {}): Promise<unknown> {
    return inTurn(async () => {
      const application = createApplication(this.#environment);
      try {
        const args = Object.entries(given).map(([name, value]) => ({ name, value }));
        const { metadata, data } = await dispatch({ command, args, dryRun: false }, root, application.engine);
        const reason = metadata.result === 1 ? '' : metadata.reason;
        expect([command, metadata.result, reason]).toEqual([command, 1, '']);
        return data;
      } finally {
        application.close();
      }
    });
  }

  /** Runs the due tasks in a process. */
  worker(): { readonly child: ChildProcess; readonly ended: Promise<number | string | null> } {
    const child = spawn(process.execPath, [program, '--run-tasks'], {
      env: { PATH: process.env.PATH, ...this.#environment },
      stdio: 'ignore',
    });
    this.#children.add(child);
    const ended = new Promise<number | string | null>((done) =>
      child.once('close', (status, signal) => done(status ?? signal)),
    );
    return { child, ended };
  }

  async queue(): Promise<readonly Order[]> {
    const data = (await this.ok('get_autossl_pending_queue')) as { pending_certificates: readonly Order[] };
    return data.pending_certificates;
  }

  /** What the web server reads for bob.example. */
  installed(): string | undefined {
    const sites = join(this.#state, 'root/etc/ssl/whmapi1/sites');
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

  /** The key belongs to the certificate, all names are in it, and nothing is left. */
  async expectInstalled(): Promise<void> {
    const text = this.installed() ?? '';
    if (!isOfIssuer(text)) {
      throw new Error(`No certificate was installed. ${(await this.lines()).join('\n')}`);
    }
    const certificate = new X509Certificate(certificateIn(text));
    expect(certificate.checkPrivateKey(createPrivateKey(text))).toBe(true);
    expect(certificate.subjectAltName?.split(', ').sort()).toEqual([
      ...['DNS:bob.example', 'DNS:mail.bob.example', 'DNS:www.bob.example'],
    ]);
    expect(await this.queue()).toEqual([]);
    expect(readdirSync(this.#challenges)).toEqual([]);
  }

  /** How often the issuer got such a request. */
  count(what: string): number {
    return this.proxy.passed.filter((one) => one === what).length;
  }

  /** The log of the last run. */
  async lines(): Promise<string[]> {
    const { payload } = (await this.ok('get_autossl_logs_catalog')) as { payload: [{ start_time: string }] };
    const log = await this.ok('get_autossl_log', { start_time: payload[0].start_time });
    const { payload: rows } = log as { payload: readonly { type: string; contents: string }[] };
    return rows.map(({ type, contents }) => `${type} ${contents}`);
  }

  async reason(): Promise<string> {
    return (await this.lines()).filter((line) => line.startsWith('failure ')).join('\n');
  }

  /** Changes the first answer to such a request. */
  answerOnce(what: string, change: (answer: Answer) => Answer | Promise<Answer>): void {
    let isDone = false;
    this.proxy.after = async (request, answer) => {
      if (isDone || request !== `POST ${what}`) return answer;
      isDone = true;
      return change(answer);
    };
  }
}

type Case = readonly [name: string, test: () => Promise<void>];

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL', () => {
  const pebble = new Pebble({ rejectedNonces: 0 });
  beforeAll(() => pebble.start());
  afterAll(() => pebble.stop());
  const inPlace = (name: string, test: (place: Place) => Promise<void>): Case => [
    name,
    () => Place.use(pebble, test),
  ];

  // The steps of an order at pebble: its own names of the resources.
  const killed = (
    [
      ['order-plz', 1],
      ['my-order', 1],
      ['authZ', 1],
      ['chalZ', 1],
      ['chalZ', 3],
      ['authZ', 7],
      ['finalize-order', 1],
      ['certZ', 1],
    ] as const
  ).flatMap(([resource, number]) =>
    (['before', 'after'] as const).map((when) =>
      inPlace(
        `killed at the request ${resource}, number ${number}, ${when} the issuer has it, goes on with the same order`,
        async (place) => {
          const first = place.worker();
          let seen = 0;
          const killAt = async (what: string, moment: 'before' | 'after') => {
            if (moment !== when || what !== `POST ${resource}` || ++seen !== number) return;
            first.child.kill('SIGKILL');
            // The request, or its answer, gets lost.
            await new Promise(() => undefined);
          };
          place.proxy.before = (what) => killAt(what, 'before');
          place.proxy.after = async (what, answer) => {
            await killAt(what, 'after');
            return answer;
          };
          const status = await first.ended;
          if (status !== 'SIGKILL') throw new Error(`It was not killed. ${(await place.lines()).join('\n')}`);
          const pending = await place.queue();
          expect(pending.map(({ domain }) => domain)).toEqual([
            'bob.example',
            'mail.bob.example',
            'www.bob.example',
          ]);
          expect(await place.worker().ended).toBe(0);
          await place.expectInstalled();
          // An order whose URL never arrived is found again in the issuer’s list.
          expect(place.count('POST order-plz')).toBe(1);
          expect(place.count('POST finalize-order')).toBe(1);
        },
      ),
    ),
  );

  const killedAtTheEnd = inPlace(
    'killed while the certificate is installed, installs it without another order',
    async (place) => {
      const first = place.worker();
      const watch = setInterval(() => {
        if (isOfIssuer(place.installed())) first.child.kill('SIGKILL');
      }, 1);
      await first.ended;
      clearInterval(watch);
      await place.worker().ended;
      await place.expectInstalled();
      expect(place.count('POST order-plz')).toBe(1);
    },
  );

  const lies: [string, string, (answer: Answer) => Answer | Promise<Answer>, string][] = [
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
  ];
  const lied = lies.map(([what, resource, lie, text]) =>
    inPlace(`an issuer that answers ${what} is not believed, and asked again later`, async (place) => {
      place.answerOnce(resource, lie);
      await place.worker().ended;
      expect(await place.reason()).toContain(text);
      expect(isOfIssuer(place.installed())).toBe(false);
      expect((await place.queue()).length).toBe(3);
      await place.ok('start_autossl_check_for_all_users');
      await place.worker().ended;
      await place.expectInstalled();
    }),
  );

  const silent = inPlace('an issuer that does not answer is given up after half a minute', async (place) => {
    let isFirst = true;
    place.proxy.before = async (what) => {
      if (what !== 'POST my-order' || !isFirst) return;
      isFirst = false;
      await new Promise(() => undefined);
    };
    await place.worker().ended;
    expect(await place.reason()).toContain('did not answer in time');
    await place.ok('start_autossl_check_for_all_users');
    await place.worker().ended;
    await place.expectInstalled();
  });

  // The one that waits for half a minute begins first. CI leaves it out.
  together(4, [...(isSoak ? [silent] : []), ...sixth(killed), killedAtTheEnd, ...sixth(lied)]);

  it('an issuer that is gone in the middle, and has forgotten everything, gets a new registration', () =>
    Place.use(pebble, async (place) => {
      place.proxy.after = async (what, answer) => {
        if (what === 'POST chalZ') pebble.issuer?.kill('SIGKILL');
        return answer;
      };
      await place.worker().ended;
      expect(await place.reason()).toContain('The issuer');
      expect(isOfIssuer(place.installed())).toBe(false);
      place.proxy.reset();
      await pebble.startIssuer();
      await place.ok('start_autossl_check_for_all_users');
      await place.worker().ended;
      await place.expectInstalled();
    }));
});
