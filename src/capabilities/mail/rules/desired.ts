// What the mail servers need of an account: the files that Exim reads, and the logins of Dovecot. Everything that creates,
// changes, renames, suspends or removes compares two of these.
import type { Account } from '../../accounts/rules/accounts.ts';
import type { HostedDomain } from '../../domains/rules/hosted-domains.ts';
import { SCRIPT, sieveOf } from './sieve.ts';
import { requiredScore } from './spam/preferences.ts';
import {
  domainIn,
  outgoingOf,
  routingOf,
  spamOf,
  type Forwarder,
  type MailState,
  type Mailbox,
} from './state.ts';

/** The folders of Exim’s files (`driver/exim/places.ts`). */
export type Lookup = 'domains' | 'aliases' | 'mailboxes' | 'secondary' | 'redirects' | 'moving' | 'accounts';
/** The folder of Exim’s files for domains whose mail is refused. */
export const BLOCKED_LOOKUP = 'blocked-domains';

/** A login. `driver/dovecot/identities.ts` adds the user ID. */
export interface DesiredIdentity {
  readonly address: string;
  readonly username: string;
  readonly hash: string | null;
  readonly home: string;
  readonly maildir: string;
  readonly quota: number;
  readonly canLogIn: boolean;
  readonly createsFolders: boolean;
}

export interface DesiredMail {
  /** The content of files, by `domains/bob.example`. */
  readonly files: ReadonlyMap<string, string>;
  readonly identities: readonly DesiredIdentity[];
  /** The content of files in the home, by `etc/bob.example/passwd`. */
  readonly homeFiles: ReadonlyMap<string, string>;
}

export const NOTHING: DesiredMail = { files: new Map(), identities: [], homeFiles: new Map() };

export function desiredMail(
  account: Account,
  hosted: readonly HostedDomain[],
  state: MailState,
): DesiredMail {
  const { username, settings, suspendedAt } = account;
  const isSuspended = suspendedAt !== null;
  const files = new Map<string, string>();
  const put = (lookup: Lookup, name: string, lines: readonly string[]) =>
    files.set(`${lookup}/${name}`, lines.map((line) => `${line}\n`).join(''));
  put('accounts', username, [
    `outgoing: ${isSuspended ? 'suspended' : outgoingOf(state)}`,
    ...(settings.maxEmailPerHour === null ? [] : [`limit: ${settings.maxEmailPerHour}`]),
    ...(settings.maxDeferFailPercentage === null ? [] : [`failures: ${settings.maxDeferFailPercentage}`]),
    ...spamLines(state),
  ]);
  for (const name of domainsOf(account, hosted)) {
    const domain = domainIn(state, name);
    const boxes = sortedOf(state.mailboxes, name, ({ localPart }) => localPart);
    const { forwardTo } = domain;
    put('domains', name, [
      `owner: ${username}`,
      ...(forwardTo === null ? [] : [`forward: ${forwardTo}`]),
      ...(state.greylistOff.some((one) => one.domain === name) ? ['greylist: off'] : []),
    ]);
    const redirect = state.redirects.find((one) => one.domain === name);
    if (redirect !== undefined) put('redirects', name, [`host: ${redirect.host}`]);
    if (routingOf(domain) === 'unknown') put('moving', name, []);
    if (routingOf(domain) === 'secondary') put('secondary', name, []);
    if (routingOf(domain) !== 'local') continue;
    const own = sortedOf(state.forwarders, name, (one) => `${one.localPart} ${one.destination}`);
    put('aliases', name, [...aliases(own, boxes), `*: ${domain.defaultAddress ?? username}`]);
    if (boxes.length > 0) put('mailboxes', name, boxes.map(mailboxLine));
  }
  return {
    files,
    identities: identitiesOf(account, state, isSuspended),
    homeFiles: homeFilesOf(account, state),
  };
}

/**
 * The Sieve scripts of mailboxes, and the logins of each domain as cPanel’s archives have them. The latter are a copy:
 * Dovecot never reads them.
 */
function homeFilesOf(account: Account, state: MailState): ReadonlyMap<string, string> {
  const { username, uid, home } = account;
  const files = new Map<string, string>();
  const filters = [...state.filters].sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1));
  // Filters of the account come before those of a mailbox.
  const ofAccount = filters.filter(({ localPart }) => localPart === '');
  const spam = spamOf(state);
  const hasSpamBox = spam.enabled && spam.box;
  const putScript = (folder: string, script: string | undefined) => {
    if (script !== undefined) files.set(`etc/${folder}/${SCRIPT}`, script);
  };
  putScript(username, sieveOf(ofAccount, undefined, hasSpamBox));
  const lines = new Map<string, string[]>();
  const add = (path: string, line: string) => lines.set(path, [...(lines.get(path) ?? []), line]);
  const sorted = [...state.mailboxes].sort((a, b) => (a.localPart < b.localPart ? -1 : 1));
  for (const { domain, localPart, folder, hash, loginSuspended } of sorted) {
    const isOwn = (one: { readonly domain: string; readonly localPart: string }) =>
      one.domain === domain && one.localPart === localPart;
    const own = [...ofAccount, ...filters.filter(isOwn)];
    putScript(folder, sieveOf(own, state.autoresponders.find(isOwn), hasSpamBox));
    add(`etc/${domain}/passwd`, `${localPart}:x:${uid}:${uid}::${home}/mail/${folder}:${home}`);
    add(`etc/${domain}/shadow`, `${localPart}:${loginSuspended ? '!' : ''}${hash}::::::`);
  }
  for (const [path, all] of lines) files.set(path, all.map((line) => `${line}\n`).join(''));
  return files;
}

