// The built server as a separate process, for attacks from other addresses of this machine, with another client that is
// served meanwhile.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const top = resolve(__dirname, '../../..');
const password = 'four unusual words, Xylophone';

export class AttackedServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'whmapi1-attacked-'));
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly token: string;
  urls: Record<'http' | 'https', string> = { http: '', https: '' };

  static async start(): Promise<AttackedServer> {
    if (!existsSync(join(top, 'dist/whmapi1d.cjs')))
      throw new Error('There is no dist/: run `npm run build` first.');
    const one = new AttackedServer();
    await one.#listening();
    for (let count = 0; count < 20; count++) await one.call();
    return one;
  }

  private constructor() {
    const environment = { PATH: process.env.PATH, WHMAPI1_STATE_DIR: join(this.#folder, 'state') };
    const run = (...words: string[]) =>
      execFileSync(join(top, 'bin/whmapi1'), ['--output=json', ...words], {
        env: environment,
        encoding: 'utf8',
      });
    writeFileSync(join(this.#folder, 'password'), password);
    run('passwd', 'user=root', '--file', `password=${join(this.#folder, 'password')}`);
    this.token = (
      JSON.parse(run('api_token_create', 'token_name=victim')) as { data: { token: string } }
    ).data.token;
    this.#child = spawn(join(top, 'bin/whmapi1d'), ['--port=0', '--http-port=0', '--log-level=silent'], {
      // A heap that grows beyond this limit, because it leaks memory, ends the process. Garbage is collected early,
      // however
      // busy the machine is.
      env: { ...environment, NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=4' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = new Promise((done) => this.#child.once('exit', done));
  }

  /** How many milliseconds a call of another address takes. It fails if the response is wrong. */
  async call(): Promise<number> {
    const began = performance.now();
    const body = await new Promise<string>((done, fail) => {
      const options = { agent: this.#agent, headers: { authorization: `whm root:${this.token}` } };
      get(`${this.urls.http}/json-api/version?api.version=1`, options, (answer) => {
        text(answer).then(done, fail);
      }).on('error', fail);
    });
    expect(body).toContain('"result":1');
    return performance.now() - began;
  }

  /** Makes calls until the attack is over, and returns the times in order. */
  async callDuring(attack: Promise<unknown>, atLeastMs = 0): Promise<number[]> {
    const state = { isOver: false };
    const began = performance.now();
    const over = attack.finally(() => (state.isOver = true));
    const times: number[] = [];
    while (!state.isOver || performance.now() - began < atLeastMs) {
      times.push(await this.call());
      await new Promise((done) => setTimeout(done, 10));
    }
    await over;
    return times.sort((a, b) => a - b);
  }

  /** Milliseconds of processor time that the process has used. Other busy processes do not affect it. */
  get spentMs(): number {
    const [, fields = ''] = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return 10 * ((user ?? NaN) + (system ?? NaN));
  }

  /** Mebibytes of memory that the process uses at the moment. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#child.kill('SIGKILL');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #listening(): Promise<void> {
    return new Promise((ready, fail) => {
      void this.#ended.then(() => fail(new Error('The server ended.')));
      if (this.#child.stdout === null) return;
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const [, url = '', scheme] = /^listening ((https?):\S+)$/.exec(line) ?? [];
        if (scheme === 'http' || scheme === 'https') this.urls[scheme] = url;
        if (this.urls.http !== '' && this.urls.https !== '') ready();
      });
    });
  }
}

/**
 * Checks that calls succeed during an attack. Without limits, each waited for nearly a minute. A busy machine makes
 * some calls slow, but not most of them that slow.
 */
export function expectServed(sorted: readonly number[]): void {
  expect(sorted.length).toBeGreaterThan(2);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(10_000);
}
