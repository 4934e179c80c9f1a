// Fills a store whose only account is a00000, as of a server with many accounts. `path` is that of the store.
import { Database } from '../../src/store/database.ts';
import { multiplyAccount } from './accounts.ts';

/**
 * Further accounts, each with a main domain with a certificate, a subdomain and an alias, and traffic of both sites. Each
 * is a reseller, and has a secret for two-factor authentication, which no list opens.
 */
export function addManyAccounts(path: string, count: number): void {
  multiplyAccount(path, count);
  addWebsites(path);
  addLogins(path);
}

function addWebsites(path: string): void {
  const database = new Database(path);
  const copy = (table: string, given: Readonly<Record<string, string>>) => {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).values() as string[];
    const values = columns.map((name) => given[name] ?? `model.${name}`);
    database.exec(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
       FROM account, (SELECT * FROM ${table} WHERE username = 'a00000' LIMIT 1) AS model
       WHERE account.username <> 'a00000'`,
    );
  };
  const username = 'account.username';
  const facts = `replace(model.facts, 'a00000.example', account.domain)`;
  database.exec('BEGIN');
  copy('certificate', { username, facts });
  copy('certificate_key', { username });
  copy('installed_certificate', { username, servername: 'account.domain' });
  database.exec(
    `INSERT INTO hosted_domain SELECT 'shop.' || domain, username, 'sub', NULL, 'public_html/shop' FROM account;
     INSERT INTO hosted_domain SELECT 'alias.' || domain, username, 'parked', domain, NULL FROM account;
     INSERT INTO bandwidth (server, username, removed_at, day, domain, protocol, bytes)
       SELECT '', username, 0, 20261105, domain, 'http', uid FROM account
       UNION ALL SELECT '', username, 0, 20261106, 'shop.' || domain, 'http', 7 FROM account;
     COMMIT`,
  );
  database.close();
}

function addLogins(path: string): void {
  const database = new Database(path);
  database.exec(
    `INSERT INTO reseller (username) SELECT username FROM account;
     INSERT INTO tfa_secret (username, kind, name, sealed, created_at)
       SELECT username, 'primary_account', '', x'00', created_at FROM account`,
  );
  database.close();
}

const numbers = (count: number) =>
  `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count - 1})`;

/** Mail of the last days. Every second message is one of a00000’s. */
export function addMail(path: string, count: number): void {
  const database = new Database(path);
  const account = `printf('a%05d', CASE n % 2 WHEN 0 THEN 0 ELSE n % 1000 END)`;
  const id = `printf('1abcde-%08d-AB', n)`;
  const now = Math.floor(Date.now() / 1000);
  database.exec(
    `INSERT INTO mail_message (server, msgid, sent_at, sender, sender_domain, username, sender_auth, sender_host, sender_ip, size,
       spam_score)
       ${numbers(count)} SELECT '', ${id}, ${now - 500_000} + n / 4, 'someone@' || ${account} || '.example', ${account} || '.example',
         ${account}, 'dovecot_login', 'host' || (n % 100) || '.example', '192.0.2.' || (n % 250), 1000 + n % 5000, 0 FROM numbers;
     INSERT INTO mail_delivery (server, msgid, type, recipient, delivered_to, recipient_user, delivery_user, delivery_domain,
       acted_at, logged_at, host, ip, router, transport, is_remote, message, attempts)
       ${numbers(count)} SELECT '', ${id}, CASE n % 50 WHEN 0 THEN 'failure' WHEN 1 THEN 'defer' ELSE 'success' END,
         'customer' || n || '@else' || (n % 5000) || '.example', 'customer' || n || '@else' || (n % 5000) || '.example',
         '', '', 'else' || (n % 5000) || '.example', ${now - 500_000} + n / 4, '2026-12-01 10:00:00', 'mx.else.example',
         '198.51.100.7', 'dnslookup', 'remote_smtp', 1, 'The server of “Jürgen” has answered: 250 OK, queued as ' || n, 1
       FROM numbers`,
  );
  database.close();
}

/** Guesses of passwords, blocks, lists of addresses, zones, and problems of certificates. */
export function addGuesses(path: string, count: number): void {
  const database = new Database(path);
  const now = Date.now();
  const host = `printf('10.%d.%d.%d', n / 65536, n / 256 % 256, n % 256)`;
  /** As `keyOf` of the logins’ rules/brute-force/addresses.ts writes it. */
  const address = `printf('40a%02x%02x%02x', n / 65536, n / 256 % 256, n % 256)`;
  database.exec(
    `INSERT INTO login_failure (address, username, service, authentication, is_local, attempt, counts, failed_at)
       ${numbers(count)} SELECT ${address}, 'a' || n, 'whostmgrd', 'password', 0, NULL, 1, ${now} - n FROM numbers;
     INSERT INTO address_block (first, last, kind, notes, began_at, ends_at)
       ${numbers(count)} SELECT ${address}, ${address}, 'brute', 'Too many.', ${now}, ${now + 86_400_000} FROM numbers;
     INSERT INTO address_block (first, last, kind, notes, began_at, ends_at)
       ${numbers(count)} SELECT ${address}, ${address}, 'excessive', 'Too many.', ${now}, ${now + 86_400_000} FROM numbers;
     INSERT INTO user_block (username, only_local, address, service, authentication, began_at, ends_at)
       ${numbers(count)} SELECT 'a' || n, 0, ${address}, 'whostmgrd', 'password', ${now}, ${now + 86_400_000} FROM numbers;
     INSERT INTO address_list_entry (list, first, last, comment)
       ${numbers(count)} SELECT 'black', ${address}, ${address}, 'Known.' FROM numbers;
     INSERT INTO dns_zone (server, name, username) SELECT '', domain, username FROM account WHERE username <> 'a00000';
     INSERT INTO mail_domain (domain, username, routing, detected) SELECT domain, username, 'auto', 'local' FROM account
       WHERE domain NOT IN (SELECT domain FROM mail_domain);
     INSERT INTO autossl_problem (domain, server, username, problem, log, found_at, failures, retry_at)
       SELECT domain, '', username, 'It does not resolve.', '2026-12-01T00:00:00Z', ${now}, 1, ${now} FROM account;
     INSERT INTO autossl_exclusion (username, domain) SELECT username, 'shop.' || domain FROM account;
     INSERT INTO greylist_trusted_host (server, host, comment, created_at)
       ${numbers(count)} SELECT '', ${host}, 'Known.', ${now} FROM numbers;
     INSERT INTO mailbox (domain, local_part, username, hash, quota, folder, created_at, login_suspended, incoming_suspended, outgoing)
       SELECT domain, 'info', username, 'x', NULL, 'mail/' || domain || '/info', ${now}, 0, 0, 'allowed' FROM account`,
  );
  database.close();
}
