// What an issuer answers, before it is trusted.
import { AcmeError, type RenewalInfo } from '../../core/machine-acme.ts';

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

const PROFILE = /^[\w.-]{1,64}$/;
const MAX_DESCRIPTION = 500;

/** The profiles that a directory lists. Names that no order could have are left out. */
export function readProfiles(profiles: unknown): Readonly<Record<string, string>> {
  if (typeof profiles !== 'object' || profiles === null || Array.isArray(profiles)) return {};
  return Object.fromEntries(
    Object.entries(profiles)
      .filter(([name]) => PROFILE.test(name))
      .map(([name, text]) => [name, typeof text === 'string' ? text.slice(0, MAX_DESCRIPTION) : '']),
  );
}

/** RFC 9773, section 4.2. A window that ends before it begins is an error. */
export function readRenewalInfo(body: Readonly<Record<string, unknown>>): Omit<RenewalInfo, 'retryAfterMs'> {
  const { start, end } = asObject(body.suggestedWindow, 'renewal information');
  const [from, until] = [start, end].map((time) => (typeof time === 'string' ? Date.parse(time) : NaN));
  if (from === undefined || until === undefined || !(from <= until)) throw nonsense('renewal information');
  return { start: from, end: until };
}
