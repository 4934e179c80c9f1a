// Nothing forgets a name. An account gets something from as many functions as possible, and is then renamed, gets another
// domain and another address, is suspended, and is removed. After each of these, its former name, home, domain and address
// are searched for in every column of every table, and in every name, content and link target on the machine.
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Hash, Json } from '../../src/core/values.ts';
import { setFpmSettings } from '../../src/capabilities/php/rules/stored-fpm-settings.ts';
import { schema } from '../../src/store/schema.generated.ts';
import { callerNamed } from '../support/accounts.ts';
import { Authority } from '../support/certificates.ts';
import { runTasks } from '../support/run-tasks.ts';
import { Installation } from '../support/installation.ts';
import { installPhp } from '../support/php.ts';

const USER = 'oldname';
const DOMAIN = 'olddomain.example';
const ADDRESS = '192.0.2.10';
const NEW = { user: 'newname', domain: 'newdomain.example', address: '192.0.2.2' };
const password = 'correct horse battery staple 7';

const tables = [...schema.matchAll(/CREATE TABLE (\w+) \(/g)].map(([, name = '']) => name);

/** Columns that name users, domains or addresses, by what they are called. */
const NAMING = /^(?:username|owner|domain|servername|home|ip|main_ip|local_ip|address)$/;

/** Tables with such a column in which the account of this test has no row, and why. */
const withoutRow: Record<string, string> = {
  bandwidth_former_domain: 'Domains that accounts had.',
  bandwidth_removed_account: 'Accounts that were removed.',
  dns_secondary: 'Addresses of other servers.',
  dns_server: 'The addresses of the fleet’s servers: a setting of the server.',
  ipv6_range: 'Ranges belong to the server. A reseller that owns one is not provided.',
  ipv6_reclaimed: 'IPv6 addresses that accounts had, without their names.',
  licence_acceptance: 'Root’s address, as history.',
  machine_copy: 'What --restore brings, until --rebuild has used it.',
  mail_blocked_domain: 'Domains elsewhere, whose mail is refused.',
  mail_delivery: 'The history of mail, with the addresses of that day.',
  mail_message: 'The history of mail, with the addresses of that day.',
  webmail_user: 'Roundcube’s rows, which a server without webmail does not have: tests/capabilities/webmail.',
};

/** Text that a place may keep, and why. */
interface Leftover {
  readonly at: RegExp;
  readonly why: string;
}

const deliberate: readonly Leftover[] = [
  { at: /^task\./, why: 'Tasks that are over say what was asked for.' },
  { at: /^login_failure\./, why: 'The history of failed logins has the name that was typed.' },
  { at: /^user_block\./, why: 'A block is for the name that was typed. It ends soon by itself.' },
  { at: /^autossl_run\./, why: 'Past runs name the account that they were for.' },
  { at: /^bandwidth\.domain$/, why: 'Traffic was counted for the domain of that day.' },
  { at: /^bandwidth_former_domain\.domain$/, why: 'Traffic of the last minutes is counted for it.' },
  {
    at: /^(?:certificate|signing_request|installed_certificate)\.(?:pem|facts|chain|issuer)$/,
    why: 'Certificates and requests are signed with the names that they were made for.',
  },
  { at: /^package\.name$/, why: 'A package keeps its name, which plans of billing systems have.' },
];

const ofDomain: readonly Leftover[] = [
  { at: /^reseller\.nameservers$/, why: 'Names of nameservers are registered elsewhere.' },
  {
    at: /^\/var\/lib\/bind\/whmapi1\/(?:addon|customer|further|parked)\.example\.db$/,
    why: 'NS records have the names of these nameservers.',
  },
  { at: /^\/etc\/passwd$/, why: 'The comment says the domain of the creation. Nothing reads it.' },
  {
    at: /^mailbox\.folder$|^\/var\/lib\/whmapi1-mail\/identities\.db$|^\/home\/newname\/(?:mail|etc)\//,
    why: 'Mail stays in its folder if the domain of its mailbox gets another name.',
  },
  {
    at: /^ftp_account\.folder$|^\/etc\/proftpd\/whmapi1\/logins$|^\/home\/newname\/upload@/,
    why: 'Files stay in their folder if the domain of an FTP account gets another name.',
  },
];

const ofRemoved: readonly Leftover[] = [
  {
    at: /^bandwidth\.|^bandwidth_(?:removed_account|former_domain)\./,
    why: 'Reports show the traffic of removed accounts.',
  },
  {
    at: /^\/var\/lib\/bind\/whmapi1\/customer\.example\.db$/,
    why: 'The zone of an account that stays has the nameservers of its former owner.',
  },
];

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  here.ipv6Addresses = ['2001:db8::1'];
  installPhp(here, '8.4');
  await buildAccount();
});
afterEach(() => here.remove());

