// The virtual hosts with certificates, for the functions that list them.
import type { Caller, Db } from '../../core/context.ts';
import * as accounts from '../accounts/accounts.ts';
import { virtualHostsOfEach, type VirtualHost } from '../domains/virtual-hosts.ts';
import type { CertificateFacts } from './facts.ts';

export interface Site {
  readonly account: accounts.Account;
  readonly host: VirtualHost;
  readonly certificate: {
    readonly id: string;
    /** PEM, as the next one, which can be empty. */
    readonly pem: string;
    readonly chain: string;
    readonly keyId: string;
    readonly facts: CertificateFacts;
    /** Milliseconds since 1970-01-01. */
    readonly createdAt: number;
  };
}

interface Row {
  readonly servername: string;
  readonly username: string;
  readonly id: string;
  readonly pem: string;
  readonly chain: string;
  readonly keyId: string;
  readonly facts: string;
  readonly createdAt: number;
}

/** Lists the virtual hosts with certificates of the accounts that the caller sees, by account and servername. */
export async function listSites(db: Db, caller: Caller): Promise<Site[]> {
  const { where, values } = accounts.visibleTo(db, caller);
  const rows = await db.all<Row>(
    `SELECT servername, certificate.username, id, pem, installed_certificate.chain, key_id AS "keyId", facts,
       created_at AS "createdAt"
     FROM installed_certificate
     JOIN certificate ON certificate.username = installed_certificate.username AND id = certificate_id
     WHERE certificate.username IN (SELECT username FROM account WHERE ${where})
     ORDER BY certificate.username, servername`,
    ...values,
  );
  if (rows.length === 0) return [];
  const withCertificates = 'username IN (SELECT username FROM installed_certificate)';
  const owners = await accounts.list(db, caller, withCertificates);
  const byName = new Map(owners.map((account) => [account.username, account]));
  const hosts = await virtualHostsOfEach(db, owners);
  return rows.flatMap(({ servername, username, facts, ...row }) => {
    const account = byName.get(username);
    const host = hosts.get(username)?.find((one) => one.servername === servername);
    if (account === undefined || host === undefined) return [];
    return [{ account, host, certificate: { ...row, facts: JSON.parse(facts) as CertificateFacts } }];
  });
}
