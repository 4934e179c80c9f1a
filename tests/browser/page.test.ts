// The pages in a real browser, against the built server: what users do on them, and whether everybody can read them.
import type { Cookie, Page } from 'playwright-core';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { password, Site, widthsFor } from './site.ts';

let site: Site;
let url: string;
let page: Page;

/** The time step of codes. */
const STEP_MS = 30_000;
/** When root used the code of the next time step. */
let usedAt = 0;

beforeAll(async () => {
  site = await Site.start();
  url = site.url;
});
afterAll(() => site.stop());

beforeEach(() => open({ width: 1200, height: 800 }, 'light'));
afterEach(async () => {
  await site.context.close();
  expect(site.complaints).toEqual([]);
});

const shell = (line: string) => site.shell(line);
const copied = (what: string) => site.copied(what);

async function open(...how: Parameters<Site['open']>): Promise<void> {
  await site.open(...how);
  page = site.page;
}

/** Returns the value of an expression on the page. */
const onPage = <T>(expression: string) => page.evaluate<T>(expression);

const button = (name: string) => site.button(name);
const logIn = () => site.logIn(url, 'root');

/** The session in which tests call functions. */
let session: { readonly home: string; readonly cookies: Cookie[] } | undefined;

/** Nobody has a second factor, and the policy is disabled. This ends the sessions, too. */
function removeSecondFactors(): void {
  for (const user of ['root', 'bob']) shell(`whmapi1 twofactorauth_remove_user_config user=${user}`);
  shell('whmapi1 twofactorauth_disable_policy');
  session = undefined;
}

/** Goes to the API Shell as root. The first test logs in for those after it. */
async function goToApiShell(): Promise<void> {
  if (session === undefined) {
    await logIn();
    await page.waitForURL(/\/cpsess\d{10}\/$/);
    session = { home: page.url(), cookies: await site.context.cookies() };
    await goTo('API Shell');
  } else {
    await site.context.addCookies(session.cookies);
    await page.goto(`${session.home}api-shell`);
  }
}

async function goTo(tool: 'Two-Factor Authentication' | 'API Shell'): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Tools' })
    .getByText(tool.split(' ')[0] ?? '')
    .click();
  await page.waitForURL(/\/(two-factor|api-shell)$/);
}

