// Runs in the network of a machine: a browser that logs in to webmail, reads the message with the subject “Offers”, whose
// pictures and scripts are elsewhere, replies to it, and logs out. Its arguments are the user and the password. Prints what
// it saw. WHMAPI1_SCREENSHOTS names a folder for pictures.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

const SERVER = 'https://127.0.0.1:2096';
/** A server of somebody who wants to know whether the message is read, which names it. */
const TRACKER_PORT = 8099;
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
];

async function main([user = '', password = '']: readonly string[]): Promise<void> {
  const complaints: string[] = [];
  let tracked = 0;
  const tracker = createServer((_request, response) => {
    tracked += 1;
    response.end();
  }).listen(TRACKER_PORT, '127.0.0.1');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: flags });
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  const picture = async (name: string) => {
    const folder = process.env.WHMAPI1_SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  await page.goto(SERVER);
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.locator('#messagelist').getByText('Offers').waitFor();
  await picture('inbox');
  await page.goto(await hrefOf(page, 'Offers'));
  await page.locator('#messagebody').getByText('Everything is cheaper.').waitFor();
  await picture('message');
  const message = await page.locator('#messagebody').innerHTML();
  const isSafe = !/<script|onerror|127\.0\.0\.1:8099/.test(message);
  const trackedUnasked = tracked;
  await page.locator('a.reply:visible').first().click();
  await page.locator('#composebody').fill('No, thank you.');
  await picture('compose');
  await page.locator('.send:visible').first().click();
  await page.waitForURL(/_task=mail(?!.*_action=compose)/);
  await page.goto(`${SERVER}${new URL(page.url()).pathname}?_task=settings&_action=identities`);
  const identity = await page.locator('#identities-table').innerText();
  await page.goto(`${SERVER}${new URL(page.url()).pathname}?_task=mail`);
  await page.locator('#messagelist').getByText('Offers').waitFor();
  await page.locator('a.logout:visible').first().click();
  await page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
  const cookies = (await context.cookies()).map(({ name }) => name);
  console.log(JSON.stringify({ isSafe, trackedUnasked, identity, cookies, complaints }));
  await browser.close();
  tracker.close();
}

/** Where a message of the list is shown. */
async function hrefOf(page: Page, subject: string): Promise<string> {
  const link = page.locator('#messagelist a', { hasText: subject }).first();
  return new URL((await link.getAttribute('href')) ?? '', page.url()).href;
}

void main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