/** Scores are ten times those of SpamAssassin, as Exim has them. */
function spamLines(state: MailState): string[] {
  const { enabled, deleteScore, preferences } = spamOf(state);
  if (!enabled) return [];
  return [
    `spam: ${requiredScore(preferences)}`,
    ...(deleteScore === null ? [] : [`spam-delete: ${deleteScore}`]),
  ];
}

/** The same rows give the same file, whatever their order. */
function sortedOf<T extends { readonly domain: string }>(
  rows: readonly T[],
  domain: string,
  keyOf: (row: T) => string,
): T[] {
  const own = rows.filter((one) => one.domain === domain);
  return own.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** All domains of an account that can have mail. */
export function domainsOf(account: Pick<Account, 'domain'>, hosted: readonly HostedDomain[]): string[] {
  const names = hosted.map(({ domain }) => domain).filter((name) => !name.startsWith('*'));
  return [account.domain, ...names].sort();
}

/** A forwarder of an address that is also a mailbox adds destinations: the mailbox still gets its mail. */
function aliases(forwarders: readonly Forwarder[], boxes: readonly Mailbox[]): string[] {
  const destinations = new Map<string, string[]>();
  for (const { localPart, destination } of forwarders)
    destinations.set(localPart, [...(destinations.get(localPart) ?? []), destination]);
  return [...destinations].map(([localPart, list]) => {
    const box = boxes.find((one) => one.localPart === localPart);
    const all = box === undefined ? list : [`${localPart}@${box.domain}`, ...list];
    return `${localPart}: ${all.join(', ')}`;
  });
}

function mailboxLine({ localPart, incomingSuspended, outgoing }: Mailbox): string {
  const flags = [
    ...(incomingSuspended ? ['incoming=suspended'] : []),
    ...(outgoing === 'open' ? [] : [`outgoing=${outgoing}`]),
  ];
  return `${localPart}:${flags.map((flag) => ` ${flag}`).join('')}`;
}

function identitiesOf(
  { username, home }: Account,
  { mailboxes }: MailState,
  isSuspended: boolean,
): DesiredIdentity[] {
  const own: DesiredIdentity = {
    ...{ address: username, username, hash: null, quota: 0, canLogIn: !isSuspended },
    ...{ home: `${home}/etc/${username}`, maildir: `${home}/mail`, createsFolders: false },
  };
  const boxes = mailboxes.map(
    ({ domain, localPart, hash, quota, folder, loginSuspended, createsFolders }) => ({
      ...{ address: `${localPart}@${domain}`, username, hash, quota: quota ?? 0 },
      ...{ home: `${home}/etc/${folder}`, maildir: `${home}/mail/${folder}` },
      ...{ canLogIn: !isSuspended && !loginSuspended, createsFolders },
    }),
  );
  return [own, ...boxes];
}

export interface DesiredChange {
  /** Null removes a file. */
  readonly files: readonly (readonly [name: string, content: string | null])[];
  readonly removed: readonly string[];
  readonly added: readonly DesiredIdentity[];
  /** Null removes a file. */
  readonly homeFiles: readonly (readonly [path: string, text: string | null])[];
}

/** What differs. */
export function changesBetween(before: DesiredMail, after: DesiredMail): DesiredChange {
  const had = new Map(before.identities.map((one) => [one.address, JSON.stringify(one)]));
  const has = new Map(after.identities.map((one) => [one.address, JSON.stringify(one)]));
  return {
    files: textsBetween(before.files, after.files),
    removed: [...had.keys()].filter((address) => had.get(address) !== has.get(address)),
    added: after.identities.filter(({ address }) => had.get(address) !== has.get(address)),
    homeFiles: textsBetween(before.homeFiles, after.homeFiles),
  };
}

function textsBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => [name, after.get(name) ?? null] as const);
}

/** A mailbox’s folder: that of its address, unless another mailbox of the account has it since a domain was renamed. */
export function folderFor({ mailboxes }: MailState, domain: string, localPart: string): string {
  const taken = new Set(mailboxes.map(({ folder }) => folder));
  const wanted = `${domain}/${localPart}`;
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(folder)) return folder;
  }
}
