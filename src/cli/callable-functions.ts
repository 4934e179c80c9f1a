// The functions that a reseller may call, for its help.
import { createApplication } from '../app/app.ts';
import { mayCall } from '../core/access.ts';
import type { IndexRow } from '../core/context.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { index } from '../functions/index.generated.ts';
import { writeStderr, type Io } from './io.ts';

/** Returns the exit status if the user may not call any function. The reason is then on standard error. */
export async function callableBy(user: string, io: Io): Promise<Readonly<Record<string, IndexRow>> | number> {
  try {
    const application = createApplication(io.environment);
    try {
      const caller = await application.callerOf(user);
      return Object.fromEntries(Object.entries(index).filter(([, { access }]) => mayCall(caller, access)));
    } finally {
      application.close();
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    writeStderr(io, `whmapi1: ${error.message}\n`);
    return errorKinds[error.code].exit;
  }
}
