// The pages of accounts in a real browser, against the built server.
import type { Cookie, Page } from 'playwright-core';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Site, widthsFor } from './site.ts';

let site: Site;
let url: string;
let page: Page;

beforeAll(async () => {
  site = await Site.start();
  url = site.accountUrl;
  shell('whmapi1 modifyacct user=bob QUOTA=100 MAXSUB=10 MAXPARK=2 MAXADDON=unlimited');
});
afterAll(() => site.stop());

beforeEach(() => open({ width: 1200, height: 800 }, 'light'));
afterEach(async () => {
  await site.context.close();
  expect(site.complaints).toEqual([]);
});

const shell = (line: string) => site.shell(line);
const button = (name: string) => site.button(name);
const logIn = () => site.logIn(url, 'bob');

/** A session for the tests that are not about logins. */
let session: { readonly home: string; readonly cookies: Cookie[] } | undefined;

/** The account has no second factor, and the policy is disabled. This ends its sessions, too. */
function removeSecondFactor(): void {
  shell('whmapi1 twofactorauth_remove_user_config user=bob; whmapi1 twofactorauth_disable_policy');
  session = undefined;
}

/** Goes to the overview as bob. The first test logs in for those after it. */
async function enter(): Promise<void> {
  if (session === undefined) {
    await logIn();
    await page.waitForURL(/\/cpsess\d{10}\/$/);
    session = { home: page.url(), cookies: await site.context.cookies() };
  } else {
    await site.context.addCookies(session.cookies);
    await page.goto(session.home);
  }
}

async function open(...how: Parameters<Site['open']>): Promise<void> {
  await site.open(...how);
  page = site.page;
}

async function goTo(tool: 'Overview' | 'Domains' | 'Two-Factor Authentication' | 'API Shell'): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Tools' })
    .getByText(tool.split(' ')[0] ?? '')
    .click();
  await page.getByRole('heading', { name: tool === 'Overview' ? 'bob.example' : tool, level: 1 }).waitFor();
}