const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHBADNy7icuRg1MoybWmfVHbBWkio3+qd/cZG1qFPTwt';

async function succeed(command: string, args: Record<string, Json>, user = 'root'): Promise<Hash> {
  const { metadata, data } = await here.call(command, args, { as: await callerNamed(here, user) });
  if (metadata.result !== 1) throw new Error(`${command}: ${metadata.reason}`);
  return data ?? {};
}

async function own(name: string, args: Record<string, Json>): Promise<unknown> {
  const { status, errors, data } = await here.uapi(USER, name, args);
  if (status !== 1) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  return data;
}

async function own2(name: string, args: Record<string, Json>): Promise<unknown> {
  const { data, error } = await here.api2(USER, name, args);
  if (error !== undefined) throw new Error(`${name}: ${error}`);
  return data;
}

/** Before the calls that write pools, so that these have it. */
async function setErrorLog(): Promise<void> {
  const setting = { name: 'error_log', kind: 1, value: `/home/${USER}/logs/php.log` } as const;
  await here.engine.store.transaction('changes', async (db) => ({
    value: await setFpmSettings(db, { servername: DOMAIN, username: USER }, [setting]),
    keep: true,
  }));
}

/** Rows that need a daemon, or time, to come about. */
async function insertRows(): Promise<void> {
  const blob = new Uint8Array([1, 2, 3]);
  await here.engine.store.transaction('changes', async (db) => {
    const add = (table: string, row: Record<string, string | number | Uint8Array | null>) =>
      db.run(
        `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
          .map(() => '?')
          .join(', ')}) ON CONFLICT DO NOTHING`,
        ...Object.values(row),
      );
    const { server } = db;
    const now = here.time;
    await add('bandwidth', {
      server,
      username: USER,
      removed_at: 0,
      day: 20_000,
      domain: DOMAIN,
      protocol: 'http',
      bytes: 7,
    });
    await add('bandwidth_limit_state', { username: USER, exceeded: 0, warned_month: 0 });
    await add('disk_usage_warning', { username: USER, level: 1 });
    await add('last_login', { username: USER, address: '203.0.113.9', logged_in_at: now });
    await add('login_failure', {
      address: '203.0.113.9',
      username: USER,
      service: 'cpaneld',
      authentication: 'password',
      is_local: 0,
      attempt: null,
      counts: 1,
      failed_at: now,
    });
    await add('user_block', {
      username: USER,
      only_local: 0,
      address: '203.0.113.9',
      service: 'cpaneld',
      authentication: 'password',
      began_at: now,
      ends_at: now + 1,
    });
    await add('tfa_wrong_code', { username: USER, sent_at: now });
    await add('database_host', { owner: USER, host: '203.0.113.%', note: '' });
    for (const table of ['database', 'database_user'])
      await add(table, {
        server,
        engine: 'mysql',
        name: `shared_${table}`,
        owner: USER,
        profile: 'localhost',
        created_at: now,
      });
    await add('database_session_user', { server, session: blob, name: 'cpses_x', owner: USER, sealed: blob });
    await add('php_virtual_host', {
      servername: DOMAIN,
      username: USER,
      version: null,
      uses_fpm: 0,
      max_children: null,
      max_requests: null,
      idle_timeout: null,
    });
    await add('session', {
      id_hash: blob,
      token_hash: blob,
      username: USER,
      authentication: 'password',
      remote_address: '203.0.113.9',
      created_at: now,
      used_at: now,
      expires_at: now + 1,
    });
    await add('autossl_order', {
      server,
      username: USER,
      servername: DOMAIN,
      names: JSON.stringify([DOMAIN]),
      directory: 'https://ca.example/',
      sealed: blob,
      url: null,
      certificate: null,
      chain: null,
      task: 1,
      requested_at: now,
      polled_at: now,
    });
    await add('autossl_certificate', {
      servername: DOMAIN,
      server,
      username: USER,
      fingerprint: 'ab',
      not_before: 0,
      not_after: now,
      delivery_ms: 1,
    });
    await add('autossl_problem', {
      domain: DOMAIN,
      server,
      username: USER,
      problem: 'none',
      log: '',
      found_at: now,
      failures: 1,
      retry_at: now,
    });
    await add('autossl_run', {
      server,
      start_time: '2026-01-01T00:00:00Z',
      task: 1,
      username: USER,
      provider: 'x',
      ended_at: now,
    });
    return { value: undefined, keep: true };
  });
}

