// Stores what the main log of Exim says of messages and their recipients.
import type { Db, SqlValue } from '../../../../core/context.ts';
import type { Arrival, Delivery, MailEvent } from './mail-events.ts';

/** Who has sent a message. */
export const STRANGER = 'unauthorized';
export const LOCAL_USER = 'localuser';

/** Adds what a part of the log says. Does not add what is older than `since`, in seconds since 1970-01-01. */
export async function add(db: Db, events: readonly MailEvent[], since: number): Promise<void> {
  const mail = new NewMail(events, since);
  const owners = await ownersOf(db, mail);
  await insertMessages(db, mail, owners);
  await forgetInProgress(db, mail);
  await insertDeliveries(db, mail, owners);
}

/** A row of `mail_delivery`. */
interface NewDelivery extends Omit<Delivery, 'kind' | 'type'> {
  readonly type: Delivery['type'] | 'inprogress';
  attempts: number;
}

class NewMail {
  readonly arrivals: Arrival[] = [];
  readonly scores = new Map<string, number>();
  readonly completed: string[] = [];
  /** What happened to recipients, without those of which nothing is known but that the message arrived. */
  readonly attempted = new Map<string, NewDelivery>();
  readonly #waiting = new Map<string, Map<string, NewDelivery>>();

  constructor(events: readonly MailEvent[], since: number) {
    for (const event of events) {
      if (event.kind === 'spam-score') this.scores.set(event.msgid, event.score);
      else if (event.kind === 'completion') this.#complete(event.msgid);
      else if (event.time < since) continue;
      else if (event.kind === 'arrival') this.#arrive(event);
      else this.#attempt(event);
    }
  }

  get deliveries(): readonly NewDelivery[] {
    return [...this.attempted.values(), ...[...this.#waiting.values()].flatMap((of) => [...of.values()])];
  }

  #arrive(arrival: Arrival): void {
    const { msgid, time, logged } = arrival;
    this.arrivals.push(arrival);
    const waiting = arrival.recipients.map((recipient): [string, NewDelivery] => {
      const nothing = { host: undefined, ip: undefined, transport: undefined, router: '', message: '' };
      const known = { msgid, time, logged, recipient, deliveredTo: recipient, attempts: 1 };
      return [recipient, { ...known, ...nothing, type: 'inprogress' }];
    });
    this.#waiting.set(msgid, new Map(waiting));
  }

  #attempt(delivery: Delivery): void {
    const { msgid, type, recipient, deliveredTo } = delivery;
    this.#waiting.get(msgid)?.delete(recipient);
    const key = JSON.stringify([msgid, type, recipient, deliveredTo]);
    const before = this.attempted.get(key)?.attempts ?? 0;
    this.attempted.set(key, { ...delivery, attempts: type === 'defer' ? before + 1 : 1 });
  }

  #complete(msgid: string): void {
    this.#waiting.delete(msgid);
    this.completed.push(msgid);
  }
}

/** Which accounts of this server have domains, and which users are accounts. */
interface Owners {
  readonly ofDomain: (domain: string) => string;
  /** The user itself, or empty. */
  readonly ofUser: (user: string) => string;
}

async function ownersOf(db: Db, { arrivals, deliveries }: NewMail): Promise<Owners> {
  const logins = arrivals.flatMap(({ login }) => login ?? []);
  const domains = new Set([
    ...[...logins, ...arrivals.map(({ sender }) => sender)].map(domainOf),
    ...deliveries.flatMap(({ recipient, deliveredTo }) => [domainOf(recipient), domainOf(deliveredTo)]),
  ]);
  const users = new Set([
    ...logins.map(localPartOf),
    ...arrivals.flatMap(({ localUser }) => localUser ?? []),
  ]);
  const wanted = `(SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`;
  const list = JSON.stringify([...domains]);
  const rows = await db.all<{ domain: string; username: string }>(
    `SELECT domain, username FROM account WHERE server = ? AND domain IN ${wanted}
     UNION ALL SELECT hosted_domain.domain, account.username FROM hosted_domain
     JOIN account ON account.username = hosted_domain.username
     WHERE account.server = ? AND hosted_domain.domain IN ${wanted}`,
    ...[db.server, list, db.server, list],
  );
  const found = await db.all<{ username: string }>(
    `SELECT username FROM account WHERE server = ? AND username IN ${wanted}`,
    ...[db.server, JSON.stringify([...users])],
  );
  const byDomain = new Map(rows.map(({ domain, username }) => [domain, username]));
  const accounts = new Set(found.map(({ username }) => username));
  return {
    ofDomain: (domain) => byDomain.get(domain) ?? '',
    ofUser: (user) => (accounts.has(user) ? user : ''),
  };
}

/**
 * The account that has sent a message: that of the Unix user or of the login. A mailbox’s own rules (vacation, redirect)
 * send as root, with the mailbox as their sender. A stranger can claim any sender, and is nobody.
 */