async function choose(name: string): Promise<void> {
  await page.getByText(/^\d+ (of \d+ )?functions/).waitFor();
  await page.getByLabel('Find a function').fill(name.replace('::', ' '));
  await page.getByRole('link', { name }).first().click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

/** The text of a card of the overview. */
async function fact(title: string): Promise<string> {
  const card = page.locator('.fact', { has: page.getByRole('heading', { name: title, exact: true }) });
  return ((await card.textContent()) ?? '').slice(title.length);
}

test('the login page says for whom it is, and root cannot log in there', async () => {
  await page.goto(`${url}/`);
  await page.getByText('For hosting accounts').waitFor();
  await site.logIn(url, 'root');
  await page.getByRole('alert').filter({ hasText: 'Incorrect username or password.' }).waitFor();
});

test('the overview shows what the account uses of its limits, as bars with text', async () => {
  await enter();
  await page.getByRole('heading', { name: 'bob.example' }).waitFor();
  await page.getByText('Home directory').waitFor();
  expect(await fact('Disk space')).toMatch(/^\d+ (Ki)?B\d %\d % of 100 MiB used$/);
  expect(await fact('Files and directories')).toMatch(/^\d+Unlimited$/);
  expect(await fact('Bandwidth of this month')).toBe('0 BUnlimited');
  expect(await fact('Addon domains')).toBe('0Unlimited');
  expect(await fact('Subdomains')).toMatch(/^\d+\d+ %\d+ % of 10 used$/);
  shell('uapi --user=bob SubDomain addsubdomain domain=one rootdomain=bob.example');
  await button('Refresh').click();
  await page.getByText('10 % of 10 used').waitFor();
  expect(await page.getByRole('meter', { name: 'Subdomains' }).getAttribute('value')).toBe('0.1');
  shell('uapi --user=bob SubDomain delsubdomain domain=one.bob.example');
});

test('domains are added, listed and removed', async () => {
  await enter();
  await goTo('Domains');
  await page.getByLabel('Name').fill('no such!');
  await button('Add').click();
  await page.getByRole('alert').filter({ hasText: 'should be a subdomain' }).waitFor();
  await page.getByLabel('Name').fill('shop');
  await page.keyboard.press('Enter');
  await page.getByText('shop.bob.example is added.').waitFor();
  await page.getByLabel('Addon domain').check();
  await page.getByLabel('Domain', { exact: true }).fill('addon.example');
  await page.getByLabel('Folder (optional)').fill('public_html/addon');
  await button('Add').click();
  await page.getByText('addon.example is added.').waitFor();
  await page.getByLabel('Alias').check();
  await page.getByLabel('Domain', { exact: true }).fill('bob.test');
  await button('Add').click();
  await page.getByText('bob.test is added.').waitFor();
  const listed = await page.locator('.entries li > :first-child').allTextContents();
  expect(listed).toEqual([
    'bob.exampleMain domain: public_html',
    'addon-example.bob.exampleSubdomain: public_html/addon',
    'addon.exampleAddon domain: public_html/addon',
    'bob.testAlias: public_html',
    'shop.bob.exampleSubdomain: public_html/shop.bob.example',
  ]);
  for (const domain of ['addon.example', 'bob.test', 'shop.bob.example']) {
    await button(`Remove ${domain}`).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await button(`Remove ${domain}`).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText(`${domain} is removed.`).waitFor();
  }
  expect(await page.locator('.entries li').count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Remove bob.example' }).count()).toBe(0);
});

test('who sets two-factor authentication up is told that the policy is disabled', async () => {
  removeSecondFactor();
  await logIn();
  await goTo('Two-Factor Authentication');
  await button('Set up').click();
  const said = 'logins do not require them until the administrator of the server enables the policy';
  await page.getByText(said).waitFor();
  expect(await page.getByLabel('Enable the policy too').count()).toBe(0);
  const config = '{"bob":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}';
  shell(`echo '${config}' | whmapi1 --input=json twofactorauth_set_tfa_config_for_user`);
  // The session has ended.
  await logIn();
  await goTo('Two-Factor Authentication');
  await page.getByText('Only the administrator of the server can enable it.').waitFor();
  await site.check('a second factor that is not required');
});

test('two-factor authentication is set up, needed for the login, and removed', async () => {
  removeSecondFactor();
  shell('whmapi1 twofactorauth_enable_policy');
  await logIn();
  await goTo('Two-Factor Authentication');
  await button('Set up').click();
  const secret = (await page.locator('#secret').textContent()) ?? '';
  expect(await site.copied('the secret')).toBe(secret);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  await page.getByLabel('Code').fill('12345');
  await button('Enable').click();
  await page.getByRole('alert').filter({ hasText: 'six digits' }).waitFor();
  await page.getByLabel('Code').fill(codeAt(secret, Date.now()));
  await button('Enable').click();
  await page.getByRole('heading', { name: 'Recovery codes of bob' }).waitFor();
  const codes = await page.locator('.codes li').allTextContents();
  expect(codes).toHaveLength(10);
  await page.getByRole('link', { name: 'log in again' }).click();
  await page.getByText('Log in again with a code.').waitFor();

  await logIn();
  await page.getByLabel('Code').fill('000000');
  await button('Log in').click();
  await page.getByRole('alert').filter({ hasText: 'The security code is invalid.' }).waitFor();
  // The code that set it up used its step; the next step is within the tolerance.
  await page.getByLabel('Code').fill(codeAt(secret, Date.now() + 30_000));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/cpsess\d{10}\/$/);
  await button('Log out').click();
  await logIn();
  await page.getByLabel('Code').fill(codes[0] ?? '');
  await page.keyboard.press('Enter');
  await page.getByText('9 are left').waitFor();

  await goTo('Two-Factor Authentication');
  await page.getByText('Logging in as bob requires a code.').waitFor();
  await button('New recovery codes').click();
  await page.getByLabel('Current code').fill(codes[1] ?? '');
  await button('Create new codes').click();
  await page.getByRole('heading', { name: 'Recovery codes of bob' }).waitFor();
  expect(await page.locator('.codes li').allTextContents()).not.toContain(codes[2]);
  await button('I have saved the codes').click();
  await button('Remove').click();
  await page.getByLabel('Password', { exact: true }).check();
  await page.getByLabel('Current password').fill('wrong');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.getByLabel('Current password').fill('four unusual words, Xylophone');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Your two-factor authentication is removed. Log in again.').waitFor();
  await logIn();
  await page.waitForURL(/\/cpsess\d{10}\/$/);
});

describe('the API Shell', () => {
  beforeAll(removeSecondFactor);

  test('calls a function of UAPI, shows the JSON, and gives the same call for scripts', async () => {
    await enter();
    await goTo('API Shell');
    await choose('SubDomain::addsubdomain');
    await button('Run without saving').click();
    await page.getByText('Failed.').waitFor();
    await page.locator('#fault-rootdomain').filter({ hasText: 'rootdomain' }).waitFor();
    await page.locator('#param-domain').fill('blog');
    await page.locator('#param-rootdomain').fill('bob.example');
    await page.getByLabel('Dry run').uncheck();
    await button('Run').click();
    await page.getByText('Success.').waitFor();
    const shown = (await page.getByLabel('Text of the response').textContent()) ?? '';
    expect(JSON.parse(shown)).toMatchObject({ status: 1, errors: null });
    expect(shell('uapi --user=bob DomainInfo list_domains')).toContain('blog.bob.example');
    expect(await page.locator('#as-command').textContent()).toBe(
      'uapi --output=jsonpretty SubDomain addsubdomain domain=blog rootdomain=bob.example',
    );

    const made = shell('uapi --user=bob --output=json Tokens create_full_access name=shell');
    const { token } = (JSON.parse(made) as { result: { data: { token: string } } }).result.data;
    await choose('SubDomain::delsubdomain');
    await page.locator('#param-domain').fill('blog.bob.example');
    await page.getByLabel('Dry run').uncheck();
    const curl = (await site.copied('the curl command')).replace('TOKEN', token).replace(/^curl/, 'curl -sk');
    expect(JSON.parse(shell(curl))).toMatchObject({ status: 1 });
    expect(shell('uapi --user=bob DomainInfo list_domains')).not.toContain('blog.bob.example');
  });

  test('filters, sorts and pages lists, and repeats parameters', async () => {
    await enter();
    await goTo('API Shell');
    await choose('ResourceUsage::get_usages');
    await page.getByText('Filter, sort, page, columns').click();
    await button('Add a filter').click();
    await page.getByLabel('Field to filter by').selectOption('id');
    await page.getByLabel('Value to compare with').fill('domains');
    await button('Add a sort key').click();
    await page.getByLabel('Field to sort by').selectOption('id');
    await page.getByLabel('reverse').check();
    await page.getByLabel('records per page').fill('1');
    await page.getByLabel('JSON', { exact: true }).check();
    await button('Run').click();
    await page.getByText('Success.').waitFor();
    const shown = JSON.parse((await page.getByLabel('Text of the response').textContent()) ?? '') as {
      data: { id: string }[];
    };
    expect(shown.data.map(({ id }) => id)).toEqual(['subdomains']);
    await page.getByLabel('Table', { exact: true }).check();
    expect(await page.getByRole('rowheader').count()).toBe(1);

    await choose('Batch::strict');
    await page.getByLabel('command', { exact: true }).fill('["DomainInfo","primary_domain"]');
    await button('Add another command').click();
    await page.getByLabel('command', { exact: true }).nth(1).fill('["Quota","get_quota_info"]');
    await page.getByLabel('Dry run').uncheck();
    await page.getByLabel('JSON', { exact: true }).check();
    await button('Run').click();
    await page.getByText('Success.').waitFor();
    expect(JSON.parse((await page.getByLabel('Text of the response').textContent()) ?? '')).toMatchObject({
      data: [{ data: { primary_domain: 'bob.example' } }, { data: { inode_limit: 0 } }],
    });
  });

  test('lists and describes only the functions for which the account has the feature', async () => {
    shell('whmapi1 add_override_features_for_user user=bob features=\'{"subdomains":0,"twofactorauth":0}\'');
    await enter();
    await page.getByText('Home directory').waitFor();
    expect(await page.getByText('Two-Factor').count()).toBe(0);
    expect(await page.getByText('Two-factor authentication').count()).toBe(0);
    await goTo('API Shell');
    await page.getByText(/^\d+ functions$/).waitFor();
    expect(await page.getByText('SubDomain::addsubdomain').count()).toBe(0);
    await page.goto(`${page.url().replace(/#.*/, '')}#SubDomain::addsubdomain`);
    await page.reload();
    await page.getByText('There is no function of this name that you can call.').waitFor();
    await page.goto(page.url().replace(/api-shell.*/, 'two-factor'));
    await page.getByText('Your account does not have the feature twofactorauth.').waitFor();
    site.complaints = site.complaints.filter((text) => !/status of 40[34]/.test(text));
    shell('whmapi1 remove_override_features_for_user user=bob features=\'["subdomains","twofactorauth"]\'');
  });

  test('works with only the keyboard, and says so when the session has ended', async () => {
    await enter();
    await goTo('API Shell');
    await page.getByLabel('Find a function').focus();
    await page.keyboard.type('primary domain');
    await page.getByText(/^\d+ of \d+ functions$/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'DomainInfo::primary_domain' }).waitFor();
    for (let presses = 0; presses < 10; presses++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate<string>('document.activeElement.textContent')) === 'Run') break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('Success.').waitFor();
    session = undefined;
    shell(
      'whmapi1 twofactorauth_remove_user_config user=bob; whmapi1 passwd user=bob --file password=./password',
    );
    await button('Run').click();
    await page.getByText('Your session has ended.').waitFor();
    await page.goto(page.url().replace(/api-shell.*/, 'domains'));
    expect(page.url()).toBe(`${url}/`);
    site.complaints = site.complaints.filter((text) => !text.includes('status of 403'));
  });
});

