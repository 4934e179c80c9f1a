// Creates a user on a MariaDB server over SSH, logs in as that user, and stores the profile.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import type { Context } from '../../../core/context.ts';
import type { RemoteServer } from '../driver/mysql-profiles/look-mysql-profiles.ts';
import createAdministrator from '../driver/mysql-profiles/steps/create-administrator.ts';
import validate from '../driver/mysql-profiles/steps/validate.ts';
import * as profiles from '../rules/profiles.ts';
import type { SshAccess, SshSecrets } from '../rules/ssh-login.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';

interface CreateMysqlProfile {
  readonly name: string;
  readonly isCloud: boolean;
  readonly at: profiles.SealedPlace;
}

const change = defineChange<CreateMysqlProfile>({
  kind: 'create-mysql-profile',
  async store(db, { name, isCloud, at }, { results }) {
    const { version = null, client = null } = validate.resultIn(results) ?? {};
    await profiles.assertNew(db, name);
    const profile = { name, setupVia: profiles.SETUP_OVER_SSH, isCloud, version, client };
    await profiles.insertSealed(db, profile, at);
  },
});
export default change;

export interface NewMysqlProfile {
  readonly name: string;
  readonly isCloud: boolean;
  /** The user that is created. */
  readonly user: string;
  readonly password: string;
  readonly access: SshAccess;
  readonly secrets: SshSecrets;
  readonly server: RemoteServer;
}

/** @throws ApiError `key_lost`. */
export async function createMysqlProfile(
  { db, sealer }: Context,
  { name, isCloud, user, password, access, secrets, server }: NewMysqlProfile,
): Promise<Plan> {
  const { client, port, listensAt } = server;
  const at = await profiles.sealPlace({ db, sealer }, { name, host: access.host, port, user, password });
  const purpose = JSON.stringify(['mysql_profile ssh', db.server, name]);
  const sealed = await sealer.seal(JSON.stringify(secrets), purpose, await findSealed(db));
  return change.plan(
    { name, isCloud, at },
    {
      locks: [exclusive(`mysql profile ${name}`)],
      steps: [
        createAdministrator.plan({
          ...{ access, user, client, purpose },
          sealed: Buffer.from(sealed).toString('base64'),
        }),
        validate.plan({ at, listensAt }),
      ],
      secret: password,
    },
  );
}

/** What the login found. */
export const validated = validate.resultIn;
