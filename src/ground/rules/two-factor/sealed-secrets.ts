// The encrypted values in all tables of the store. One key encrypts all of them.
import type { Db } from '../../../core/context.ts';
import * as storedSettings from '../stored-settings.ts';

/** The setting with the encrypted key of `brute-force/attempts.ts`, in Base64. */
export const BRUTE_FORCE_KEY = 'brute_force_key';

/** Returns one encrypted value, which identifies the key for the next one. Undefined if there is none. */
export async function findSealed(db: Db): Promise<Uint8Array | undefined> {
  const row = await db.get<{ sealed: Uint8Array }>(
    `SELECT sealed FROM (SELECT sealed FROM tfa_secret LIMIT 1) AS of_tfa
     UNION ALL SELECT sealed FROM (SELECT sealed FROM access_hash LIMIT 1) AS of_hash
     UNION ALL SELECT sealed FROM (SELECT sealed FROM dns_server LIMIT 1) AS of_dns
     UNION ALL SELECT sealed FROM (SELECT sealed FROM dns_secondary LIMIT 1) AS of_secondary
     UNION ALL SELECT sealed FROM (SELECT sealed FROM integration_link LIMIT 1) AS of_link
     UNION ALL SELECT sealed FROM (SELECT sealed FROM contact_secret LIMIT 1) AS of_contact
     UNION ALL SELECT sealed FROM (SELECT sealed FROM account_contact_secret LIMIT 1) AS of_account_contact
     UNION ALL SELECT sealed FROM (SELECT sealed FROM config_cluster_server LIMIT 1) AS of_cluster
     UNION ALL SELECT sealed FROM (SELECT sealed FROM autossl_registration LIMIT 1) AS of_issuer
     UNION ALL SELECT sealed FROM (SELECT sealed FROM autossl_order LIMIT 1) AS of_order
     UNION ALL SELECT sealed FROM (SELECT sealed FROM certificate_key LIMIT 1) AS of_certificate
     UNION ALL SELECT sealed FROM (SELECT sealed FROM mysql_profile LIMIT 1) AS of_database
     UNION ALL SELECT sealed FROM (SELECT sealed FROM database_session_user LIMIT 1) AS of_session
     UNION ALL SELECT sealed FROM (SELECT sealed FROM machine_copy LIMIT 1) AS of_machine
     UNION ALL SELECT sealed FROM (SELECT sealed FROM dkim_key LIMIT 1) AS of_dkim
     UNION ALL SELECT sealed FROM
       (SELECT sealed FROM identity_provider WHERE sealed IS NOT NULL LIMIT 1) AS of_provider LIMIT 1`,
  );
  if (row !== undefined) return row.sealed;
  // If the key is lost, a server with its own store can replace this setting without harm. In a shared store, a server
  // that lacks the key must not create a second one.
  if (db.server === '') return undefined;
  const stored = await storedSettings.read(db, BRUTE_FORCE_KEY);
  return stored === undefined ? undefined : Buffer.from(stored, 'base64');
}
