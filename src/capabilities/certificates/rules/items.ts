// The keys, signing requests and certificates of one user, as UAPI shows them: found by ID or by a name for people.
import type { CallerStore, Context, Db, SealedStore } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import type { CertificateFacts, KeyFacts, NameFields, RequestFacts } from './facts.ts';
import * as stored from './stored.ts';
import { readPrivateKey, requestFactsOf } from './x509.ts';

export interface Item {
  readonly id: string;
  /** The name that the user gave to it. Null: none. */
  readonly friendlyName: string | null;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
}

export interface KeyItem extends Item {
  readonly facts: KeyFacts;
}

/** One kind of items. */
interface Kind<One extends Item> {
  readonly noun: string;
  /** The function that lists them, for messages. */
  readonly listedBy: string;
  readonly table: 'certificate_key' | 'signing_request' | 'certificate';
  /** The name for people. */
  readonly nameOf: (item: One) => string;
}

export const keyKind: Kind<KeyItem> = {
  noun: 'key',
  listedBy: 'SSL::list_keys',
  table: 'certificate_key',
  nameOf: ({ friendlyName, id }) => friendlyName ?? id,
};

export const requestKind: Kind<stored.SigningRequest> = {
  noun: 'signing request',
  listedBy: 'SSL::list_csrs',
  table: 'signing_request',
  nameOf: ({ friendlyName, facts, id }) => friendlyName ?? (defaultName(facts) || id),
};

export const certificateKind: Kind<stored.StoredCertificate> = {
  noun: 'certificate',
  listedBy: 'SSL::list_certs',
  table: 'certificate',
  nameOf: nameOfCertificate,
};

/** The common name, or else the first domain. */
function defaultName({ subject, domains }: Pick<CertificateFacts, 'subject' | 'domains'>): string {
  return commonNameOf(subject) || (domains[0] ?? '');
}

function commonNameOf({ commonName = '' }: NameFields): string {
  return commonName;
}

/** The name of a certificate for people. */
export function nameOfCertificate({
  friendlyName,
  facts,
  id,
}: Pick<stored.StoredCertificate, 'friendlyName' | 'facts' | 'id'>): string {
  return friendlyName ?? (defaultName(facts) || id);
}

/** Lists the keys of a user, the oldest first. @throws ApiError `key_lost`. */
export async function listKeys({ db, sealer }: SealedStore, username: string): Promise<KeyItem[]> {
  const rows = await db.all<Item & { readonly facts: string | null }>(
    `SELECT id, facts, friendly_name AS "friendlyName", created_at AS "createdAt" FROM certificate_key
     WHERE username = ? ORDER BY created_at, id`,
    username,
  );
  const items: KeyItem[] = [];
  for (const { facts, ...row } of rows) {
    items.push({ ...row, facts: facts === null ? await readAgain(row.id) : (JSON.parse(facts) as KeyFacts) });
  }
  return items;

  async function readAgain(id: string): Promise<KeyFacts> {
    const pem = await stored.findKey({ db, sealer }, username, id);
    return readPrivateKey('key', pem ?? '').facts;
  }
}

/** Lists the signing requests of a user, the oldest first. */
export async function listRequests(db: Db, username: string): Promise<stored.SigningRequest[]> {
  const rows = await db.all<Omit<stored.SigningRequest, 'facts'> & { readonly facts: string | null }>(
    `SELECT username, id, pem, key_id AS "keyId", facts, friendly_name AS "friendlyName",
       created_at AS "createdAt"
     FROM signing_request WHERE username = ? ORDER BY created_at, id`,
    username,
  );
  return rows.map(({ facts, ...row }) => ({
    ...row,
    facts: facts === null ? requestFactsOf(row.pem) : (JSON.parse(facts) as RequestFacts),
  }));
}

/** How a caller names an item. With both, both must fit. */
export interface Wanted {
  readonly id?: string | undefined;
  readonly friendly_name?: string | undefined;
}