async function buildAccount(): Promise<void> {
  await succeed('addips', { ips: ADDRESS, netmask: '255.255.255.0' });
  await succeed('createacct', {
    username: USER,
    domain: DOMAIN,
    customip: ADDRESS,
    password,
    contactemail: 'owner@mail.example',
    hasshell: '1',
    cgi: '1',
  });
  await setErrorLog();
  await succeed('setupreseller', { user: USER, makeowner: '1' });
  await succeed('setacls', {
    reseller: USER,
    'acl-list-accts': '1',
    'acl-create-acct': '1',
    'acl-add-pkg': '1',
    'acl-allow-unlimited-pkgs': '1',
    'acl-manage-api-tokens': '1',
    'acl-public-contact': '1',
  });
  await succeed('setresellerips', { user: USER, delegate: '1', ips: `${ADDRESS},192.0.2.2` });
  await succeed('setresellermainip', { user: USER, ip: ADDRESS });
  await succeed('setresellernameservers', { user: USER, nameservers: `ns1.${DOMAIN}` });
  await succeed('nat_set_public_ip', { local_ip: ADDRESS, public_ip: '198.51.100.7' });
  await succeed('addpkg', { name: 'gold' });
  await succeed('setresellerpackagelimit', { user: USER, package: 'gold', allowed: '1' });
  await succeed('createacct', { username: 'customer', domain: 'customer.example', owner: USER });
  await succeed('addpkg', { name: 'silver' }, USER);
  await succeed('add_override_features_for_user', { user: USER, features: '{"backup":1}' });
  // Domains.
  await own('SubDomain::addsubdomain', { domain: 'shop', rootdomain: DOMAIN, dir: 'public_html/shop' });
  await own('AddonDomain::addaddondomain', {
    newdomain: 'addon.example',
    subdomain: 'addon',
    dir: 'public_html/addon',
  });
  await own('Park::park', { domain: 'parked.example' });
  await succeed('adddns', { domain: 'further.example', ip: ADDRESS, trueowner: USER });
  await succeed('enable_dkim', { domain: DOMAIN });
  await succeed('addzonerecord', { domain: DOMAIN, name: 'alias', type: 'CNAME', cname: `shop.${DOMAIN}.` });
  await succeed('ipv6_range_add', { name: 'hosting', range: '2001:db8:1::/64' });
  await succeed('ipv6_enable_account', { user: USER, range: 'hosting' });
  // The website.
  await own('DirectoryPrivacy::configure_directory_protection', {
    dir: 'public_html/shop',
    enabled: '1',
    authname: 'Members',
  });
  await own('DirectoryPrivacy::add_user', { dir: 'public_html/shop', user: 'ann', password });
  await own('DirectoryIndexes::set_indexing', { dir: 'public_html/shop', type: 'standard' });
  await own('Mime::add_redirect', { domain: DOMAIN, src: '/old', redirect: 'https://www.example.com/new' });
  await own('Mime::add_redirect', {
    domain: `shop.${DOMAIN}`,
    src: '/old',
    redirect: 'https://www.example.com/new',
  });
  await own('Mime::add_hotlink', {
    urls: `https://${DOMAIN}`,
    extensions: 'jpg',
    redirect_url: `https://${DOMAIN}/`,
  });
  await own('Mime::add_mime', { type: 'application/foo', extension: '.foo' });
  await own('Mime::add_handler', { handler: 'cgi-script', extension: '.bar' });
  await own('BlockIP::add_ip', { ip: '203.0.113.5' });
  await succeed('set_primary_servername', { servername: DOMAIN, type: 'std' });
  // Certificates.
  const authority = await Authority.root('Example CA');
  const { crt, key } = await authority.issue({ domains: [DOMAIN, `www.${DOMAIN}`, NEW.domain] });
  await own('SSL::install_ssl', { domain: DOMAIN, cert: crt, key, cabundle: authority.crt });
  await own('SSL::toggle_ssl_redirect_for_domains', { domains: DOMAIN, state: '1' });
  await own('SSL::set_default_key_type', { type: 'ecdsa-prime256v1' });
  await own('SSL::add_autossl_excluded_domains', { domains: `mail.${DOMAIN}` });
  const made = (await own('SSL::generate_key', { keytype: 'ecdsa-prime256v1' })) as { id: string };
  await own('SSL::generate_csr', {
    ...{ domains: DOMAIN, key_id: made.id, countryName: 'DE', stateOrProvinceName: 'Berlin' },
    ...{ localityName: 'Berlin', organizationName: 'Example' },
  });
  // Logins.
  await own('Tokens::create_full_access', { name: 'deploy' });
  here.time = Date.parse('2026-09-02T17:24:40Z');
  await own('TwoFactorAuth::set_user_configuration', { secret: 'WJ73QJSKZBXCIFPZ', tfa_token: '227174' });
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  await own('TwoFactorAuth::generate_recovery_codes', {});
  await succeed('api_token_create', { token_name: 'billing', 'acl-1': 'list-accts' }, USER);
  await succeed('set_public_contact', { name: 'Example', url: 'https://example.com/' }, USER);
  await succeed('twofactorauth_set_issuer', { issuer: 'Example' }, USER);
  await succeed('create_user_session', { user: USER, service: 'cpaneld' });
  await succeed('accesshash', { user: USER, generate: '1' });
  await succeed('set_provider_client_configurations', {
    ...{ provider_id: 'google', service_name: 'cpaneld', configurations: '{"client_id":"1234567890"}' },
  });
  await succeed('link_user_authn_provider', {
    ...{
      username: USER,
      provider_id: 'google',
      subject_unique_identifier: '1',
      preferred_username: 'bob@mail.example',
    },
  });
  // Contacts, settings and links.
  await own('ContactInformation::set_email_addresses', {
    address: ['owner@mail.example', 'second@mail.example'],
    old_address: 'owner@mail.example',
    password,
  });
  await own('ContactInformation::set_pushbullet_access_token', { pushbullet_access_token: 'o.abc' });
  await own('ContactInformation::set_notification_preferences', {
    preferences: '{"notify_autossl_renewal":"0"}',
  });
  await own('NVData::set', { names: 'coffee', coffee: 'hot' });
  await own('Personalization::set', { personalization: '{"coffee":"hot"}' });
  await succeed('create_integration_group', {
    user: USER,
    group_id: 'hosting',
    label: 'Contract',
    order: '1',
  });
  await succeed('create_integration_link', {
    ...{
      user: USER,
      app: 'billing',
      implements: 'billing',
      label: 'Billing',
      subscriber_unique_id: '1',
      token: 'fXPd3gR8',
    },
    ...{ autologin_token_url: 'https://billing.example.com/login', url: 'https://billing.example.com/' },
  });
  // Mail and FTP.
  await own('Email::add_pop', { email: 'sales', password });
  const { email, ...reply } = {
    email: 'sales',
    domain: DOMAIN,
    from: 'Sales',
    subject: 'Away',
    body: 'Back soon',
  };
  await own('Email::add_auto_responder', {
    email,
    ...reply,
    interval: '8',
    is_html: '0',
    start: '0',
    stop: '0',
  });
  await own('Email::store_filter', {
    ...{ account: `sales@${DOMAIN}`, filtername: 'x', part1: '$header_subject:', match1: 'is', val1: 'y' },
    action1: 'finish',
  });
  await own('Email::add_forwarder', {
    domain: DOMAIN,
    email: 'info',
    fwdopt: 'fwd',
    fwdemail: `sales@${DOMAIN}`,
  });
  await own('Email::set_default_address', { domain: DOMAIN, fwdopt: 'fwd', fwdemail: `sales@${DOMAIN}` });
  await own('Email::set_manual_mx_redirects', { domain: DOMAIN, mx_host: 'mx.mail.example' });
  await own('EmailAuth::set_mta_sts_policy', {
    ...{ domain: DOMAIN, mode: 'none', report_address: `tls@${DOMAIN}` },
  });
  await own('SpamAssassin::update_user_preference', { preference: 'required_score', value: '6' });
  await own('cPGreyList::disable_domains', { domains: DOMAIN });
  await own('Email::add_list', { domain: 'addon.example', list: 'news', password });
  await own('Ftp::add_ftp', { user: 'upload', pass: password });
  await own('Ftp::set_anonymous_ftp', { set: '1' });
  await succeed('hold_outgoing_email', { user: USER });
  // Work.
  await own2('Cron::set_email', { email: 'webmaster@mail.example' });
  await own2('Cron::add_line', {
    command: 'php cron.php',
    minute: '0',
    hour: '3',
    day: '*',
    month: '*',
    weekday: '*',
  });
  await succeed('importsshkey', { name: 'backup', key: SSH_KEY, user: USER });
  await insertRows();
}