async function choose(name: string): Promise<void> {
  await page.getByText(/^\d+ (of \d+ )?functions/).waitFor();
  await page.getByLabel('Find a function').fill(name.replaceAll('_', ' '));
  await page.getByLabel('Find a function').press('Enter');
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

/** Submits the form, and returns the text of the response. */
async function run(label: 'Run' | 'Run without saving'): Promise<string> {
  await page.getByLabel('YAML', { exact: true }).check();
  await button(label).click();
  await page.getByText(/^(Success|Failed)\.$/).waitFor();
  return (await page.getByLabel('Text of the response').textContent()) ?? '';
}

describe('a person', () => {
  beforeEach(removeSecondFactors);

  test('sees which product and host the login is for, and can show the typed password', async () => {
    await page.goto(`${url}/`);
    await page.getByRole('heading', { name: `Log in to ${shell('hostname').trim()}` }).waitFor();
    await page.getByText('whmapi1', { exact: true }).waitFor();
    const field = page.locator('#pass');
    await field.fill('visible');
    await button('Show the password').click();
    expect([await field.getAttribute('type'), await onPage('document.activeElement.id')]).toEqual([
      'text',
      'pass',
    ]);
    await button('Show the password').click();
    expect(await field.getAttribute('type')).toBe('password');
    const widths = await onPage<number[]>(
      `['#login_form', '#login_form .primary'].map((one) => document.querySelector(one).getBoundingClientRect().width)`,
    );
    expect(widths[1]).toBe(widths[0]);
  });

  test('who types a wrong password sees an error', async () => {
    await page.goto(`${url}/`);
    await page.getByLabel('User').fill('root');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Incorrect username or password.' }).waitFor();
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  });

  test('sets two-factor authentication up, and logs in with a code, then with a recovery code', async () => {
    await logIn();
    await goTo('Two-Factor Authentication');
    await button('Set up').click();
    expect(await page.getByLabel('Enable the policy too').isChecked()).toBe(true);
    await page.getByText('codes are saved, but logins do not require them').waitFor();
    await page.getByText('all your sessions end, including this one').waitFor();
    const secret = (await page.locator('#secret').textContent()) ?? '';
    expect(await copied('the secret')).toBe(secret);
    expect(await page.getByRole('img', { name: 'QR code' }).getAttribute('src')).toMatch(
      /^data:image\/svg\+xml,/,
    );
    await page.getByLabel('Code').fill('12345');
    await button('Enable').click();
    await page.getByRole('alert').filter({ hasText: 'six digits' }).waitFor();
    await page.getByLabel('Code').fill(codeAt(secret, Date.now()));
    await button('Enable').click();
    await page.getByRole('heading', { name: 'Recovery codes of root' }).waitFor();
    const codes = await page.locator('.codes li').allTextContents();
    expect(codes).toHaveLength(10);
    expect(await copied('the recovery codes')).toBe(`${codes.join('\n')}\n`);
    expect(await page.getByText('the policy is disabled').count()).toBe(0);
    expect(shell('whmapi1 --output=json twofactorauth_policy_status')).toContain('"is_enabled":1');

    await page.getByRole('link', { name: 'log in again' }).click();
    await page.getByText('Log in again with a code.').waitFor();
    await logIn();
    await page.locator('#tfa_login_form').waitFor();
    await page.getByLabel('Code').fill('000000');
    await button('Log in').click();
    await page.getByRole('alert').filter({ hasText: 'The security code is invalid.' }).waitFor();
    // The code that set it up used its step; the next step is within the tolerance.
    usedAt = Date.now();
    await page.getByLabel('Code').fill(codeAt(secret, usedAt + STEP_MS));
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/cpsess\d{10}\/$/);
    const inside = page.url();
    await button('Log out').click();
    await page.waitForURL(`${url}/`);
    await page.goto(inside);
    expect(page.url()).toBe(`${url}/`);

    await logIn();
    await page.getByLabel('Code').fill(codes[0]?.toUpperCase() ?? '');
    await page.keyboard.press('Enter');
    await page.getByText('9 are left').waitFor();
  });

  test('is told that logins do not require the codes while the policy is disabled', async () => {
    await logIn();
    await goTo('Two-Factor Authentication');
    await button('Set up').click();
    await page.getByLabel('Enable the policy too').uncheck();
    await site.check('the offer of the policy');
    // The server accepts no further code of root within these seconds, so it is not asked.
    let sent = '';
    const done = (data: object, warnings: string[] = []) => ({
      metadata: { result: 1, reason: 'OK', output: { warnings } },
      data,
    });
    await page.route('**/json-api/batch', (route) => {
      sent = route.request().postData() ?? '';
      const setUp = done({ success: 1 }, [
        'Logins require codes only if the policy is enabled.',
        'Another one.',
      ]);
      return route.fulfill({ json: done({ result: [setUp, done({ recovery_codes: ['aaaa-bbbb'] })] }) });
    });
    await page.getByLabel('Code').fill('123456');
    await button('Enable').click();
    const said = 'Your codes are saved, but logins do not require them, because the policy is disabled.';
    await page.getByText(said).waitFor();
    await page.getByText('Another one.').waitFor();
    expect(await page.getByText('Logins require codes only').count()).toBe(0);
    expect(sent).toContain('twofactorauth_generate_recovery_codes');
    expect(sent).not.toContain('twofactorauth_enable_policy');
    await site.check('codes that are not required');
    await site.context.clearCookies();
    await page.getByRole('link', { name: 'log in again' }).click();
    await page.getByText('Log in again with only your password.').waitFor();

    const config = '{"root":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}';
    shell(`echo '${config}' | whmapi1 --input=json twofactorauth_set_tfa_config_for_user`);
    await logIn();
    await goTo('Two-Factor Authentication');
    await page.getByText(said).waitFor();
    await site.check('a second factor that is not required');
    await button('Enable the policy').click();
    await page.getByText('Logging in as root requires a code.').waitFor();
    expect(await page.getByText(said).count()).toBe(0);
  });

  test('removes the second factors of others, and then their own', async () => {
    for (const user of ['bob', 'root']) {
      const config = `{"${user}":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}`;
      shell(`echo '${config}' | whmapi1 --input=json twofactorauth_set_tfa_config_for_user`);
    }
    await logIn();
    await goTo('Two-Factor Authentication');
    await button('Remove two-factor authentication of bob').click();
    await button('Cancel').click();
    await button('Remove two-factor authentication of bob').click();
    await page.getByText('all sessions of bob end').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Two-factor authentication of bob is removed.').waitFor();
    expect(await page.getByRole('rowheader').allTextContents()).toEqual(['root']);
    await button('Remove').click();
    await page.getByText('all your sessions end, including this one').waitFor();
    await page.getByLabel('Password', { exact: true }).check();
    await page.getByLabel('Current password').fill(password);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Your two-factor authentication is removed. Log in again.').waitFor();
    expect(page.url()).toBe(`${url}/`);
    expect(shell('whmapi1 twofactorauth_get_user_configs')).toContain('data: {}');
  });
});

