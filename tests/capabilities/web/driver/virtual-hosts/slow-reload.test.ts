// An Apache that takes longer to read its configuration than this program waits before it repeats a request.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  reload,
  type ApacheServer,
} from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import {
  DIRECTORIES,
  GENERATION,
} from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';

/** The seconds that pass, for this program, between two of its questions to Apache. */
const STEP_SECONDS = 8;

let folder: string;
let server: Server;
let seconds: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slow-apache-'));
  mkdirSync(join(folder, 'root/etc/apache2/whmapi1'), { recursive: true });
  seconds = 0;
  const start = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => start + 1000 * seconds);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

/** Reads the generation when a reload begins, and works with it so many seconds later. One request can wait. */
class SlowApache {
  requests = 0;
  #served = 1;
  #isWaiting = false;
  #reading: { readonly generation: number; readonly until: number } | undefined;
  readonly #takes: number;

  constructor(takes: number) {
    this.#takes = takes;
  }

  request(): void {
    this.requests += 1;
    if (this.#reading === undefined) this.#read();
    else this.#isWaiting = true;
  }

  #read(): void {
    const text = readFileSync(join(folder, 'root', GENERATION), 'utf8');
    this.#reading = { generation: Number(/(\d+)\n$/.exec(text)?.[1]), until: seconds + this.#takes };
  }

  /** The generation that answers now. */
  answer(): number {
    if (this.#reading !== undefined && seconds >= this.#reading.until) {
      this.#served = this.#reading.generation;
      this.#reading = undefined;
      if (this.#isWaiting) this.#read();
      this.#isWaiting = false;
    }
    return this.#served;
  }
}

async function reloaded(takes: number, stopAtSecond = Infinity): Promise<SlowApache> {
  const stop = new AbortController();
  const apache = new SlowApache(takes);
  server = createServer((_request, response) => {
    response.setHeader('whmapi1-configuration', apache.answer()).end();
    seconds += STEP_SECONDS;
    if (seconds >= stopAtSecond) stop.abort();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: http } = server.address() as AddressInfo;
  const machine = sandboxMachine(folder, () => Date.now());
  const [files, tools, services] = [
    await machine.files(DIRECTORIES),
    await machine.tools([]),
    await machine.services(),
  ];
  const unused = () => Promise.reject(new Error('not used'));
  const fake: ApacheServer = {
    ports: { http, https: 0 },
    isServed: () => Promise.resolve(true),
    state: () => Promise.resolve('active'),
    test: () => Promise.resolve(undefined),
    reload: () => Promise.resolve(apache.request()),
    ...{ accepts: unused, requestReload: unused, restart: unused },
  };
  await reload(fake, { files, tools, services }, stop.signal);
  return apache;
}

it.each([1, 29, 31, 70, 110])('a reload that takes %d seconds counts once it is done', async (takes) => {
  const { requests } = await reloaded(takes);
  // The reload itself, and at most one request in each half minute, in case Apache has forgotten it.
  expect(requests).toBeLessThanOrEqual(1 + Math.ceil(takes / 30));
  expect(seconds).toBeLessThan(takes + 5 * STEP_SECONDS);
});

it('fails, with advice, if Apache never works with it', async () => {
  await expect(reloaded(1000)).rejects.toThrow(
    /^Apache does not use “.+” after it was reloaded\. .* journalctl -u apache2$/,
  );
});

it('is not waited for by a server that stops', async () => {
  await expect(reloaded(100, 40)).rejects.toThrow('aborted');
  expect(seconds).toBeLessThan(40 + 2 * STEP_SECONDS);
});
