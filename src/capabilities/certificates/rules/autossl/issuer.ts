// The issuer during a run: this server’s account there, which the accounts that are checked at the same time share.
import type { AcmeAccount, AcmeClient } from '../../../../core/machine-acme.ts';
import type { CaaIssuer } from './caa.ts';
import * as registrations from './registrations.ts';
import type { CheckContext } from './check-context.ts';

/** An issuer that asks for more is asked again after this time. */
const MAX_WAIT_MS = 7 * 86_400_000;

export const waitOf = (milliseconds: number) => Math.min(milliseconds, MAX_WAIT_MS);

export class Issuer {
  readonly #context: CheckContext;
  #account: AcmeAccount;
  #client: AcmeClient;
  #renewal: Promise<void> | undefined;
  #identities: Promise<readonly string[]> | undefined;

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
    this.#identities ??= this.#askForIdentities();
    return { identities: await this.#identities, accountUrl: this.#account.url };
  }

  async #askForIdentities(): Promise<readonly string[]> {
    const acme = await this.#context.machine.acme();
    return (await acme.directory(this.#account.directory)).caaIdentities;
  }
}