describe('the API Shell', () => {
  beforeAll(removeSecondFactors);

  test('shows in YAML, JSON and XML the same response as the copied command line', async () => {
    await goToApiShell();
    await choose('twofactorauth_get_user_configs');
    await page.getByLabel('user', { exact: true }).fill('root');
    await run('Run');
    const answers = new Set<string>();
    for (const format of ['YAML', 'JSON', 'XML']) {
      await page.getByLabel(format, { exact: true }).check();
      const answer = (await page.getByLabel('Text of the response').textContent()) ?? '';
      expect(answer).toContain('is_enabled');
      expect(shell(await copied('the command line'))).toBe(answer);
      expect(await copied('the response')).toBe(answer);
      answers.add(answer);
    }
    expect(answers.size).toBe(3);
  });

  test('sends any typed value unchanged, and so do its command line and its curl line', async () => {
    const issuer = `It's "50%25" & <b>$HOME</b> \\ é`;
    await goToApiShell();
    await choose('twofactorauth_set_issuer');
    await page.getByLabel('issuer').fill(issuer);
    expect(await page.getByLabel('Dry run').isChecked()).toBe(true);
    expect(await run('Run without saving')).toContain('dry_run: 1');
    const kept = () => JSON.parse(shell('whmapi1 --output=json twofactorauth_get_issuer')) as object;
    expect(kept()).not.toMatchObject({ data: { issuer } });
    await page.getByLabel('Dry run').uncheck();
    const line = await copied('the command line');
    const curl = await copied('the curl command');
    const answer = await run('Run');
    expect(kept()).toMatchObject({ data: { issuer } });
    shell('whmapi1 twofactorauth_set_issuer issuer=other');
    expect(shell(line)).toBe(answer);
    expect(kept()).toMatchObject({ data: { issuer } });
    shell('whmapi1 twofactorauth_set_issuer issuer=other');
    const made = JSON.parse(shell(`whmapi1 --output=json api_token_create token_name=t${Date.now()}`)) as {
      data: { token: string };
    };
    shell(curl.replace('TOKEN', made.data.token).replace(/^curl/, 'curl -sk'));
    expect(kept()).toMatchObject({ data: { issuer } });
  });

  test('filters, sorts and pages lists', async () => {
    await goToApiShell();
    await choose('applist');
    await page.getByText('Filter, sort, page, columns').click();
    await button('Add a filter').click();
    await page.getByLabel('Field to filter by').selectOption('app');
    await page.getByLabel('Value to compare with').fill('twofactorauth_g');
    await button('Add a sort key').click();
    await page.getByLabel('reverse').check();
    await page.getByLabel('records per page').fill('2');
    const answer = await run('Run');
    expect(answer.match(/twofactorauth_\w+/g)).toEqual([
      'twofactorauth_get_user_configs',
      'twofactorauth_get_tfa_config_for_user',
    ]);
    expect(shell(await copied('the command line'))).toBe(answer);
  });

  test('accepts lists, JSON and secrets', async () => {
    await goToApiShell();
    await choose('batch');
    await page.getByLabel('command', { exact: true }).fill('version');
    await button('Add another command').click();
    await page.getByLabel('command', { exact: true }).nth(1).fill('gethostname');
    expect(await page.locator('#as-command').textContent()).toContain('--file command=./command-1');
    await page.getByLabel('Show secret values').check();
    await page.getByLabel('Dry run').uncheck();
    const answer = await run('Run');
    expect(answer).toContain('hostname:');
    expect(shell(await copied('the command line'))).toBe(answer);
    await choose('twofactorauth_set_tfa_config_for_user');
    await page.getByLabel('USER').fill('{"root": ');
    await button('Run without saving').click();
    await page.getByRole('alert').filter({ hasText: 'Enter a JSON object.' }).waitFor();
    await page.getByLabel('USER').fill('{"root": {"primary_account": {"secret": "WJ73QJSKZBXCIFPZ"}}}');
    expect(await run('Run without saving')).toContain('result: 1');
  });

  test('works with only the keyboard', async () => {
    await goToApiShell();
    await page.getByLabel('Find a function').focus();
    await page.keyboard.type('policy status');
    await page.getByText(/^\d+ of \d+ functions$/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'twofactorauth_policy_status' }).waitFor();
    for (let presses = 0; presses < 10; presses++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate<string>('document.activeElement.textContent')) === 'Run') break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('Success.').waitFor();
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Response');
  });

  test('finds tweak settings by what they do, and fills in the form', async () => {
    await goToApiShell();
    await page.getByText(/^\d+ functions$/).waitFor();
    await page.getByLabel('Find a function').fill('seconds between checks of monitored services');
    await page.getByText(/^\d+ of \d+ functions and \d settings?$/).waitFor();
    await page.getByRole('link', { name: 'chkservd_check_interval' }).click();
    await page.getByRole('heading', { name: 'set_tweaksetting', exact: true }).waitFor();
    expect(await page.locator('#param-key').inputValue()).toBe('chkservd_check_interval');
    await page.locator('#param-value').fill('120');
    expect(await run('Run without saving')).toContain('result: 1');
  });

  test('says so when the session has ended', async () => {
    await goToApiShell();
    await choose('version');
    session = undefined;
    shell('whmapi1 twofactorauth_remove_user_config user=root');
    await button('Run').click();
    await page.getByText('Your session has ended.').waitFor();
    site.complaints = site.complaints.filter((text) => !text.includes('status of 403'));
  });
});