function senderOf({ login, localUser, sender }: Arrival, { ofDomain, ofUser }: Owners): string {
  if (login !== undefined) return ofDomain(domainOf(login)) || ofUser(localPartOf(login));
  if (localUser === undefined) return '';
  return ofUser(localUser) || ofDomain(domainOf(sender));
}

async function insertMessages(db: Db, { arrivals, scores }: NewMail, owners: Owners): Promise<void> {
  const rows = arrivals.map((one): SqlValue[] => {
    const { msgid, time, sender, authenticator, host, ip, size } = one;
    const auth = authenticator ?? (one.localUser === undefined ? STRANGER : LOCAL_USER);
    return [
      ...[db.server, msgid, time, sender, domainOf(sender), senderOf(one, owners), auth],
      ...[host ?? 'localhost', ip ?? '127.0.0.1', size, scores.get(msgid) ?? 0],
    ];
  });
  await insert(
    db,
    `INSERT INTO mail_message (server, msgid, sent_at, sender, sender_domain, username, sender_auth, sender_host,
       sender_ip, size, spam_score)`,
    rows,
    'ON CONFLICT (server, msgid) DO NOTHING',
  );
}

/** Recipients of earlier batches are no longer in progress once something happened to them. */
async function forgetInProgress(db: Db, { arrivals, attempted, completed }: NewMail): Promise<void> {
  const isNew = new Set(arrivals.map(({ msgid }) => msgid));
  const wanted = db.dialect.eachOf('?', 'wanted');
  const done = completed.filter((msgid) => !isNew.has(msgid));
  if (done.length > 0) {
    await db.run(
      `DELETE FROM mail_delivery WHERE server = ? AND type = 'inprogress' AND msgid IN (SELECT value FROM ${wanted})`,
      ...[db.server, JSON.stringify(done)],
    );
  }
  for (const { msgid, recipient } of attempted.values()) {
    if (isNew.has(msgid)) continue;
    await db.run(
      `DELETE FROM mail_delivery WHERE server = ? AND msgid = ? AND type = 'inprogress' AND recipient = ?`,
      ...[db.server, msgid, recipient],
    );
  }
}

async function insertDeliveries(db: Db, { deliveries }: NewMail, { ofDomain }: Owners): Promise<void> {
  const rows = deliveries.map((one): SqlValue[] => {
    const { msgid, type, recipient, deliveredTo, time, logged, host, ip, router, transport, message } = one;
    // A file, a program or nothing: then the recipient has it.
    const domain = domainOf(deliveredTo) || domainOf(recipient);
    const user = ofDomain(domain);
    const isRemote = ip === undefined ? transport === undefined && user === '' : !isLoopback(ip);
    return [
      ...[db.server, msgid, type, recipient, deliveredTo, ofDomain(domainOf(recipient)), user, domain, time],
      ...[
        logged,
        host ?? null,
        ip ?? null,
        router,
        transport ?? null,
        isRemote ? 1 : 0,
        message,
        one.attempts,
      ],
    ];
  });
  await insert(
    db,
    `INSERT INTO mail_delivery (server, msgid, type, recipient, delivered_to, recipient_user, delivery_user,
       delivery_domain, acted_at, logged_at, host, ip, router, transport, is_remote, message, attempts)`,
    rows,
    `ON CONFLICT (server, msgid, type, recipient, delivered_to) DO UPDATE SET acted_at = excluded.acted_at,
       logged_at = excluded.logged_at, host = excluded.host, ip = excluded.ip, router = excluded.router,
       transport = excluded.transport, is_remote = excluded.is_remote, message = excluded.message,
       attempts = CASE WHEN mail_delivery.type = 'defer' THEN mail_delivery.attempts + excluded.attempts ELSE 1 END`,
  );
}

/** A statement has at most so many rows. Those with all of them are prepared once. */
const ROWS = 50;

async function insert(db: Db, begin: string, rows: readonly SqlValue[][], end: string): Promise<void> {
  const place = `(${(rows[0] ?? []).map(() => '?').join(', ')})`;
  const one = `${begin} VALUES ${place} ${end}`;
  const many = `${begin} VALUES ${Array<string>(ROWS).fill(place).join(', ')} ${end}`;
  for (let at = 0; at < rows.length;) {
    const part = rows.length - at < ROWS ? 1 : ROWS;
    await db.run(part === 1 ? one : many, ...rows.slice(at, at + part).flat());
    at += part;
  }
}

function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 || /^[/|:>]/.test(address) ? '' : address.slice(at + 1).toLowerCase();
}

/** The name of an account’s own login may have the server’s name as its domain: `bob@server.example`. */
function localPartOf(login: string): string {
  const at = login.lastIndexOf('@');
  return at < 0 ? login : login.slice(0, at);
}

const isLoopback = (ip: string) => ip.startsWith('127.') || ip === '::1';