/** @throws ApiError `not_found`; `bad_param` if several have the name. */
export function find<One extends Item>(
  kind: Kind<One>,
  items: readonly One[],
  { id, friendly_name: name }: Wanted,
): One {
  const found = items.filter(
    (item) => (id === undefined || item.id === id) && (name === undefined || kind.nameOf(item) === name),
  );
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first === undefined) {
    const which = [
      ...(id === undefined ? [] : [`the ID ${quote(id)}`]),
      ...(name === undefined ? [] : [`the friendly name ${quote(name)}`]),
    ].join(' and ');
    throw notFound(
      `You do not have a ${kind.noun} with ${which}. Run ${kind.listedBy} to list your ${kind.noun}s.`,
    );
  }
  const ids = found.slice(0, 5).map((item) => item.id);
  const rest = found.length > ids.length ? ', …' : '';
  throw badParam(
    `You have ${found.length} ${kind.noun}s with the friendly name ${quote(name ?? '')}. Pass the ID of one of them: ` +
      `${ids.join(', ')}${rest}.`,
  );
}

/** The most keys, signing requests or certificates of a user, each. Those that are installed by others count. */
const MAX_ITEMS = 500;

/**
 * Checks whether a user can store another item.
 * @throws ApiError `limit_reached`, `bad_param` if the name belongs to another one.
 */
export function assertCanAdd<One extends Item>(
  kind: Kind<One>,
  items: readonly One[],
  { id, friendlyName }: { readonly id: string; readonly friendlyName: string | undefined },
): void {
  if (friendlyName !== undefined) assertFree(kind, items, friendlyName, id);
  if (items.length < MAX_ITEMS || items.some((item) => item.id === id)) return;
  throw new ApiError(
    'limit_reached',
    `You have ${items.length} ${kind.noun}s, and ${MAX_ITEMS} is the limit. Delete those that you no longer need.`,
  );
}

function assertFree<One extends Item>(
  kind: Kind<One>,
  items: readonly One[],
  name: string,
  exceptId: string,
): void {
  const other = items.find((item) => item.id !== exceptId && kind.nameOf(item) === name);
  if (other === undefined) return;
  throw badParam(
    `Another ${kind.noun} has the friendly name ${quote(name)} already: ${other.id}. Choose another name.`,
  );
}

/** @throws ApiError `not_found`; `bad_param` if another item has the name. */
export async function rename<One extends Item>(
  { db, caller }: Context,
  kind: Kind<One>,
  items: readonly One[],
  { wanted, newName }: { readonly wanted: Wanted; readonly newName: string },
): Promise<void> {
  const { id } = find(kind, items, wanted);
  assertFree(kind, items, newName, id);
  await db.run(
    `UPDATE ${kind.table} SET friendly_name = ? WHERE username = ? AND id = ?`,
    ...[newName, caller.user, id],
  );
}

/** Removes an item. For a certificate or a key, no site may use it: `assertNotInstalled`. */
export async function remove<One extends Item>(
  { db, caller }: CallerStore,
  kind: Kind<One>,
  { id }: Item,
): Promise<void> {
  await db.run(`DELETE FROM ${kind.table} WHERE username = ? AND id = ?`, caller.user, id);
}

/** Takes the name from the item that has it, so that another one can get it. The item gets its default name. */
export async function clearName<One extends Item>(
  { db, caller }: CallerStore,
  kind: Kind<One>,
  name: string,
): Promise<void> {
  await db.run(
    `UPDATE ${kind.table} SET friendly_name = NULL WHERE username = ? AND friendly_name = ?`,
    ...[caller.user, name],
  );
}

/**
 * The store has the only copies of the installed certificates and keys besides the files of the web server.
 * @throws ApiError `bad_param` if a site of the caller uses the certificate, or a certificate with the key.
 */
export async function assertNotInstalled(
  { db, caller }: CallerStore,
  what: { readonly certificateId: string } | { readonly keyId: string },
): Promise<void> {
  const [noun, column, id] =
    'keyId' in what ? ['key', 'key_id', what.keyId] : ['certificate', 'id', what.certificateId];
  const rows = await db.all<{ servername: string }>(
    `SELECT servername FROM installed_certificate
     JOIN certificate ON certificate.username = installed_certificate.username AND certificate.id = certificate_id
     WHERE certificate.username = ? AND certificate.${column} = ? ORDER BY servername LIMIT 6`,
    ...[caller.user, id],
  );
  if (rows.length === 0) return;
  const sites = rows.slice(0, 5).map(({ servername }) => quote(servername));
  throw badParam(
    `The ${noun} is in use: it is installed for ${sites.join(', ')}${rows.length > 5 ? ', …' : ''}. Install another ` +
      'certificate there first.',
  );
}
