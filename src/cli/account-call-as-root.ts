// `uapi --user=NAME` and `cpapi2 --user=NAME`: root calls a function for an account.
import { createApplication, type Application } from '../app/app.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import {
  callAsAccount,
  callFailure,
  type NamedCall,
} from '../capabilities/logins/rules/account-apis/named-envelope.ts';
import * as accounts from '../capabilities/accounts/rules/accounts.ts';
import type { Io } from './io.ts';
import type { AccountRequest } from '../core/account-request.ts';

/** Makes the call as root of this installation, in this process. */
export async function callAsRoot(request: AccountRequest, user: string, io: Io): Promise<Envelope> {
  let application: Application;
  try {
    application = createApplication(io.environment);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return callFailure(request, error);
  }
  try {
    return await callAsRootOf(application, request, user);
  } finally {
    application.close();
  }
}

/** Makes the call as root. */
export async function callAsRootOf(
  { engine }: Pick<Application, 'engine'>,
  request: AccountRequest & Pick<NamedCall, 'isAbandoned'>,
  user: string,
): Promise<Envelope> {
  const root = { user: 'root', privileges: 'all' } as const;
  try {
    const { username } = await engine.store.transaction('reads', async (db) => ({
      value: await accounts.get(db, root, user),
      keep: false,
    }));
    return await callAsAccount(engine, { ...request, username, actor: root.user });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return callFailure(request, error);
  }
}
