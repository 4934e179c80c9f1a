// Logs in to the MariaDB server of a new profile as its user, and checks its version and privileges.
import { ApiError } from '../../../../../core/errors.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { SealedPlace } from '../../../rules/profiles.ts';
import { openPlace } from '../../mysql/step.ts';
import { check } from '../look-mysql-profiles.ts';

interface Input {
  readonly at: SealedPlace;
  /** The address at which that server listens. */
  readonly listensAt: string;
}

export interface Found {
  readonly version: string;
  readonly client: string;
  readonly isEncrypted: boolean;
}

export default defineStep<Input, undefined, Found>({
  kind: 'mysql-profiles/validate',
  describe: ({ at: { host, port, user } }) => `Log in to MariaDB on ${host}:${port} as “${user}”.`,
  async apply(machine, { input: { at, listensAt }, sealer }) {
    try {
      const { version, client, isEncrypted } = await check(machine, await openPlace(sealer, at));
      return { version, client, isEncrypted };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'remote_unreachable') throw error;
      throw new ApiError(
        error.code,
        `${error.message} MariaDB there listens at ${listensAt}, port ${at.port} (bind-address, port): this server must ` +
          'be able to reach it.',
        { cause: error },
      );
    }
  },
});
