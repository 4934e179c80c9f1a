// Writes the certificates with which mail servers answer at the names of accounts again.
import { assertNone } from '../../../ground/driver/each-account.ts';
import { defineTask } from '../../../core/task.ts';
import { writeAllCertificates } from '../driver/tls/account.ts';

export interface CertificatesToRebuild {
  /** True if Dovecot is reloaded even if no file has changed. */
  readonly isReloaded: boolean;
}

export default defineTask<CertificatesToRebuild>({
  description: 'Write the certificates of accounts for Exim and Dovecot again.',
  whenInterrupted: 'retry',

  async run({ isReloaded }, { machine, transaction, sealer, withLocks, signal, isRetry }) {
    const work = { machine, transaction, sealer, locking: { withLocks, signal } };
    const { written, failures } = await writeAllCertificates(work, isReloaded || isRetry);
    assertNone(failures);
    return { accounts: written };
  },
});
