// A call over the network: it is answered when the audit log has it.
import type { Application } from '../app.ts';
import type { Call, Caller } from '../core/context.ts';
import { dispatch, failure } from '../core/dispatch.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';

/** A call that cannot be recorded is not answered as if it had been. */
export async function callRecorded(application: Application, call: Call, caller: Caller): Promise<Envelope> {
  const envelope = await dispatch(call, caller, application.engine);
  try {
    await application.auditWritten();
    return envelope;
  } catch (error) {
    if (error instanceof ApiError) return failure(call, error);
    throw error;
  }
}
