// The mail of an account as it is stored: its mailboxes, forwarders and settings. A change is a function from one state to
// the next; what differs is written to the machine and then stored.
import type { Db, SqlValue } from '../../../core/context.ts';
import { renamedName, type Renames } from '../../domains/rules/renamed-domains.ts';

export type Outgoing = 'open' | 'held' | 'suspended';
export type Routing = 'local' | 'secondary' | 'remote';
/** `unknown`: it could not be looked up yet. The mail waits. */
export type Detected = Routing | 'unknown';

export interface MailSettings {
  /** What happens to mail that the account sends. */
  readonly outgoing: Outgoing;
}

export interface MailDomain {
  readonly domain: string;
  readonly routing: 'auto' | Routing;
  /** What `auto` was found to mean. */
  readonly detected: Detected;
  /** The last lookup failed, so a task repeats it. */
  readonly isUnsure: boolean;
  /** Where mail for unknown addresses goes. Null: to the account. */
  readonly defaultAddress: string | null;
  /** The domain whose addresses of the same name get its mail. */
  readonly forwardTo: string | null;
}

export interface Mailbox {
  readonly domain: string;
  readonly localPart: string;
  /** As in a shadow file. */
  readonly hash: string;
  /** In bytes. Null: no limit. */
  readonly quota: number | null;
  /** Below `~/mail` and `~/etc`. It stays if the domain is renamed. */
  readonly folder: string;
  readonly createdAt: number;
  readonly loginSuspended: boolean;
  readonly incomingSuspended: boolean;
  readonly outgoing: Outgoing;
  /** Mail for `sales+shop@bob.example` creates the folder “shop” if it does not exist. */
  readonly createsFolders: boolean;
}

export interface Forwarder {
  readonly domain: string;
  readonly localPart: string;
  /** An address, the name of an account, `:fail: REASON` or `:blackhole:`. */
  readonly destination: string;
}

export interface Autoresponder {
  readonly domain: string;
  readonly localPart: string;
  /** The name that the reply has as its sender. */
  readonly sender: string;
  readonly subject: string;
  readonly body: string;
  readonly isHtml: boolean;
  /** Between two replies to the same sender. */
  readonly intervalHours: number;
  /** In seconds since 1970-01-01. 0: no limit. */
  readonly startsAt: number;
  readonly stopsAt: number;
}

export interface FilterRule {
  /** What is looked at: `$header_subject:`. */
  readonly part: string;
  /** `contains`. */
  readonly match: string;
  readonly val: string;
  /** Between this rule and the next. */
  readonly opt: 'and' | 'or';
}

export interface FilterAction {
  readonly action: 'deliver' | 'fail' | 'finish' | 'save';
  readonly dest: string;
}

export interface Filter {
  /** Both empty: for all mailboxes of the account. */
  readonly domain: string;
  readonly localPart: string;
  readonly name: string;
  readonly position: number;
  readonly enabled: boolean;
  readonly rules: readonly FilterRule[];
  readonly actions: readonly FilterAction[];
}

export interface MailRedirect {
  readonly domain: string;
  /** Gets the mail of the domain, whatever its MX records say. */
  readonly host: string;
}

export interface MailingList {
  readonly domain: string;
  readonly localPart: string;
  readonly advertised: boolean;
  /** 1: who joins confirms it. 2: the owner approves it. 3: both. */
  readonly subscribePolicy: 1 | 2 | 3;
}

export interface SpamPreference {
  /** `whitelist_from`, as SpamAssassin names it. */
  readonly name: string;
  readonly value: string;
}

export interface SpamSettings {
  readonly enabled: boolean;
  /** Spam goes to a folder of each mailbox. */
  readonly box: boolean;
  /** Ten times the score from which spam is deleted. Null: it is kept. */
  readonly deleteScore: number | null;
  readonly preferences: readonly SpamPreference[];
}

export interface MailState {
  readonly settings: readonly MailSettings[];
  readonly domains: readonly MailDomain[];
  readonly mailboxes: readonly Mailbox[];
  readonly forwarders: readonly Forwarder[];
  readonly autoresponders: readonly Autoresponder[];
  readonly filters: readonly Filter[];
  readonly redirects: readonly MailRedirect[];
  /** Domains whose mail is not greylisted. */
  readonly greylistOff: readonly { readonly domain: string }[];
  /** At most one. */
  readonly spam: readonly SpamSettings[];
  readonly lists: readonly MailingList[];
}

type Part = keyof MailState;
type Row = Readonly<Record<string, SqlValue>>;

