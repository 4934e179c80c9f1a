// The built server and a browser that visits it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { isSoak } from '../support/sixth.ts';
import { until } from '../support/until.ts';

const bin = resolve(__dirname, '../../bin');
export const password = 'four unusual words, Xylophone';
const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The widths of the screens on which both colour schemes are checked. CI checks one for each. */
export function widthsFor(scheme: 'light' | 'dark'): number[] {
  if (isSoak) return [1280, 360];
  return scheme === 'light' ? [1280] : [360];
}

export class Site {
  /** The URL of WHM. */
  url = '';
  /** The interface of accounts. */
  accountUrl = '';
  webmailUrl = '';
  /** The browser’s errors, such as violations of the content security policy, and the other hosts that it contacted. */
  complaints: string[] = [];
  context!: BrowserContext;
  page!: Page;
  readonly #folder = mkdtempSync(join(tmpdir(), 'whmapi1-browser-'));
  readonly #environment: NodeJS.ProcessEnv = {
    PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: this.#folder,
    WHMAPI1_STATE_DIR: join(this.#folder, 'state'),
  };
  #server: ChildProcess | undefined;
  #browser: Browser | undefined;

  /** With root and the account “bob”, whose password is `password`. */
  static async start(): Promise<Site> {
    const site = new Site();
    writeFileSync(join(site.#folder, 'password'), password);
    site.shell('whmapi1 passwd user=root --file password=./password');
    site.shell('whmapi1 createacct username=bob domain=bob.example --file password=./password');
    const ports = ['--port', '0', '--account-port', '0', '--webmail-port', '0'];
    const server = spawn(join(bin, 'whmapi1d'), ports, { env: site.#environment });
    site.#server = server;
    [site.url, site.accountUrl, site.webmailUrl] = await addressesOf(server);
    return site;
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    if (this.#server?.kill() === true) {
      // Until then, it writes into the folder.
      await once(this.#server, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Where this process finds a path in bob’s home. */
  home(path: string): string {
    return join(this.#folder, 'state/root/home/bob', path);
  }

  shell(line: string): string {
    const options = { cwd: this.#folder, env: this.#environment, encoding: 'utf8' } as const;
    return execFileSync('bash', ['-c', line], options);
  }

  /** Opens a page that shares no cookies or other state with earlier ones. They are in one browser, which takes seconds to start. */
  async open(viewport: { width: number; height: number }, colorScheme: 'light' | 'dark'): Promise<void> {
    this.#browser ??= await chromium.launch({
      executablePath: '/usr/bin/chromium-headless-shell',
      args: flags,
    });
    const context = await this.#browser.newContext({
      ignoreHTTPSErrors: true,
      permissions: ['clipboard-read', 'clipboard-write'],
      viewport,
      colorScheme,
    });
    this.context = context;
    this.complaints = [];
    context.on('request', (request) => {
      const asked = request.url();
      const isOwn = [this.url, this.accountUrl, this.webmailUrl].some((url) => asked.startsWith(`${url}/`));
      if (!asked.startsWith('data:') && !isOwn) this.complaints.push(asked);
    });
    this.page = await context.newPage();
    // Only ends what would never end.
    this.page.setDefaultTimeout(60_000);
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    this.page.on('console', (message) => {
      // A rejected login has an error status, which the browser reports.
      if (message.type() === 'error' && !message.text().includes('status of 401'))
        this.complaints.push(message.text());
    });
  }

  async logIn(url: string, user: string): Promise<void> {
    await this.page.goto(`${url}/`);
    await this.page.getByLabel('User').fill(user);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.button('Log in').click();
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  async copied(what: string): Promise<string> {
    // The page says “Copied” for two seconds, perhaps about an earlier text.
    await this.page.evaluate(`navigator.clipboard.writeText('')`);
    await this.button(`Copy ${what}`).click();
    await this.page.getByText(`Copied ${what}`).waitFor();
    let text = '';
    await until(
      async () => (text = await this.page.evaluate<string>('navigator.clipboard.readText()')) !== '',
    );
    return text;
  }

  /** Checks that everybody can read the page, and that it is not wider than the screen. */
  async check(what: string): Promise<void> {
    // A page keeps it until the next one is loaded.
    if (!(await this.page.evaluate<boolean>(`'axe' in window`))) await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<{
      violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    }>(`axe.run({ resultTypes: ['violations'], selectors: false })`);
    const found = violations.map(({ id, nodes }) => [
      id,
      nodes.map((node) => [node.html, node.failureSummary]),
    ]);
    expect([what, found]).toEqual([what, []]);
    const hidden = await this.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect([what, hidden]).toEqual([what, 0]);
  }
}

function addressesOf({ stdout }: ChildProcess): Promise<[whm: string, accounts: string, webmail: string]> {
  let text = '';
  return new Promise((found, fail) => {
    stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const [, whm] = /^listening (https:\S+)$/m.exec(text) ?? [];
      const [, accounts] = /^listening (https:\S+) for accounts$/m.exec(text) ?? [];
      const [, webmail] = /^listening (https:\S+) for webmail$/m.exec(text) ?? [];
      if (whm !== undefined && accounts !== undefined && webmail !== undefined)
        found([whm, accounts, webmail]);
    });
    stdout?.on('end', () => fail(new Error(`The server says ${JSON.stringify(text)}.`)));
  });
}