describe('a list', () => {
  const headings = () => page.getByRole('columnheader').allTextContents();
  const firstColumn = () => page.getByRole('rowheader').allTextContents();

  beforeAll(() => {
    shell('whmapi1 addpkg name=huge quota=900; whmapi1 addpkg name=small quota=90');
    shell('whmapi1 addpkg name=middle quota=unlimited');
  });

  test('is a table whose headings sort it, with the mouse and with the keyboard', async () => {
    await goToApiShell();
    await choose('listpkgs');
    await button('Run').click();
    await page.getByRole('table').waitFor();
    await page.getByText(/^Columns \(\d+ of \d+\)$/).click();
    await button('Show all').click();
    const shown = await headings();
    expect(shown).toEqual(expect.arrayContaining(['name', 'QUOTA', 'MAXSUB']));
    expect(shown[0]).toBe('name');
    const quota = page.getByRole('columnheader', { name: 'QUOTA', exact: true });
    expect(await quota.getAttribute('scope')).toBe('col');
    expect(await quota.getAttribute('aria-sort')).toBe('none');
    expect(await onPage<string>(`getComputedStyle(document.querySelector('th.number')).textAlign`)).toBe(
      'right',
    );
    await quota.getByRole('button').click();
    expect(await quota.getAttribute('aria-sort')).toBe('ascending');
    const ascending = (await firstColumn()).filter((name) => /huge|small|middle/.test(name));
    expect(ascending).toEqual(['small', 'huge', 'middle']);
    // The focus stays on the heading.
    await page.keyboard.press('Enter');
    expect(await quota.getAttribute('aria-sort')).toBe('descending');
    const descending = (await firstColumn()).filter((name) => /huge|small|middle/.test(name));
    expect(descending).toEqual(['middle', 'huge', 'small']);
  });

  test('shows the chosen columns, also after the next call, and is copied with them', async () => {
    await goToApiShell();
    await choose('listpkgs');
    await button('Run').click();
    await page.getByText(/^Columns \(/).click();
    const chosen = page.locator('.columns input:checked');
    while ((await chosen.count()) > 0) await chosen.first().uncheck();
    for (const column of ['name', 'QUOTA']) {
      await page.locator('.columns').getByLabel(column, { exact: true }).check();
    }
    expect(await headings()).toEqual(['name', 'QUOTA']);
    expect(await copied('the response')).toMatch(/^name\tQUOTA\n(?:.*\n)*huge\t900\n/);
    await button('Run').click();
    await page.getByText('Success.').waitFor();
    expect(await headings()).toEqual(['name', 'QUOTA']);
    await page.getByLabel('YAML', { exact: true }).check();
    expect(await page.getByLabel('Text of the response').textContent()).toContain('name: huge');
  });

  test('that is wider than the screen scrolls in its own box, not with the page', async () => {
    await site.context.close();
    await open({ width: 360, height: 740 }, 'light');
    await goToApiShell();
    await choose('listpkgs');
    await button('Run').click();
    const box = page.getByLabel('Table of the response');
    await box.waitFor();
    expect(
      await onPage<number>(
        `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.table-box'))`,
      ),
    ).toBeGreaterThan(0);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await box.focus();
    await page.keyboard.press('ArrowRight');
    // The page’s policy forbids waitForFunction, which evaluates a text in the page.
    const scrolled = () => onPage<number>(`document.querySelector('.table-box').scrollLeft`);
    for (let tries = 0; (await scrolled()) === 0 && tries < 600; tries++) await page.waitForTimeout(100);
    expect(await scrolled()).toBeGreaterThan(0);
  });
});

describe('the form of a call', () => {
  const isRunInView = () =>
    onPage<boolean>(
      `(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.querySelector('.run-bar button').getBoundingClientRect())`,
    );

  test('keeps the button visible wherever the page is scrolled, and folds optional parameters', async () => {
    await goToApiShell();
    await choose('createacct');
    expect(await page.locator('#param-plan').isVisible()).toBe(false);
    await page.getByText(/^Optional parameters \(\d+\)$/).click();
    expect(await page.locator('#param-plan').isVisible()).toBe(true);
    await page.locator('#param-plan').fill('gold');
    await page.getByText(/^Optional parameters \(\d+, 1 given\)$/).waitFor();
    for (const share of [0, 0.3, 0.6, 1]) {
      await page.evaluate(`scrollTo({ top: ${share} * document.body.scrollHeight, behavior: 'instant' })`);
      expect([share, await isRunInView()]).toEqual([share, true]);
    }
  });

  test('shows errors at their fields, and unfolds the group of the field', async () => {
    await goToApiShell();
    await choose('createacct');
    await page.getByText(/^Optional parameters/).click();
    await page.locator('#param-username').fill('9lives');
    await page.locator('#param-quota').fill('much');
    await page.getByText(/^Optional parameters/).click();
    await button('Run without saving').click();
    await page.getByText('Failed.').waitFor();
    const faulty = await onPage<string[]>(
      `[...document.querySelectorAll('[aria-invalid]')].map(({ id }) => id)`,
    );
    expect(faulty.sort()).toEqual(['param-domain', 'param-quota', 'param-username']);
    expect(await page.locator('#fault-quota').textContent()).toContain('“much”');
    expect(await page.locator('#param-quota').isVisible()).toBe(true);
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('param-domain');
    await page.locator('#param-username').fill('bob');
    expect(await page.locator('#fault-username').isVisible()).toBe(false);
    // Errors of the machine and the store are also shown at their fields.
    await page.locator('#param-domain').fill('new.example');
    await page.locator('#param-quota').fill('');
    await button('Run without saving').click();
    await page.locator('#fault-username').filter({ hasText: 'The account “bob” already exists' }).waitFor();
  });

  test('jumps to the response without animation if the browser asks for that', async () => {
    await goToApiShell();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await choose('applist');
    await button('Run').click();
    await page.getByText('Success.').waitFor();
    const top = await onPage<number>(`document.querySelector('#answer-title').getBoundingClientRect().top`);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(200);
  });
});

describe('a call that removes something', () => {
  test('asks with the result of a dry run, and does nothing if it is cancelled', async () => {
    shell('whmapi1 createacct username=doomed domain=doomed.example');
    await goToApiShell();
    await choose('removeacct');
    await page.locator('#param-username').fill('doomed');
    await page.getByLabel('Dry run').uncheck();
    await button('Run…').click();
    const dialog = page.getByRole('alertdialog', { name: 'Run removeacct?' });
    await dialog.getByText('This cannot be undone.').waitFor();
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      'Let nobody use FTP for the account “doomed”.',
      'Remove logins of “doomed” from Dovecot.',
      'End sessions of mail: doomed, *@doomed.example.',
      expect.stringMatching(/^Change Exim’s files of “doomed”\..*\n-owner: doomed$/s) as string,
      'Remove the virtual hosts of “doomed” in the configuration of Apache.',
      expect.stringMatching(/\/etc\/ssl\/whmapi1\/sites\/doomed\.example-/) as string,
      expect.stringMatching(
        /^Remove the DNS zone “doomed\.example”, if it exists\.--- .*\n-doomed\.example\.\tIN\tA\t/s,
      ) as string,
      expect.stringMatching(/^Remove the pools of “doomed” from PHP-FPM, if there are any\./) as string,
      'Remove the mail of “doomed” that waits to be delivered.',
      'Remove the folder of logs “/var/log/whmapi1-domlogs/doomed”.',
      'Remove the PostgreSQL databases and users of “doomed”.',
      'Remove the MariaDB databases and users of “doomed”.',
      expect.stringMatching(
        /End the processes of “doomed”\. Remove the user, .*home directory “.*doomed”/,
      ) as string,
    ]);
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Cancel');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(shell('whmapi1 listaccts')).toContain('user: doomed');
    await button('Run…').click();
    await dialog.getByRole('button', { name: 'Run removeacct' }).click();
    await page.getByText('Success.').waitFor();
    expect(shell('whmapi1 listaccts')).not.toContain('user: doomed');
  });

  test('that would fail does not ask for confirmation', async () => {
    await goToApiShell();
    await choose('killpkg');
    await page.getByLabel('pkgname').fill('nothing');
    await page.getByLabel('Dry run').uncheck();
    await button('Run…').click();
    await page.getByText('Failed.').waitFor();
    expect(await page.locator('dialog').count()).toBe(0);
  });
});

