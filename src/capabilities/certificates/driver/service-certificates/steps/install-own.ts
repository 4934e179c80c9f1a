// The certificate of whmapi1d. The secret of the plan is the key, the certificate and its chain (PEM).
import { LookAgain } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  /** The digest of the present state; null if there is none. */
  readonly former: string | null;
}

export default defineStep<Input>({
  kind: 'service-certificates/install-own',
  describe: () => 'Replace the certificate of whmapi1d, and load it without closing a connection.',
  async prepare(machine, { former }) {
    const present = (await (await machine.ownCertificate()).read())?.digest ?? null;
    if (present === former) return undefined;
    throw new LookAgain('The certificate of whmapi1d has changed in the meantime. Retry the call.');
  },
  async apply(machine, { secret }) {
    await (await machine.ownCertificate()).install(secret);
  },
  async undo(machine, { input: { former } }) {
    await (await machine.ownCertificate()).uninstall(former);
  },
});