/** `table.column` of every value that contains the text. */
async function inStore(text: string): Promise<string[]> {
  const found = new Set<string>();
  await here.engine.store.transaction('reads', async (db) => {
    for (const table of tables) {
      for (const row of await db.all<Record<string, unknown>>(`SELECT * FROM ${table}`)) {
        for (const [column, value] of Object.entries(row)) {
          const plain = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
          if (plain.includes(text)) found.add(`${table}.${column}`);
        }
      }
    }
    return { value: undefined, keep: false };
  });
  return [...found].sort();
}

/** The paths on the machine whose name, content or target contains the text. */
function onMachine(text: string): string[] {
  const top = join(here.state, 'root');
  const found: string[] = [];
  for (const name of readdirSync(top, { recursive: true, encoding: 'utf8' })) {
    const path = join(top, name);
    const facts = lstatSync(path);
    const content = facts.isSymbolicLink()
      ? readlinkSync(path)
      : facts.isFile()
        ? readFileSync(path, 'latin1')
        : '';
    if (`/${name}`.includes(text) || content.includes(text)) found.push(`/${name}`);
  }
  return found.sort();
}

async function everything(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await here.engine.store.transaction('reads', async (db) => {
    for (const table of tables) {
      const rows = await db.all<Record<string, unknown>>(`SELECT * FROM ${table}`);
      found.set(
        table,
        rows
          .map((row) => JSON.stringify(row))
          .sort()
          .join('\n'),
      );
    }
    return { value: undefined, keep: false };
  });
  const top = join(here.state, 'root');
  for (const name of readdirSync(top, { recursive: true, encoding: 'utf8' })) {
    const facts = lstatSync(join(top, name));
    const content = facts.isSymbolicLink()
      ? readlinkSync(join(top, name))
      : facts.isFile()
        ? readFileSync(join(top, name), 'latin1')
        : '';
    found.set(`/${name}`, `${facts.mode} ${content}`);
  }
  return found;
}