describe.each(['light', 'dark'] as const)('is accessible to everybody: %s', (scheme) => {
  const check = (what: string) => site.check(what);
  beforeEach(removeSecondFactors);

  test.each(widthsFor(scheme))('on a screen %d wide', async (width) => {
    await site.context.close();
    await open({ width, height: 740 }, scheme);
    await page.goto(`${url}/`);
    await check('log in');
    await page.getByLabel('User').fill('root');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await button('Log in').click();
    await page.getByRole('alert').waitFor();
    await check('a wrong password');
    await logIn();
    await page.waitForURL(/\/cpsess\d{10}\/$/);
    await page.getByRole('heading', { name: 'Failed logins' }).waitFor();
    await page.getByRole('rowheader', { name: 'root' }).first().waitFor();
    await check('overview');
    const inside = page.url();
    await page.goto(`${inside}nothing`);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await check('an unknown page');
    site.complaints = site.complaints.filter((text) => !text.includes('status of 404'));
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await goTo('Two-Factor Authentication');
    await button('Set up').click();
    await page.getByLabel('Code').fill('1');
    await button('Enable').click();
    await page.getByRole('alert').waitFor();
    await check('two-factor authentication');
    await goTo('API Shell');
    await page.getByText(/^\d+ functions$/).waitFor();
    await check('API Shell');
    for (const name of ['listaccts', 'twofactorauth_remove_user_config', 'passwd']) {
      await choose(name);
      for (const details of await page.locator('#function details:not([open]) > summary').all()) {
        if (await details.isVisible()) await details.click();
      }
      await run((await page.getByLabel('Dry run').isChecked()) ? 'Run without saving' : 'Run');
      await check(name);
    }
    await choose('listpkgs');
    await page.getByLabel('Table', { exact: true }).check();
    await button('Run').click();
    await page.getByRole('table').waitFor();
    await page.getByText(/^Columns \(/).click();
    await page.getByRole('columnheader').first().getByRole('button').click();
    await check('a table');
    await choose('createacct');
    await button('Run without saving').click();
    await page.locator('#fault-domain').waitFor();
    await check('faults at fields');
    await choose('suspendacct');
    await page.locator('#param-user').fill('bob');
    await page.getByLabel('Dry run').uncheck();
    await button('Run…').click();
    await page.getByRole('alertdialog').waitFor();
    await check('a question');
  });

  test('including the dialog that asks for confirmation of identity', async () => {
    const config = `{"root":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}`;
    shell(`echo '${config}' | whmapi1 --input=json twofactorauth_set_tfa_config_for_user`);
    await site.context.close();
    await open({ width: 360, height: 740 }, scheme);
    await logIn();
    await goTo('Two-Factor Authentication');
    await button('Set up again').click();
    await page.getByLabel('Current code').fill('000000');
    await button('Continue').click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await check('who it is');
  });
});

// Last, because by then root can use a code again.
describe('a person who has used a code', () => {
  beforeEach(removeSecondFactors);

  test('confirms their identity before the second factor is replaced', async () => {
    const config = `{"root":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}`;
    shell(`echo '${config}' | whmapi1 --input=json twofactorauth_set_tfa_config_for_user`);
    await logIn();
    await goTo('Two-Factor Authentication');
    await button('Set up again').click();
    const dialog = page.getByRole('dialog');
    await page.getByLabel('Current code').fill('000000');
    await button('Continue').click();
    await dialog.getByRole('alert').filter({ hasText: 'The security code is invalid.' }).waitFor();
    expect(await page.locator('#secret').count()).toBe(0);
    await button('Cancel').click();
    await button('New recovery codes').click();
    await page.getByText('Your present recovery codes stop working.').waitFor();
    // An earlier test has used the code of the time step after its own. The one after that is accepted one step later.
    const free = (Math.floor(usedAt / STEP_MS) + 1) * STEP_MS;
    await new Promise((resume) => setTimeout(resume, Math.max(0, free - Date.now())));
    await page.getByLabel('Current code').fill(codeAt('WJ73QJSKZBXCIFPZ', Date.now() + STEP_MS));
    await button('Create new codes').click();
    await page.getByRole('heading', { name: 'Recovery codes of root' }).waitFor();
    await button('I have saved the codes').click();
    await button('Set up again').click();
    await page.getByLabel('Password', { exact: true }).check();
    await page.getByLabel('Current password').fill(password);
    await button('Continue').click();
    await page.locator('#secret').waitFor();
  });
});