interface Table {
  readonly table: string;
  /** Columns by property. All tables also have `username`. */
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly flags?: readonly string[];
  /** Lists, stored as JSON. */
  readonly lists?: readonly string[];
}

const tables: Readonly<Record<Part, Table>> = {
  settings: { table: 'mail_account', key: [], columns: { outgoing: 'outgoing' } },
  domains: {
    table: 'mail_domain',
    key: ['domain'],
    columns: {
      domain: 'domain',
      routing: 'routing',
      detected: 'detected',
      isUnsure: 'unsure',
      defaultAddress: 'default_address',
      forwardTo: 'forward_to',
    },
    flags: ['isUnsure'],
  },
  mailboxes: {
    table: 'mailbox',
    key: ['domain', 'localPart'],
    columns: {
      domain: 'domain',
      localPart: 'local_part',
      hash: 'hash',
      quota: 'quota',
      folder: 'folder',
      createdAt: 'created_at',
      loginSuspended: 'login_suspended',
      incomingSuspended: 'incoming_suspended',
      outgoing: 'outgoing',
      createsFolders: 'creates_folders',
    },
    flags: ['loginSuspended', 'incomingSuspended', 'createsFolders'],
  },
  forwarders: {
    table: 'mail_forwarder',
    key: ['domain', 'localPart', 'destination'],
    columns: { domain: 'domain', localPart: 'local_part', destination: 'destination' },
  },
  autoresponders: {
    table: 'mail_autoresponder',
    key: ['domain', 'localPart'],
    columns: {
      domain: 'domain',
      localPart: 'local_part',
      sender: 'sender',
      subject: 'subject',
      body: 'body',
      isHtml: 'is_html',
      intervalHours: 'interval_hours',
      startsAt: 'starts_at',
      stopsAt: 'stops_at',
    },
    flags: ['isHtml'],
  },
  filters: {
    table: 'mail_filter',
    key: ['domain', 'localPart', 'name'],
    columns: {
      domain: 'domain',
      localPart: 'local_part',
      name: 'name',
      position: 'position',
      enabled: 'enabled',
      rules: 'rules',
      actions: 'actions',
    },
    flags: ['enabled'],
    lists: ['rules', 'actions'],
  },
  greylistOff: { table: 'greylist_off_domain', key: ['domain'], columns: { domain: 'domain' } },
  redirects: { table: 'mail_redirect', key: ['domain'], columns: { domain: 'domain', host: 'host' } },
  spam: {
    table: 'mail_spam',
    key: [],
    columns: { enabled: 'enabled', box: 'box', deleteScore: 'delete_score', preferences: 'preferences' },
    flags: ['enabled', 'box'],
    lists: ['preferences'],
  },
  lists: {
    table: 'mailing_list',
    key: ['domain', 'localPart'],
    columns: {
      domain: 'domain',
      localPart: 'local_part',
      advertised: 'advertised',
      subscribePolicy: 'subscribe_policy',
    },
    flags: ['advertised'],
  },
};
const parts = Object.keys(tables) as Part[];

/** Reads everything that is stored of the mail of an account, sorted. */
export async function readState(db: Db, username: string): Promise<MailState> {
  const state: Partial<Record<Part, unknown[]>> = {};
  for (const part of parts) {
    const { table, columns, key, flags = [], lists = [] } = tables[part];
    const selected = Object.entries(columns).map(([property, column]) => `${column} AS "${property}"`);
    const order = [...key.map((property) => columns[property]), 'username'].join(', ');
    const sql = `SELECT ${selected.join(', ')} FROM ${table} WHERE username = ? ORDER BY ${order}`;
    const rows = await db.all<Row>(sql, username);
    state[part] = rows.map((row) => ({
      ...row,
      ...Object.fromEntries(flags.map((flag) => [flag, row[flag] === 1])),
      ...Object.fromEntries(lists.map((list) => [list, JSON.parse(String(row[list])) as unknown])),
    }));
  }
  return state as unknown as MailState;
}

/** The rows in which two states differ. JSON. */
export type StateChange = Readonly<
  Record<Part, { readonly removed: readonly object[]; readonly added: readonly object[] }>
>;

export function changeBetween(before: MailState, after: MailState): StateChange {
  const changes = parts.map((part) => {
    const [had, has] = [keyed(part, before[part]), keyed(part, after[part])];
    const differs = (key: string, row: object, other: ReadonlyMap<string, object>) =>
      JSON.stringify(other.get(key)) !== JSON.stringify(row);
    return [
      part,
      {
        removed: [...had].filter(([key, row]) => differs(key, row, has)).map(([, row]) => row),
        added: [...has].filter(([key, row]) => differs(key, row, had)).map(([, row]) => row),
      },
    ] as const;
  });
  return Object.fromEntries(changes) as unknown as StateChange;
}