/** Where the texts still are, apart from these places. */
async function leftOf(texts: readonly string[], kept: readonly Leftover[]): Promise<string[]> {
  const found: string[] = [];
  for (const text of texts) {
    for (const place of [...(await inStore(text)), ...onMachine(text)]) {
      if (!kept.some(({ at }) => at.test(place))) found.push(`${text}: ${place}`);
    }
  }
  return found;
}

it('has something in every table that names users, domains or addresses, and has left nothing after it is removed', async () => {
  const columns = new Map<string, string[]>();
  const named = new Set([...(await inStore(USER)), ...(await inStore(DOMAIN)), ...(await inStore(ADDRESS))]);
  for (const [, table = '', body = ''] of schema.matchAll(/CREATE TABLE (\w+) \((.*?)\) STRICT/gs)) {
    const naming = [...body.matchAll(/^ {2}(\w+) TEXT/gm)]
      .map(([, name = '']) => name)
      .filter((one) => NAMING.test(one));
    if (naming.length > 0) columns.set(table, naming);
  }
  const missing = [...columns.keys()].filter(
    (table) => ![...named].some((one) => one.startsWith(`${table}.`)),
  );
  expect(missing.sort()).toEqual(Object.keys(withoutRow).sort());
  await succeed('removeacct', { username: USER });
  expect(await leftOf([USER, DOMAIN], [...deliberate, ...ofRemoved])).toEqual([]);
});

