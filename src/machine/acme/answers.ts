// What an issuer answers, before it is trusted.
import { AcmeError } from '../../core/machine-acme.ts';

/** Errors of acme-client itself mean that the issuer’s answer is not as RFC 8555 has it. */
export async function sane<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AcmeError) throw error;
    throw nonsense(what, error);
  }
}

export function nonsense(what: string, cause?: unknown): AcmeError {
  return new AcmeError(`The issuer’s answer is not ${what}, as RFC 8555 describes it.`, '', undefined, {
    cause,
  });
}

export function asObject(data: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw nonsense(what);
  return data as Readonly<Record<string, unknown>>;
}

export function isUrl(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2000 && URL.canParse(value);
}

export function isHttps(value: unknown): value is string {
  return isUrl(value) && value.startsWith('https://');
}
