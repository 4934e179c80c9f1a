// Stores keys, signing requests and certificates that an account generates or uploads.
import type { Context, FreeContext } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { assertStrongKey, assertUsableLater } from './checked.ts';
import { chainOf } from './chain.ts';
import type { CreatedRequest } from './create.ts';
import { certificateId, keyId, requestId } from './ids.ts';
import { keyForHost } from './item-hosts.ts';
import * as items from './items.ts';
import * as stored from './stored.ts';
import {
  canSign,
  digestOf,
  readCertificates,
  readPrivateKey,
  type ReadCertificate,
  type ReadKey,
} from './x509.ts';

type Keeper = Pick<Context, 'db' | 'sealer' | 'caller' | 'now' | 'inform'>;

/** @throws ApiError `limit_reached`, `bad_param`, `key_lost`. */
export async function addKey(
  context: Keeper,
  { pem, facts }: ReadKey,
  friendlyName: string | undefined,
): Promise<items.KeyItem> {
  const { db, caller, now, inform } = context;
  const id = keyId(facts);
  const present = await items.listKeys(context, caller.user);
  items.assertCanAdd(items.keyKind, present, { id, friendlyName });
  if (present.some((item) => item.id === id)) inform('This key is stored already.');
  const sealed = await stored.sealKey(context, id, pem);
  const named = friendlyName === undefined ? {} : { friendlyName };
  await stored.putKey(db, { username: caller.user, id, sealed, facts, ...named }, now());
  return items.find(items.keyKind, await items.listKeys(context, caller.user), { id });
}

/** @throws ApiError `limit_reached`, `bad_param`. */
export async function addRequest(
  { db, caller, now }: Keeper,
  { pem, der, facts }: CreatedRequest,
  friendlyName: string | undefined,
): Promise<stored.SigningRequest> {
  const username = caller.user;
  const id = requestId(facts.domains[0] ?? '', facts.key, digestOf(der));
  const present = await items.listRequests(db, username);
  items.assertCanAdd(items.requestKind, present, { id, friendlyName });
  const named = friendlyName === undefined ? {} : { friendlyName };
  const request = { username, id, pem, keyId: keyId(facts.key), facts, ...named, createdAt: now() };
  await stored.putRequest(db, request);
  return items.find(items.requestKind, await items.listRequests(db, username), { id });
}

/** @param chain PEM; empty if there is none. @throws ApiError `limit_reached`, `bad_param`. */
export async function addCertificate(
  { db, caller, now, inform }: Keeper,
  { pem, facts }: ReadCertificate,
  { chain, friendlyName }: { readonly chain: string; readonly friendlyName: string | undefined },
): Promise<stored.StoredCertificate> {
  const username = caller.user;
  const id = certificateId(facts);
  const present = await stored.listOf(db, username);
  items.assertCanAdd(items.certificateKind, present, { id, friendlyName });
  if (present.some((item) => item.id === id)) inform('This certificate is stored already.');
  const named = friendlyName === undefined ? {} : { friendlyName };
  const ofKey = keyId(facts.key);
  await stored.put(db, { username, id, pem, chain, keyId: ofKey, facts, ...named, createdAt: now() });
  return stored.get(db, username, id);
}

/**
 * Reads a key of the account, to sign with it outside of a transaction.
 * @throws ApiError `not_found`, `key_lost`.
 */
export function openKey(
  { transaction, sealer, caller }: FreeContext,
  wanted: items.Wanted,
): Promise<ReadKey> {
  return transaction('reads', async (db) => {
    const { id } = items.find(items.keyKind, await items.listKeys({ db, sealer }, caller.user), wanted);
    return readPrivateKey('key', (await stored.findKey({ db, sealer }, caller.user, id)) ?? '');
  });
}

/** The same for the newest key of a domain. @throws ApiError `not_found`, `key_lost`. */
export async function openKeyForHost(context: FreeContext, host: string): Promise<ReadKey> {
  const id = await context.transaction('reads', (db) => keyForHost({ ...context, db }, host));
  return openKey(context, { id });
}

/** The key might have been deleted since `openKey`. @throws ApiError `not_found`. */
export async function assertStillThere(context: Keeper, { facts }: ReadKey): Promise<void> {
  items.find(items.keyKind, await items.listKeys(context, context.caller.user), { id: keyId(facts) });
}

/** The time for a signature, which each connection needs, grows with the third power of the length. */
const MAX_RSA_BITS = 8192;

/** @throws ApiError `bad_param`, which never quotes the key. */
export function readUploadedKey(text: string): ReadKey {
  const read = readPrivateKey('key', text);
  assertStrongKey(read.facts);
  const { bits } = read.facts;
  if (bits !== null && bits > MAX_RSA_BITS) {
    throw badParam(
      `The RSA key has ${bits} bits, which makes connections slow. Use at most ${MAX_RSA_BITS} bits.`,
    );
  }
  if (canSign(read)) return read;
  throw badParam('The private key of the parameter “key” is damaged: it cannot sign. Pass it unchanged.');
}

/**
 * Reads a certificate, and its chain if it follows.
 * @returns the chain as PEM, in order.
 * @throws ApiError `bad_param`.
 */
export function readUploadedCertificate(
  text: string,
  now: number,
): { readonly certificate: ReadCertificate; readonly chain: string } {
  const all = readCertificates('crt', text);
  // Authorities are its chain, unless it is one itself.
  const certificate = all.find(({ x509 }) => !x509.ca) ?? all[0];
  if (certificate === undefined) throw new Error('readCertificates returns at least one.');
  assertStrongKey(certificate.facts.key);
  assertUsableLater(certificate, 'The certificate', now);
  const { issuers } = chainOf(certificate, all);
  return { certificate, chain: issuers.map(({ pem }) => pem).join('') };
}