it('has no former name, home and domain after these are changed, and keeps working under the new ones', async () => {
  await succeed('modifyacct', { user: USER, newuser: NEW.user });
  expect(await leftOf([USER], deliberate)).toEqual([]);
  await succeed('modifyacct', { user: NEW.user, domain: NEW.domain });
  // The record with the address for reports follows by a task.
  await runTasks(here, 'detect-mail-routing');
  here.time += 300_000;
  await runTasks(here, 'detect-mail-routing');
  expect(await leftOf([DOMAIN], [...deliberate, ...ofDomain])).toEqual([]);
  const list = async (name: string, args: Record<string, Json> = {}) =>
    (await here.uapi(NEW.user, name, args)).data;
  const access = readFileSync(join(here.state, `root/home/${NEW.user}/public_html/shop/.htaccess`), 'utf8');
  expect(access).toContain(`AuthUserFile "/home/${NEW.user}/.htpasswds/public_html/shop/passwd"`);
  expect(await list('DirectoryPrivacy::list_users', { dir: 'public_html/shop' })).toEqual(['ann']);
  expect(await list('Mime::list_redirects')).toMatchObject([
    { domain: NEW.domain, source: '/old' },
    { domain: `shop.${NEW.domain}`, source: '/old' },
  ]);
  expect(await list('Mime::list_hotlinks')).toMatchObject({ urls: [`https://${NEW.domain}`] });
  expect(await list('DomainInfo::list_domains')).toEqual({
    main_domain: NEW.domain,
    addon_domains: ['addon.example'],
    parked_domains: ['parked.example'],
    sub_domains: [`addon.${NEW.domain}`, `shop.${NEW.domain}`],
  });
  expect(await list('SSL::get_autossl_excluded_domains')).toMatchObject([
    { excluded_domain: `mail.${NEW.domain}` },
  ]);
  const hosts = readFileSync(join(here.state, `root/etc/apache2/whmapi1/accounts/${NEW.user}.conf`), 'utf8');
  expect(hosts).toContain('"%{HTTP_HOST} %{THE_REQUEST}" "^(newdomain[.]example|');
  expect(hosts).toContain(`DocumentRoot "${join(here.state, `root/home/${NEW.user}/public_html/shop`)}"`);
  const zone = readFileSync(join(here.state, `root/var/lib/bind/whmapi1/${NEW.domain}.db`), 'utf8');
  expect(zone).toMatch(new RegExp(`^shop\\.${NEW.domain}\\.\\s.*\\sA\\s`, 'm'));
  expect(zone).toMatch(new RegExp(`\\sCNAME\\sshop\\.${NEW.domain}\\.$`, 'm'));
});

it('is as before after a suspension, and has no former address after that is changed, and nobody has it after its removal', async () => {
  const before = await everything();
  await succeed('suspendacct', { user: USER });
  await succeed('unsuspendacct', { user: USER });
  const after = await everything();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
  // Login links and sessions end, and the folder stays for the next suspension.
  expect(changed.sort()).toEqual([
    // The database has the same rows.
    ...['/etc/suspended', '/var/lib/whmapi1-mail/identities.db', 'login_token', 'session', 'session_end'],
  ]);
  await succeed('setresellermainip', { user: USER, ip: '192.0.2.2' });
  await succeed('setsiteip', { user: 'customer', ip: NEW.address });
  await succeed('setsiteip', { user: USER, ip: NEW.address });
  await succeed('delip', { ip: ADDRESS });
  expect(await leftOf([ADDRESS, '198.51.100.7'], deliberate)).toEqual([]);
});
