// What the machine refuses, and how callers are told. Apart from `host.ts`, which a call that touches no user has no use for.
import { ApiError } from './errors.ts';

export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: 'exists' | 'not_found' | 'not_ours' | 'no_quota' | 'failed';

  constructor(code: HostError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What the machine refused, as the caller is told. */
export function ofHost(error: HostError): ApiError {
  const codes = { exists: 'bad_param', not_found: 'not_found', not_ours: 'denied' } as const;
  const code = error.code === 'failed' || error.code === 'no_quota' ? 'host_failed' : codes[error.code];
  return new ApiError(code, error.message, { cause: error });
}
