// Implements --pam-prompt and --pam-check: the second factor of SSH, su and sudo, which pam_exec(8) asks for.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createApplication, locate, type Application } from '../app/app.ts';
import { ApiError } from '../core/errors.ts';
import type { LoginDependencies } from '../capabilities/logins/rules/logins.ts';
import * as systemLogins from '../capabilities/logins/rules/system-logins.ts';
import type { SystemLogin, SystemVerdict } from '../capabilities/logins/rules/system-logins.ts';
import type { Requirement } from '../capabilities/logins/rules/system-login-rules.ts';
import { findSharedStore } from '../store/shared-store-file.ts';
import { StateDirectory, STORE_FILE } from '../store/state-directory.ts';

export { setUpSentence } from '../capabilities/logins/rules/system-logins.ts';
export type { SystemLogin, SystemVerdict } from '../capabilities/logins/rules/system-logins.ts';
export type { Requirement } from '../capabilities/logins/rules/system-login-rules.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export class SystemLoginsDesk {
  readonly #application: Application;

  /**
   * No store is created. In a new store, nobody would have a second factor, and everybody could log in.
   * @throws ApiError `store_insecure`, `store_unavailable`
   */
  constructor(environment: Environment) {
    const { userId, stateDirectory } = locate(environment);
    const isThere =
      existsSync(join(stateDirectory, STORE_FILE)) ||
      (existsSync(stateDirectory) &&
        findSharedStore(environment, new StateDirectory(stateDirectory, userId)) !== undefined);
    if (!isThere) {
      throw new ApiError(
        'store_unavailable',
        `There is no store in the state directory “${stateDirectory}”.`,
      );
    }
    this.#application = createApplication(environment);
  }

  requirementFor(login: SystemLogin): Promise<Requirement> {
    const { engine } = this.#application;
    return engine.store.transaction('reads', async (db) => ({
      value: await systemLogins.requirementFor({ ...engine, db }, login),
      keep: false,
    }));
  }

  /** Writes a line to the audit log. If that fails, an accepted login fails too, because this throws. */
  async check(login: SystemLogin, code: string): Promise<SystemVerdict> {
    const verdict = await systemLogins.check(this.#dependencies(), login, code);
    const { user, service, address = systemLogins.OWN_ADDRESS } = login;
    await this.#application.auditLogin({
      ...{ command: 'login', user, address },
      ...('problem' in verdict
        ? { authentication: service, problem: verdict.problem }
        : { authentication: verdict.authentication }),
    });
    return verdict;
  }

  close(): void {
    this.#application.close();
  }

  #dependencies(): LoginDependencies {
    const { engine } = this.#application;
    return {
      ...engine,
      transaction: (work) =>
        engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true })),
      report: (problem) => {
        engine.logUnexpected(engine.newXid(), 'login', new Error(problem));
      },
    };
  }
}
