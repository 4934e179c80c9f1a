// The accounts of this server at issuers. A key is stored, encrypted, before the issuer learns of it, so a process that
// dies in between loses no account: the next one registers the same key, which gives the same account.
import type { Db, FreeContext, Sealer } from '../../../../core/context.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import type { AcmeAccount, ExternalAccount, MachineAcme } from '../../../../core/machine-acme.ts';
import type { Machine } from '../../../../core/machine.ts';
import { quote } from '../../../../core/quote.ts';
import { findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';
import { assertUsable } from './dns-hook.ts';
import { toSeconds } from './runs.ts';
import * as settings from './settings.ts';

export interface Registration {
  readonly directory: string;
  readonly sealed: Uint8Array;
  /** Null if the key is not registered yet. */
  readonly accountUrl: string | null;
  readonly acceptedTerms: string;
  readonly currentTerms: string;
  /** The issuer is not asked before. Milliseconds since 1970-01-01. */
  readonly waitUntil: number;
}

export function find(db: Db, directory: string): Promise<Registration | undefined> {
  return db.get<Registration>(
    `SELECT directory, sealed, account_url AS "accountUrl", accepted_terms AS "acceptedTerms",
       current_terms AS "currentTerms", wait_until AS "waitUntil" FROM autossl_registration WHERE server = ? AND directory = ?`,
    ...[db.server, directory],
  );
}

/** What somebody passes to a provider. */
export interface Wishes {
  readonly provider: string;
  readonly directory: string | undefined;
  /** The URL of the terms of service. */
  readonly acceptedTerms: string | undefined;
  readonly externalAccount: ExternalAccount | undefined;
  /** A profile of certificates. Empty: the issuer chooses. */
  readonly profile: string | undefined;
  readonly ordersPerHour: number | undefined;
  /** What is undefined stays as it is. */
  readonly dnsHook: {
    readonly path: string | undefined;
    readonly user: string | undefined;
    readonly waitSeconds: number | undefined;
    readonly domains: readonly string[] | undefined;
  };
}

/**
 * Registers this server unless it is registered, and enables the provider.
 * @param isAgain true: with a new key, as another account.
 * @throws ApiError `missing_param`, `bad_param`. AcmeError if the issuer cannot be asked or refuses.
 */
export async function register(context: FreeContext, wishes: Wishes, isAgain: boolean): Promise<void> {
  const { machine, transaction, sealer, isDryRun } = context;
  const acme = await machine.acme();
  const former = await transaction('reads', async (db) => ({
    directory: await settings.directory(db),
    profile: await settings.profile(db),
    dnsHook: await settings.dnsHook(db),
  }));
  const directory = wishes.directory ?? former.directory ?? acme.defaultDirectory;
  const { path = former.dnsHook.path, user = former.dnsHook.user } = wishes.dnsHook;
  const { waitSeconds = former.dnsHook.waitSeconds, domains = former.dnsHook.domains } = wishes.dnsHook;
  const dnsHook = { path, user, waitSeconds, domains };
  if (path !== '')
    await assertUsable(machine, dnsHook, (username) => transaction('reads', (db) => isAccount(db, username)));
  const { termsOfService, requiresExternalAccount, profiles } = await acme.directory(directory);
  // Another issuer has other profiles.
  const profile = wishes.profile ?? (directory === former.directory ? former.profile : '');
  if (wishes.profile !== undefined) assertProfile(profile, profiles);
  const existing = await transaction('reads', (db) => find(db, directory));
  const terms = termsOfService ?? '';
  assertAccepted(terms, wishes.acceptedTerms ?? existing?.acceptedTerms);
  const isKept = !isAgain && existing !== undefined;
  if (requiresExternalAccount && wishes.externalAccount === undefined && existing?.accountUrl == null) {
    throw new ApiError(
      'missing_param',
      `${directory} requires an account of its own site. Pass its key ID as “x_eab_key_id” and its HMAC key as ` +
        '“x_eab_hmac_key”.',
    );
  }
  const key = isKept ? await open(sealer, existing) : await acme.createKey();
  await transaction('changes', async (db) => {
    const sealed = isKept
      ? existing.sealed
      : await sealer.seal(key, purposeOf(directory), await findSealed(db));
    const accountUrl = isKept ? existing.accountUrl : null;
    await put(db, { directory, sealed, accountUrl, acceptedTerms: terms, currentTerms: terms });
  });
  // The issuer has no dry run.
  const url =
    isKept && existing.accountUrl !== null
      ? existing.accountUrl
      : isDryRun
        ? null
        : await acme.register({ directory, key, contact: [], externalAccount: wishes.externalAccount });
  await transaction('changes', async (db) => {
    await setUrl(db, directory, url);
    const { provider, ordersPerHour } = wishes;
    await settings.enable(db, { provider, directory, profile, ordersPerHour, dnsHook });
  });
}

export async function isAccount(db: Db, username: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM account WHERE username = ?', username)) !== undefined;
}

function assertProfile(profile: string, profiles: Readonly<Record<string, string>>): void {
  if (profile === '' || Object.hasOwn(profiles, profile)) return;
  throw badParam(`The issuer has no profile ${quote(profile)}. ${settings.inWords(profiles)}`);
}

function assertAccepted(terms: string, accepted: string | undefined): void {
  if (terms === '' || accepted === terms) return;
  const what = `Read the terms of service of the provider: ${terms}`;
  if (accepted === undefined || accepted === '') {
    throw new ApiError(
      'missing_param',
      `${what} To accept them, pass this URL as “x_terms_of_service_accepted”.`,
    );
  }
  throw badParam(`${what} To accept them, pass this URL as “x_terms_of_service_accepted”, not another one.`);
}

/**
 * The account at the issuer that is in use. A key that an interrupted call has left is registered now.
 * @throws ApiError `disabled` if AutoSSL is disabled; `key_lost`; `host_failed` if the issuer asked to be left alone.
 *   AcmeError.
 */
export async function current(
  context: Pick<FreeContext, 'machine' | 'transaction' | 'sealer' | 'now'>,
): Promise<AcmeAccount> {
  const { machine, transaction, sealer, now } = context;
  const { provider, registration } = await transaction('reads', async (db) => {
    const directory = await settings.directory(db);
    return {
      provider: await settings.provider(db),
      registration: directory === undefined ? undefined : await find(db, directory),
    };
  });
  if (provider === undefined || registration === undefined) throw settings.disabled();
  const { directory, accountUrl, waitUntil } = registration;
  if (waitUntil > now()) {
    const until = toSeconds(waitUntil);
    throw new ApiError('host_failed', `The issuer has asked to be left alone until ${until}.`);
  }
  const key = await open(sealer, registration);
  const url = accountUrl ?? (await registerLeft(await machine.acme(), directory, key));
  if (accountUrl === null) await transaction('changes', (db) => setUrl(db, directory, url));
  return { directory, key, url };
}

/** The issuer no longer knows the account, as a test issuer does after its database was emptied: registers the key again. */
export async function renew(
  { machine, transaction }: Pick<FreeContext, 'machine' | 'transaction'>,
  { directory, key }: AcmeAccount,
): Promise<AcmeAccount> {
  const url = await registerLeft(await machine.acme(), directory, key);
  await transaction('changes', (db) => setUrl(db, directory, url));
  return { directory, key, url };
}

function registerLeft(acme: MachineAcme, directory: string, key: string): Promise<string> {
  return acme.register({ directory, key, contact: [] });
}

export interface LookedAt {
  readonly directory: string;
  readonly terms: string | undefined;
  readonly profiles: Readonly<Record<string, string>>;
  readonly problem: string;
}

/** The provider as it is now. The issuer is asked for its terms; if it cannot be, `problem` says why. */
export async function look({
  machine,
  transaction,
}: {
  readonly machine: Pick<Machine, 'acme'>;
  readonly transaction: FreeContext['transaction'];
}): Promise<LookedAt> {
  const acme = await machine.acme();
  const directory = (await transaction('reads', settings.directory)) ?? acme.defaultDirectory;
  try {
    const { termsOfService, profiles } = await acme.directory(directory);
    return { directory, terms: termsOfService ?? '', profiles, problem: '' };
  } catch (error) {
    const problem = error instanceof Error ? error.message : '';
    return { directory, terms: undefined, profiles: {}, problem };
  }
}

function open(sealer: Sealer, { sealed, directory }: Registration): Promise<string> {
  return sealer.open(sealed, purposeOf(directory));
}

/** In a shared store, a sealed key is useless to another server’s row only if the purpose says whose it is. */
function purposeOf(directory: string): string {
  return `AutoSSL account at ${directory}`;
}

async function put(db: Db, row: Omit<Registration, 'waitUntil'>): Promise<void> {
  await db.run(
    `INSERT INTO autossl_registration (server, directory, sealed, account_url, accepted_terms, current_terms)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (server, directory) DO UPDATE SET sealed = excluded.sealed, account_url = excluded.account_url,
       accepted_terms = excluded.accepted_terms, current_terms = excluded.current_terms, wait_until = 0`,
    ...[db.server, row.directory, row.sealed, row.accountUrl, row.acceptedTerms, row.currentTerms],
  );
}

/** The issuer asked to be left alone. */
export async function setWait(db: Db, { directory }: AcmeAccount, until: number): Promise<void> {
  await db.run(
    'UPDATE autossl_registration SET wait_until = ? WHERE server = ? AND directory = ?',
    ...[until, db.server, directory],
  );
}

async function setUrl(db: Db, directory: string, url: string | null): Promise<void> {
  await db.run(
    'UPDATE autossl_registration SET account_url = ? WHERE server = ? AND directory = ?',
    ...[url, db.server, directory],
  );
}
