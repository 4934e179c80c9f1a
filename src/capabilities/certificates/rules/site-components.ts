// The certificates of virtual hosts with their private keys.
import type { Context, KeptReading } from '../../../core/context.ts';
import { rowsInBatches, SITE_ORDER, siteTables } from './sites.ts';
import { purposeOf } from './stored.ts';

export interface SiteComponents {
  readonly servername: string;
  readonly id: string;
  /** PEM. */
  readonly pem: string;
  /** PEM. Undefined if it is not stored. */
  readonly key: string | undefined;
  readonly keyId: string;
  /** PEM of the issuers, in order. Empty if none is known. */
  readonly chain: string;
}

interface Row extends Omit<SiteComponents, 'key'> {
  readonly username: string;
  readonly sealed: Uint8Array | null;
}

const SELECTED = `installed.username, installed.servername, certificate.id, certificate.pem, installed.chain,
  certificate.key_id AS "keyId", certificate_key.sealed`;
const KEY = `LEFT JOIN certificate_key
  ON certificate_key.username = installed.username AND certificate_key.id = certificate.key_id`;

/** Lists them by account and servername. @throws ApiError `key_lost`. */
export async function listComponents({ db, caller, sealer }: Context): Promise<SiteComponents[]> {
  const { from, where, values } = siteTables(db, caller, false);
  const rows = await db.all<Row>(
    `SELECT ${SELECTED} FROM ${from} ${KEY} WHERE ${where} ORDER BY ${SITE_ORDER}`,
    ...values,
  );
  const open = await sealer.opener();
  return rows.map((row) => componentsOf(row, open));
}

/**
 * Prepares to read the same list in batches, with a query for each.
 * @throws ApiError `key_lost` if the first key cannot be decrypted, so that no response is begun in vain.
 */
export async function componentBatches({
  db,
  caller,
  sealer,
}: Context): Promise<(reading: KeptReading) => Generator<SiteComponents[]>> {
  const open = await sealer.opener();
  const { from, where, values } = siteTables(db, caller, true);
  const first = await db.get<Row>(
    `SELECT ${SELECTED} FROM ${from} ${KEY} WHERE ${where} AND certificate_key.sealed IS NOT NULL LIMIT 1`,
    ...values,
  );
  if (first !== undefined) componentsOf(first, open);
  return function* (reading) {
    for (const rows of rowsInBatches<Row>(reading, db, caller, SELECTED, [], KEY)) {
      yield rows.map((row) => componentsOf(row, open));
    }
  };
}

function componentsOf(
  { servername, id, pem, keyId, chain, sealed }: Row,
  open: (sealed: Uint8Array, purpose: string) => string,
): SiteComponents {
  const key = sealed === null ? undefined : open(sealed, purposeOf(keyId));
  return { servername, id, pem, key, keyId, chain };
}
