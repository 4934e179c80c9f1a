// Makes one call to many servers. Limits the number of simultaneous calls, and passes on each response as it arrives.
import type { Envelope, Metadata } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { exitStatusOf } from '../core/exit-status.ts';
import type { RemoteHost } from './hosts.ts';
import type { Prepared } from './prepare.ts';
import type { Outcome, RunRecord } from './run-record.ts';
import type { RemoteCall } from './server.ts';
import { SetupError } from './setup-error.ts';

export interface RunWatcher {
  /** If this throws, no further server is called. The error is thrown after all calls in progress have ended. */
  answered(host: RemoteHost, envelope: Envelope): void;
}

export interface RunOptions {
  readonly failfast: boolean;
  readonly record: RunRecord | undefined;
}

export interface RunResult {
  /** 0, 1 or 3. */
  readonly status: number;
  /** How many servers were not called, because the run stopped early. */
  readonly left: number;
}

/** Returns one server's response. Failures are responses too. */
export async function callOne(host: RemoteHost, { connect }: Prepared, call: RemoteCall): Promise<Envelope> {
  const server = connect(host);
  try {
    return await server.call(call);
  } catch (error) {
    return failed(call.command, toApiError(error));
  } finally {
    await server.close();
  }
}

/** At most `parallel` servers are connected at the same time. A response is not kept after it was passed on. */
export async function callAll(
  prepared: Prepared,
  call: RemoteCall,
  watcher: RunWatcher,
  { failfast, record }: RunOptions,
): Promise<RunResult> {
  const waiting = prepared.hosts.values();
  let status = 0;
  let left = 0;
  let stop = false;
  let trouble: unknown;
  const recording = (step: () => void) => {
    try {
      step();
    } catch (error) {
      trouble ??= error;
      stop = true;
    }
  };
  const attempt = (step: () => void) => {
    if (trouble === undefined) recording(step);
  };
  const work = async () => {
    for (const host of waiting) {
      if (!stop) attempt(() => record?.begin(host));
      if (stop) {
        left += 1;
        continue;
      }
      const envelope = await callOne(host, prepared, call);
      const one = exitStatusOf(envelope);
      status = Math.max(status, one);
      if (one !== 0 && failfast) stop = true;
      // Recorded even if the response could not be printed, so that the call is not made a second time.
      recording(() => record?.end(host, outcomeOf(envelope)));
      attempt(() => watcher.answered(host, envelope));
    }
  };
  await Promise.all(Array.from({ length: Math.min(prepared.parallel, prepared.hosts.length) }, work));
  if (trouble !== undefined) throw trouble as Error;
  return { status, left };
}

export function failed(command: string, { code, message }: ApiError): Envelope {
  return { metadata: { version: 1, reason: message, result: 0, command, error_code: code } };
}

function outcomeOf({ metadata }: { readonly metadata: Metadata }): Outcome {
  if (metadata.result === 1) return 'done';
  return metadata.error_code === 'unknown_outcome' ? 'unknown' : 'failed';
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  // An unusable session or list of fingerprints affects only this server.
  if (error instanceof SetupError) return new ApiError('login_refused', error.message);
  throw error;
}
