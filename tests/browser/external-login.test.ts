// A login through an identity provider in a real browser, against the built server and the package oidc-provider.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import axe from 'axe-core';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { OpenIdProvider } from '../support/openid-provider.ts';

const bin = resolve(__dirname, '../../bin');
const password = 'four unusual words, Xylophone';
const secret = 'WJ73QJSKZBXCIFPZ';
const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

let folder: string;
let environment: NodeJS.ProcessEnv;
let server: ChildProcess;
let url: string;
let provider: OpenIdProvider;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-browser-'));
  environment = {
    PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: folder,
    WHMAPI1_STATE_DIR: join(folder, 'state'),
    WHMAPI1_LOOPBACK_IDENTITY_PROVIDERS: '1',
  };
  writeFileSync(join(folder, 'password'), password);
  shell('whmapi1 passwd user=root --file password=./password');
  server = spawn(join(bin, 'whmapi1d'), ['--port', '0'], { env: environment });
  url = await addressOf(server);
  provider = await OpenIdProvider.start([`${url}/openid_connect_callback/staff`]);
  const configurations = { client_id: 'whm', client_secret: 'victoria', issuer: provider.issuer };
  writeFileSync(join(folder, 'configurations'), JSON.stringify(configurations));
  const about = 'provider_id=staff service_name=whostmgrd';
  shell(`whmapi1 set_provider_client_configurations ${about} --file configurations=./configurations`);
  const display = '{"display_name":"Example Staff","color":"1f5f3f","textcolor":"ffffff"}';
  shell(`whmapi1 set_provider_display_configurations ${about} configurations='${display}'`);
  shell(`whmapi1 enable_authentication_provider ${about}`);
  context = await chromium.launchPersistentContext(mkdtempSync(join(folder, 'profile-')), {
    executablePath: '/usr/bin/chromium-headless-shell',
    args: flags,
    ignoreHTTPSErrors: true,
    viewport: { width: 900, height: 760 },
  });
  // The provider’s pages ask for fonts on the Internet.
  await context.route(/^https?:\/\/(?!127\.0\.0\.1:)/, (route) => route.abort());
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(30_000);
});
afterAll(async () => {
  await context.close();
  await provider.stop();
  server.kill();
  // Until then, it writes into the folder.
  await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

function shell(line: string): string {
  return execFileSync('bash', ['-c', line], { cwd: folder, env: environment, encoding: 'utf8' });
}

function addressOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((found, fail) => {
    stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const [, address] = /^listening (https:\S+)$/m.exec(text) ?? [];
      if (address !== undefined) found(address);
    });
    stdout?.on('end', () => fail(new Error(`The server says ${JSON.stringify(text)}.`)));
  });
}

const button = (name: string) => page.getByRole('button', { name, exact: true });

async function expectReadable(): Promise<void> {
  const results = await page.evaluate<{ violations: { id: string }[] }>(
    `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] })`,
  );
  expect(results.violations.map(({ id }) => id)).toEqual([]);
}

/** The provider’s own login is needed once: it then knows the browser, and sends it back at once. */
async function logInAtProvider({ isKnown = false } = {}): Promise<void> {
  await page.goto(`${url}/`);
  await page.getByRole('link', { name: 'Log in with Example Staff' }).click();
  if (isKnown) return;
  await page.locator('input[name=login]').fill('alice');
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button').first().click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('a user links an identity with the password and the code, and then logs in with the code alone', async () => {
  await page.goto(`${url}/`);
  const colour = "getComputedStyle(document.querySelector('.provider')).backgroundColor";
  expect(await page.evaluate<string>(colour)).toBe('rgb(31, 95, 63)');
  await expectReadable();

  await logInAtProvider();
  await page.getByRole('heading', { name: 'Link your identity' }).waitFor();
  await page.getByText('alice@staff.example').waitFor();
  await expectReadable();
  await page.getByLabel('User').fill('root');
  await page.getByLabel('Password').fill('wrong');
  await button('Log in and link').click();
  await page.getByRole('alert').filter({ hasText: 'The login is invalid.' }).waitFor();
  await page.getByLabel('Password').fill(password);
  await button('Log in and link').click();
  await page.waitForURL(/\/cpsess\d{10}\/$/);
  expect(shell('whmapi1 --output=json get_users_authn_linked_accounts')).toContain('"alice@staff.example"');
  await button('Log out').click();

  shell(`whmapi1 twofactorauth_set_tfa_config secret=${secret} tfa_token=${codeAt(secret, Date.now())}`);
  shell('whmapi1 twofactorauth_enable_policy');
  await logInAtProvider({ isKnown: true });
  await page.getByLabel('Code').waitFor();
  await expectReadable();
  // The code that set it up used its step; the next step is within the tolerance.
  await page.getByLabel('Code').fill(codeAt(secret, Date.now() + 30_000));
  await button('Log in').click();
  await page.waitForURL(/\/cpsess\d{10}\/$/);
});
