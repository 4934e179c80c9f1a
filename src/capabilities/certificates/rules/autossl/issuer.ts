// The issuer during a run: this server’s account there, which the accounts that are checked at the same time share.
import { ApiError } from '../../../../core/errors.ts';
import type { AcmeAccount, AcmeClient, AcmeDirectory } from '../../../../core/machine-acme.ts';
import type { CaaIssuer } from './caa.ts';
import * as orders from './orders.ts';
import * as registrations from './registrations.ts';
import { toSeconds } from './runs.ts';
import * as settings from './settings.ts';
import type { CheckContext } from './check-context.ts';

/** An issuer that asks for more is asked again after this time. */
const MAX_WAIT_MS = 7 * 86_400_000;

export const waitOf = (milliseconds: number) => Math.min(milliseconds, MAX_WAIT_MS);

/** As many orders were placed as the issuer allows in an hour. */
export class OrdersUsedUp extends ApiError {}

export class Issuer {
  readonly #context: CheckContext;
  #account: AcmeAccount;
  #client: AcmeClient;
  #renewal: Promise<void> | undefined;
  #directory: Promise<AcmeDirectory> | undefined;
  #profile: Promise<string | undefined> | undefined;

  private constructor(context: CheckContext, account: AcmeAccount, client: AcmeClient) {
    this.#context = context;
    this.#account = account;
    this.#client = client;
  }

  /** @throws ApiError `disabled`, `key_lost`; AcmeError. */
  static async open(context: CheckContext): Promise<Issuer> {
    const account = await registrations.current(context);
    return new Issuer(context, account, await (await context.machine.acme()).client(account));
  }

  get account(): AcmeAccount {
    return this.#account;
  }

  get client(): AcmeClient {
    return this.#client;
  }

  /** Registers the account again, unless that was done since the caller got `account`. @throws AcmeError */
  async renew(account: AcmeAccount): Promise<void> {
    if (account !== this.#account) return;
    this.#renewal ??= this.#register().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  async #register(): Promise<void> {
    const account = await registrations.renew(this.#context, this.#account);
    this.#client = await (await this.#context.machine.acme()).client(account);
    this.#account = account;
  }

  /** The issuer asked to be left alone. */
  async leaveAlone(forMs: number): Promise<void> {
    const { transaction, now } = this.#context;
    await transaction('changes', (db) => registrations.setWait(db, this.#account, now() + waitOf(forMs)));
  }

  /** How CAA records name it. @throws AcmeError if it cannot be asked. */
  async caa(): Promise<CaaIssuer> {
    return { identities: (await this.directory()).caaIdentities, accountUrl: this.#account.url };
  }

  /** @throws AcmeError if it cannot be asked. */
  directory(): Promise<AcmeDirectory> {
    this.#directory ??= this.#context.machine.acme().then((acme) => acme.directory(this.#account.directory));
    return this.#directory;
  }

  /** The profile of orders. Undefined: the issuer chooses. */
  profile(): Promise<string | undefined> {
    this.#profile ??= this.#chooseProfile();
    return this.#profile;
  }

  /** A certificate of another kind is better than one that expires. */
  async #chooseProfile(): Promise<string | undefined> {
    const profile = await this.#context.transaction('reads', settings.profile);
    if (profile === '') return undefined;
    const { profiles } = await this.directory();
    if (Object.hasOwn(profiles, profile)) return profile;
    const text = `The issuer no longer has the profile “${profile}”, so it chooses. ${settings.inWords(profiles)}`;
    this.#context.log('warn', 0, text);
    return undefined;
  }

  /** Counts an order against the limit of an hour. @throws OrdersUsedUp */
  async countOrder(order: Pick<orders.Order, 'id'>): Promise<void> {
    const { transaction, now } = this.#context;
    const { directory } = this.#account;
    const freeAt = await transaction('changes', async (db) =>
      orders.count(db, order, { directory, now: now(), limit: await settings.ordersPerHour(db) }),
    );
    if (freeAt === undefined) return;
    throw new OrdersUsedUp(
      'host_failed',
      `As many certificates were ordered as the issuer allows in an hour. Others follow from ${toSeconds(freeAt)}.`,
    );
  }
}
