// `uapi --user=NAME`: root calls a function of UAPI for an account, in its own process.
import { createApplication } from '../app.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { callUapi, uapiFailure } from '../model/account-apis/named-envelope.ts';
import * as accounts from '../model/accounts/accounts.ts';
import type { Io } from './io.ts';
import type { SocketRequest } from './uapi-socket.ts';

/** Makes the call as root of this installation. */
export async function callAsRoot(request: SocketRequest, user: string, io: Io): Promise<Envelope> {
  try {
    const application = createApplication(io.environment);
    const { engine } = application;
    const root = { user: 'root', privileges: 'all' } as const;
    try {
      const { username } = await engine.store.transaction('reads', async (db) => ({
        value: await accounts.get(db, root, user),
        keep: false,
      }));
      return await callUapi(engine, { ...request, username, actor: root.user });
    } finally {
      application.close();
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return uapiFailure(request, error);
  }
}
