// The identity providers of this installation, and how it is registered at each of them. All servers of a shared store
// have the same providers.
import type { Context, Db, SealedStore } from '../../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../../core/errors.ts';
import type { ProviderClient } from '../../../../core/machine-identity-providers.ts';
import { findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';
import { describe, known } from './catalogue.ts';
import type { Service } from './provider-form.ts';

/** A registration without its secret. */
export interface Registration {
  readonly provider: string;
  readonly service: Service;
  readonly issuer: string;
  readonly clientId: string;
  /** False for a public client. */
  readonly hasSecret: boolean;
  readonly isEnabled: boolean;
}

type Row = Omit<Registration, 'hasSecret' | 'isEnabled'> & {
  readonly hasSecret: 0 | 1;
  readonly isEnabled: 0 | 1;
};

export async function list(db: Db): Promise<Registration[]> {
  const rows = await db.all<Row>(
    `SELECT provider, service, issuer, client_id AS "clientId", is_enabled AS "isEnabled",
            CASE WHEN sealed IS NULL THEN 0 ELSE 1 END AS "hasSecret"
     FROM identity_provider ORDER BY provider, service`,
  );
  return rows.map((row) => ({ ...row, hasSecret: row.hasSecret === 1, isEnabled: row.isEnabled === 1 }));
}

/** Those with which people can log in to the service. */
export async function listEnabled(db: Db, service: Service): Promise<Registration[]> {
  return (await list(db)).filter((one) => one.service === service && one.isEnabled);
}

export async function find(db: Db, provider: string, service: Service): Promise<Registration | undefined> {
  return (await list(db)).find((one) => one.provider === provider && one.service === service);
}

/** The IDs of the known providers, and of those that the administrator added. */
export async function listIds(db: Db): Promise<string[]> {
  const added = (await list(db)).map(({ provider }) => provider);
  return [...new Set([...Object.keys(known), ...added])].sort();
}

/** @throws ApiError `not_found`. */
export async function assertExists(db: Db, provider: string): Promise<void> {
  if ((await listIds(db)).includes(provider)) return;
  throw notFound(
    `There is no identity provider “${provider}”. get_available_authentication_providers lists them, and ` +
      `set_provider_client_configurations adds one.`,
  );
}

/**
 * The issuer whose identities log in to the service. @throws ApiError `not_found`, `disabled` if it is not known yet.
 */
export async function issuerOf(db: Db, provider: string, service: Service): Promise<string> {
  await assertExists(db, provider);
  const issuer = (await find(db, provider, service))?.issuer ?? describe(provider).issuer;
  if (issuer === undefined) throw notConfigured(provider, service);
  return issuer;
}

/** The registration with its secret, if the provider is enabled for the service. @throws ApiError `key_lost`. */
export async function findEnabled(
  { db, sealer }: SealedStore,
  provider: string,
  service: Service,
): Promise<ProviderClient | undefined> {
  const found = await find(db, provider, service);
  if (found?.isEnabled !== true) return undefined;
  const { issuer, clientId } = found;
  return { issuer, clientId, clientSecret: await secretOf({ db, sealer }, found) };
}

/** Undefined for a public client. @throws ApiError `key_lost`. */
export async function secretOf(
  { db, sealer }: SealedStore,
  { provider, service }: Pick<Registration, 'provider' | 'service'>,
): Promise<string | undefined> {
  const row = await db.get<{ sealed: Uint8Array | null }>(
    'SELECT sealed FROM identity_provider WHERE provider = ? AND service = ?',
    provider,
    service,
  );
  const sealed = row?.sealed ?? null;
  return sealed === null ? undefined : sealer.open(sealed, purposeOf(provider, service));
}

/** Fields of a registration. Undefined: keep. Empty: clear. */
export interface ChangedRegistration {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly issuer?: string;
}

/**
 * Stores a registration. Without a client ID it is removed, and the provider is then disabled for the service.
 * @throws ApiError `bad_param`, `key_lost`.
 */
export async function register(
  { db, sealer }: Context,
  { provider, service }: Pick<Registration, 'provider' | 'service'>,
  changed: ChangedRegistration,
): Promise<void> {
  const before = await find(db, provider, service);
  const clientId = changed.client_id ?? before?.clientId ?? '';
  if (clientId === '') {
    if (before === undefined) throw badParam('“configurations” lacks the field “client_id”.');
    await db.run('DELETE FROM identity_provider WHERE provider = ? AND service = ?', provider, service);
    return;
  }
  const issuer = changed.issuer ?? before?.issuer ?? describe(provider).issuer ?? '';
  if (issuer === '') {
    throw badParam(
      `“configurations” lacks the field “issuer”: the provider’s issuer identifier, such as https://sso.example.com/realms/staff.`,
    );
  }
  const secret = changed.client_secret ?? (before && (await secretOf({ db, sealer }, before))) ?? '';
  const sealed =
    secret === '' ? null : await sealer.seal(secret, purposeOf(provider, service), await findSealed(db));
  await db.run(
    `INSERT INTO identity_provider (provider, service, issuer, client_id, sealed, is_enabled)
     VALUES (?, ?, ?, ?, ?, 0)
     ON CONFLICT (provider, service)
     DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id, sealed = excluded.sealed`,
    provider,
    service,
    issuer,
    clientId,
    sealed,
  );
}

/** @throws ApiError `not_found`; `disabled` if an unregistered provider is enabled. */
export async function setEnabled(
  db: Db,
  { provider, service }: Pick<Registration, 'provider' | 'service'>,
  isEnabled: boolean,
): Promise<void> {
  await assertExists(db, provider);
  const count = await db.run(
    'UPDATE identity_provider SET is_enabled = ? WHERE provider = ? AND service = ?',
    Number(isEnabled),
    provider,
    service,
  );
  if (count === 0 && isEnabled) throw notConfigured(provider, service);
}

function notConfigured(provider: string, service: Service): ApiError {
  return new ApiError(
    'disabled',
    `The identity provider “${provider}” is not configured for “${service}”. Register this server there, and store the ` +
      `client ID with set_provider_client_configurations first.`,
  );
}

/** The addresses to which a provider sends browsers back, at this server’s hostname and the service’s usual port. */
export function redirectUrisOf(provider: string, service: Service, hostname: string): string[] {
  return [`https://${hostname}:${ports[service]}${callbackPath(provider)}`];
}

export function startPath(provider: string): string {
  return `/openid_connect/${provider}`;
}

export function callbackPath(provider: string): string {
  return `/openid_connect_callback/${provider}`;
}

/** The ports of WHM’s services with TLS. */
const ports: Readonly<Record<Service, number>> = { cpaneld: 2083, webmaild: 2096, whostmgrd: 2087 };

/** Where a login to the service begins. */
export function loginLink(provider: string, service: Service, hostname: string): string {
  return `https://${hostname}:${ports[service]}${startPath(provider)}`;
}

function purposeOf(provider: string, service: Service): string {
  return JSON.stringify(['identity_provider', provider, service]);
}
