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
  const areNew = await insertMessages(db, mail, owners);
  const updated = await updateEarlier(db, mail, owners, areNew);
  await insertDeliveries(db, mail, owners, updated);
}

/** What becomes a row of `mail_delivery`. */
interface NewDelivery extends Omit<Delivery, 'kind' | 'type'> {
  readonly type: Delivery['type'] | 'inprogress';
}

type Key = Pick<NewDelivery, 'msgid' | 'type' | 'recipient' | 'deliveredTo'>;

/** By which a row is recognised. No line of a log has a newline. */
const keyOf = ({ msgid, type, recipient, deliveredTo }: Key) =>
  `${msgid} ${type} ${recipient}\n${deliveredTo}`;

class NewMail {
  readonly arrivals: Arrival[] = [];
  readonly scores = new Map<string, number>();
  /** The IDs of messages. */
  readonly completed = new Set<string>();
  /** The last attempt of each row, by its key, and then the recipients of which nothing else is known. */
  readonly deliveries = new Map<string, NewDelivery>();
  /** How often each was deferred, by the same key. */
  readonly deferrals = new Map<string, number>();

  constructor(events: readonly MailEvent[], since: number) {
    for (const event of events) {
      if (event.kind === 'spam-score') this.scores.set(event.msgid, event.score);
      else if (event.kind === 'completion') this.completed.add(event.msgid);
      else if (event.time < since) continue;
      else if (event.kind === 'arrival') this.arrivals.push(event);
      else this.#attempt(event);
    }
    this.#addInProgress();
  }

  #attempt(delivery: Delivery): void {
    const key = keyOf(delivery);
    this.deliveries.set(key, delivery);
    if (delivery.type === 'defer') this.deferrals.set(key, (this.deferrals.get(key) ?? 0) + 1);
  }

  #addInProgress(): void {
    const unfinished = this.arrivals.filter(({ msgid }) => !this.completed.has(msgid));
    if (unfinished.length === 0) return;
    const recipients = new Map(unfinished.map((one) => [one.msgid, new Set(one.recipients)]));
    for (const { msgid, recipient } of this.deliveries.values()) recipients.get(msgid)?.delete(recipient);
    const nothing = { host: undefined, ip: undefined, transport: undefined, router: '', message: '' };
    for (const { msgid, time, logged } of unfinished) {
      for (const recipient of recipients.get(msgid) ?? []) {
        const known = { msgid, type: 'inprogress', recipient, deliveredTo: recipient } as const;
        this.deliveries.set(keyOf(known), { ...known, time, logged, ...nothing });
      }
    }
  }
}

/** Which accounts of this server have domains, and which users are accounts. */
interface Owners {
  readonly ofDomain: (domain: string) => string;
  /** The user itself, or empty. */
  readonly ofUser: (user: string) => string;
}

async function ownersOf(db: Db, { arrivals, deliveries }: NewMail): Promise<Owners> {
  const domains = new Set<string>();
  const users = new Set<string>();
  for (const { sender, login, localUser } of arrivals) {
    domains.add(domainOf(sender));
    if (login !== undefined) domains.add(domainOfLogin(login));
    if (login !== undefined) users.add(localPartOf(login));
    if (localUser !== undefined) users.add(localUser);
  }
  for (const { recipient, deliveredTo } of deliveries.values()) {
    domains.add(domainOf(recipient));
    if (deliveredTo !== recipient) domains.add(domainOf(deliveredTo));
  }
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
  if (login !== undefined) return ofDomain(domainOfLogin(login)) || ofUser(localPartOf(login));
  if (localUser === undefined) return '';
  return ofUser(localUser) || ofDomain(domainOf(sender));
}

/** @returns false if some messages were known already, because a log was read again. They stay as they are. */
async function insertMessages(db: Db, { arrivals, scores }: NewMail, owners: Owners): Promise<boolean> {
  const inserted = await insert(
    db,
    `INSERT INTO mail_message (server, msgid, sent_at, sender, sender_domain, username, sender_auth, sender_host,
       sender_ip, size, spam_score)`,
    arrivals,
    (one) => [
      db.server,
      one.msgid,
      one.time,
      one.sender,
      domainOf(one.sender),
      senderOf(one, owners),
      one.authenticator ?? (one.localUser === undefined ? STRANGER : LOCAL_USER),
      one.host ?? 'localhost',
      one.ip ?? '127.0.0.1',
      one.size,
      scores.get(one.msgid) ?? 0,
    ],
    'ON CONFLICT (server, msgid) DO NOTHING',
  );
  return inserted === arrivals.length;
}

/**
 * Brings the rows up to date to which earlier parts of the log have led: recipients are no longer in progress once
 * something happened to them, and a deferral follows another one.
 * @param areNew whether nothing is known of the messages that arrived.
 * @returns the keys of the deliveries that have such a row.
 */
