// Webmail in a real browser, against the built server.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { Site } from './site.ts';

let site: Site;
let page: Page;
/** A server of somebody who wants to know whether a message is read. It counts the connections. */
let tracker: Server;
let connections = 0;

beforeAll(async () => {
  site = await Site.start();
  tracker = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((done) => tracker.listen(0, '127.0.0.1', done));
  for (const folder of ['', '.Sent/', '.Junk.old/'])
    for (const part of ['cur', 'new', 'tmp'])
      mkdirSync(site.home(`mail/${folder}${part}`), { recursive: true });
  deliver('cur/1770000000.M1.host:2,S', ['From: Amy <amy@example.org>', 'Subject: Lunch', '', 'At noon?']);
  deliver('new/1770000100.M1.host', newsletter((tracker.address() as AddressInfo).port));
});
afterAll(async () => {
  tracker.close();
  await site.stop();
});
afterEach(() => site.context.close());

function deliver(path: string, lines: readonly string[]): void {
  writeFileSync(site.home(`mail/${path}`), lines.join('\r\n'));
}

/** HTML that tries everything to be noticed. */
function newsletter(port: number): string[] {
  const from = (path: string) => `http://127.0.0.1:${port}/${path}`;
  return [
    'From: "Shop" <news@shop.example>',
    'To: bob@bob.example',
    'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= from the shop',
    'Date: Mon, 02 Feb 2026 02:41:40 +0000',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<!doctype html><html><head>',
    `<link rel="preconnect" href="${from('')}"><link rel="dns-prefetch" href="${from('')}">`,
    `<link rel="stylesheet" href="${from('a.css')}"><link rel="prefetch" href="${from('b')}">`,
    `<link rel="preload" as="image" href="${from('c.png')}"><link rel="icon" href="${from('d.ico')}">`,
    `<meta http-equiv="refresh" content="0; url=${from('e')}">`,
    `<style>@import "${from('f.css')}"; p { background: url(${from('g.png')}); color: #0b5c6b }</style>`,
    '</head><body><h1>Offers</h1><p id="done">Everything is cheaper.</p>',
    `<img src="${from('h.png')}"><video src="${from('i.mp4')}" autoplay></video><object data="${from('j')}"></object>`,
    `<iframe src="${from('k')}"></iframe><script>fetch("${from('l')}")</script><a href="${from('m')}">Offers</a>`,
    '</body></html>',
    '--b',
    'Content-Type: text/csv; name="prices.csv"',
    'Content-Disposition: attachment; filename="prices.csv"',
    '',
    'a,b',
    '--b--',
  ];
}

async function open(width: number, scheme: 'light' | 'dark' = 'light'): Promise<void> {
  await site.open({ width, height: 800 }, scheme);
  page = site.page;
  const answer = site.shell('whmapi1 --output=json create_user_session user=bob service=webmaild');
  const { pathname, search } = new URL((JSON.parse(answer) as { data: { url: string } }).data.url);
  await page.goto(`${site.webmailUrl}${pathname}${search}`);
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
}

test('the link of create_user_session opens the mailbox, and messages can be read', async () => {
  await open(1200);
  await page.getByText('This server does not send mail.').waitFor();
  await page.getByRole('link', { name: 'Lunch' }).click();
  await page.getByText('At noon?').waitFor();
  await page.getByRole('link', { name: 'Back to the folder' }).click();
  await page.getByRole('link', { name: 'Junk/old' }).click();
  await page.getByText('There are no messages in this folder.').waitFor();
  expect(site.complaints).toEqual([]);
});

test('the HTML of a message contacts nobody', async () => {
  await open(1200);
  await page.getByRole('link', { name: 'Grüße from the shop' }).click();
  await page.getByText('Everything is cheaper.').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'prices.csv' }).click();
  expect((await download).suggestedFilename()).toBe('prices.csv');
  expect([connections, site.complaints]).toEqual([0, []]);
});

describe.each(['light', 'dark'] as const)('is accessible to everybody: %s', (scheme) => {
  test.each([1200, 390])('on a screen %d wide', async (width) => {
    await open(width, scheme);
    await site.check('the list');
    if (process.env.SCREENSHOTS !== undefined)
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/list-${scheme}-${width}.png` });
    await page.getByRole('link', { name: 'Lunch' }).click();
    await page.getByText('At noon?').waitFor();
    await site.check('a text');
    await page.goBack();
    await page.getByRole('link', { name: 'Grüße from the shop' }).click();
    await page.getByText('Everything is cheaper.').waitFor();
    await site.check('a message in HTML');
    if (process.env.SCREENSHOTS !== undefined)
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/message-${scheme}-${width}.png` });
  });
});