test('the link of create_user_session opens the page of the account, once', async () => {
  const answer = shell('whmapi1 --output=json create_user_session user=bob service=cpaneld');
  const { data } = JSON.parse(answer) as { data: { url: string } };
  const { pathname, search } = new URL(data.url);
  await page.goto(`${url}${pathname}${search}`);
  await page.waitForURL(/\/cpsess\d{10}\/$/);
  await page.getByRole('heading', { name: 'bob.example' }).waitFor();
  await page.getByText('Home directory').waitFor();
  await goTo('Domains');
  await site.context.clearCookies();
  await page.goto(`${url}${pathname}${search}`);
  await page.getByRole('alert').filter({ hasText: 'already been used or has expired' }).waitFor();
});

describe.each(['light', 'dark'] as const)('is accessible to everybody: %s', (scheme) => {
  test.each(widthsFor(scheme))('on a screen %d wide', async (width) => {
    await site.context.close();
    await open({ width, height: 740 }, scheme);
    await page.goto(`${url}/`);
    await site.check('log in');
    await logIn();
    await page.getByText('Home directory').waitFor();
    await site.check('overview');
    await goTo('Domains');
    await page.getByLabel('Name').fill('no such!');
    await button('Add').click();
    await page.getByRole('alert').waitFor();
    await site.check('domains');
    await goTo('Two-Factor Authentication');
    await button('Set up').click();
    await page.getByLabel('Code').fill('1');
    await button('Enable').click();
    await page.getByRole('alert').waitFor();
    await site.check('two-factor authentication');
    await goTo('API Shell');
    await page.getByText(/^\d+ functions$/).waitFor();
    await site.check('API Shell');
    await choose('SubDomain::addsubdomain');
    await page.locator('#param-domain').fill('blog');
    await page.locator('#param-rootdomain').fill('bob.example');
    await button('Run without saving').click();
    await page.getByText('Success.').waitFor();
    await site.check('a call');
  });
});