async function updateEarlier(
  db: Db,
  { arrivals, deliveries, completed, deferrals }: NewMail,
  owners: Owners,
  areNew: boolean,
): Promise<ReadonlySet<string>> {
  const isNew = new Set(areNew ? arrivals.map(({ msgid }) => msgid) : []);
  const wanted = `(SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`;
  const done = [...completed].filter((msgid) => !isNew.has(msgid));
  if (done.length > 0) {
    await db.run(
      `DELETE FROM mail_delivery WHERE server = ? AND type = 'inprogress' AND msgid IN ${wanted}`,
      ...[db.server, JSON.stringify(done)],
    );
  }
  const later = [...deliveries.values()].filter(({ msgid }) => !isNew.has(msgid));
  const updated = new Set<string>();
  if (later.length === 0) return updated;
  const listOf = (name: 'msgid' | 'recipient') => JSON.stringify([...new Set(later.map((one) => one[name]))]);
  const rows = await db.all<Key & { id: number; attempts: number }>(
    `SELECT id, msgid, type, recipient, delivered_to AS "deliveredTo", attempts FROM mail_delivery
     WHERE server = ? AND msgid IN ${wanted} AND recipient IN ${wanted}`,
    ...[db.server, listOf('msgid'), listOf('recipient')],
  );
  const placeOf = ({ msgid, recipient }: Pick<Key, 'msgid' | 'recipient'>) => `${msgid} ${recipient}`;
  const attempted = new Set(later.filter(({ type }) => type !== 'inprogress').map(placeOf));
  for (const row of rows) {
    const key = keyOf(row);
    const delivery = deliveries.get(key);
    if (row.type === 'inprogress' && attempted.has(placeOf(row))) {
      await db.run('DELETE FROM mail_delivery WHERE id = ?', row.id);
    } else if (delivery !== undefined) {
      const before = row.type === 'defer' ? row.attempts : 0;
      await db.run(
        `UPDATE mail_delivery SET acted_at = ?, logged_at = ?, host = ?, ip = ?, router = ?, transport = ?, is_remote = ?,
           message = ?, attempts = ? WHERE id = ?`,
        ...[delivery.time, delivery.logged, delivery.host ?? null, delivery.ip ?? null, delivery.router],
        ...[delivery.transport ?? null, isRemote(delivery, owners.ofDomain(deliveryDomainOf(delivery)))],
        ...[delivery.message, before + (deferrals.get(key) ?? 1), row.id],
      );
      updated.add(key);
    }
  }
  return updated;
}

async function insertDeliveries(
  db: Db,
  { deliveries, deferrals }: NewMail,
  owners: Owners,
  updated: ReadonlySet<string>,
): Promise<void> {
  await insert(
    db,
    `INSERT INTO mail_delivery (server, msgid, type, recipient, delivered_to, recipient_user, delivery_user,
       delivery_domain, acted_at, logged_at, host, ip, router, transport, is_remote, message, attempts)`,
    [...deliveries.values()].filter((one) => updated.size === 0 || !updated.has(keyOf(one))),
    (one) => {
      const recipientUser = owners.ofDomain(domainOf(one.recipient));
      const domain = deliveryDomainOf(one);
      const user = owners.ofDomain(domain);
      return [
        db.server,
        one.msgid,
        one.type,
        one.recipient,
        one.deliveredTo,
        recipientUser,
        user,
        domain,
        one.time,
        one.logged,
        one.host ?? null,
        one.ip ?? null,
        one.router,
        one.transport ?? null,
        isRemote(one, user),
        one.message,
        one.type === 'defer' ? (deferrals.get(keyOf(one)) ?? 1) : 1,
      ];
    },
  );
}

/** A file, a program or nothing has no domain: then the recipient has it. */
const deliveryDomainOf = ({ deliveredTo, recipient }: NewDelivery) =>
  domainOf(deliveredTo) || domainOf(recipient);

/** 1 if it goes to another server. `user`: the account that it is delivered to. */
function isRemote({ ip, transport }: NewDelivery, user: string): 0 | 1 {
  const isElsewhere = ip === undefined ? transport === undefined && user === '' : !isLoopback(ip);
  return isElsewhere ? 1 : 0;
}

/** A statement has at most so many rows. Those with all of them are prepared once. */
const ROWS = 50;

/** @returns how many rows were inserted. */
async function insert<Item>(
  db: Db,
  begin: string,
  items: readonly Item[],
  valuesOf: (item: Item) => SqlValue[],
  end = '',
): Promise<number> {
  const [first] = items;
  if (first === undefined) return 0;
  const place = `(${valuesOf(first)
    .map(() => '?')
    .join(', ')})`;
  const one = `${begin} VALUES ${place} ${end}`;
  const many = `${begin} VALUES ${Array<string>(ROWS).fill(place).join(', ')} ${end}`;
  let inserted = 0;
  for (let at = 0; at < items.length;) {
    const part = items.length - at < ROWS ? 1 : ROWS;
    const values: SqlValue[] = [];
    for (const item of items.slice(at, at + part)) values.push(...valuesOf(item));
    inserted += await db.run(part === 1 ? one : many, ...values);
    at += part;
  }
  return inserted;
}

/** In lower case, as the log is read. Empty: it is no address, but a file, for example. */
function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 || '/|:>'.includes(address.charAt(0)) ? '' : address.slice(at + 1);
}

/** A login is stored as the client has sent it. */
const domainOfLogin = (login: string) => domainOf(login).toLowerCase();

/** The name of an account’s own login may have the server’s name as its domain: `bob@server.example`. */
function localPartOf(login: string): string {
  const at = login.lastIndexOf('@');
  return at < 0 ? login : login.slice(0, at);
}

const isLoopback = (ip: string) => ip.startsWith('127.') || ip === '::1';