function keyed(part: Part, rows: readonly object[]): Map<string, object> {
  const { key } = tables[part];
  const keyOf = (row: object) => JSON.stringify(key.map((name) => (row as Row)[name]));
  return new Map(rows.map((row) => [keyOf(row), row]));
}

export async function storeChange(db: Db, username: string, change: StateChange): Promise<void> {
  for (const part of parts) {
    const { table, columns, key, flags = [] } = tables[part];
    const column = (property: string) => columns[property] ?? property;
    const where = [...key.map(column), 'username'].map((name) => `${name} = ?`).join(' AND ');
    for (const row of change[part].removed as Row[])
      await db.run(`DELETE FROM ${table} WHERE ${where}`, ...key.map((name) => valueOf(row, name)), username);
    const names = ['username', ...Object.values(columns)];
    for (const row of change[part].added as Row[]) {
      await db.run(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ...[
          username,
          ...Object.keys(columns).map((property) => valueOf(row, property, flags.includes(property))),
        ],
      );
    }
  }
}

/** A flag that a change of an earlier version does not have is off. */
function valueOf(row: Row, property: string, isFlag = false): SqlValue {
  const value: unknown = row[property];
  if (isFlag) return value === true ? 1 : 0;
  if (Array.isArray(value)) return JSON.stringify(value);
  return (value ?? null) as SqlValue;
}

/** The state with other names of domains. Addresses elsewhere that forward to them are destinations, and change too. */
export function renamedState(state: MailState, renames: Renames): MailState {
  if (renames.size === 0) return state;
  const named = <T extends { readonly domain: string }>(row: T): T => ({
    ...row,
    domain: renames.get(row.domain) ?? row.domain,
  });
  const address = (text: string) => {
    const at = text.lastIndexOf('@');
    const renamed = at < 0 || text.startsWith(':') ? undefined : renamedName(text.slice(at + 1), renames);
    return renamed === undefined ? text : `${text.slice(0, at + 1)}${renamed}`;
  };
  return {
    settings: state.settings,
    domains: state.domains.map((row) => ({
      ...named(row),
      defaultAddress: row.defaultAddress === null ? null : address(row.defaultAddress),
    })),
    mailboxes: state.mailboxes.map(named),
    forwarders: state.forwarders.map((row) => ({ ...named(row), destination: address(row.destination) })),
    autoresponders: state.autoresponders.map(named),
    filters: state.filters.map(named),
    greylistOff: state.greylistOff.map(named),
    redirects: state.redirects.map(named),
    spam: state.spam,
    lists: state.lists.map(named),
  };
}

/** The state without domains that the account no longer has. */
export function withoutDomains(state: MailState, gone: ReadonlySet<string>): MailState {
  const kept = <T extends { readonly domain: string }>(rows: readonly T[]) =>
    rows.filter(({ domain }) => !gone.has(domain));
  return {
    settings: state.settings,
    domains: kept(state.domains),
    mailboxes: kept(state.mailboxes),
    forwarders: kept(state.forwarders),
    autoresponders: kept(state.autoresponders),
    filters: kept(state.filters),
    greylistOff: kept(state.greylistOff),
    redirects: kept(state.redirects),
    spam: state.spam,
    lists: kept(state.lists),
  };
}

export const NO_MAIL: MailState = {
  ...{ settings: [], domains: [], mailboxes: [], redirects: [] },
  ...{ forwarders: [], autoresponders: [], filters: [], greylistOff: [], spam: [], lists: [] },
};

/** How the account may send mail. */
export const outgoingOf = ({ settings: [first] }: MailState): Outgoing => first?.outgoing ?? 'open';

/** The spam filter of the account. */
export const spamOf = ({ spam: [first] }: MailState): SpamSettings =>
  first ?? { enabled: false, box: false, deleteScore: null, preferences: [] };

export function domainIn({ domains }: MailState, domain: string): MailDomain {
  const found = domains.find((one) => one.domain === domain);
  if (found !== undefined) return found;
  const unknowns = { defaultAddress: null, forwardTo: null, isUnsure: false };
  return { domain, routing: 'auto', detected: 'local', ...unknowns };
}

export const routingOf = ({ routing, detected }: MailDomain): Detected =>
  routing === 'auto' ? detected : routing;
