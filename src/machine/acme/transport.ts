// How acme-client sends its requests. It retries by itself, for hours if the issuer says so; a task must not wait that
// long, so every answer of the issuer is passed on, and the task is retried instead.
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import * as acme from 'acme-client';
import { AcmeError } from '../../core/machine-acme.ts';
import { TRUST_OUTBOUND, untrustedCertificate } from '../../core/untrusted-certificate.ts';

const LIMIT_MS = 30_000;
const IDLE_MS = 5_000;
const MAX_BYTES = 1_048_576;
const PROBLEM = 'urn:ietf:params:acme:error:';
/** The type of a response with status 404 that has no problem document. */
export const NOT_FOUND = 'notFound';
/** acme-client fetches another nonce and repeats the request. */
const BAD_NONCE = `${PROBLEM}badNonce`;

let isPrepared = false;

export interface AnswerHeaders {
  /** In milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The URL of the next part of a list. */
  readonly next: string | undefined;
}

/** acme-client returns only the bodies of responses. */
const headersOfBodies = new WeakMap<object, AnswerHeaders>();

/** The headers of the response that had this body, a JSON object. */
export function headersOf(body: object): AnswerHeaders {
  return headersOfBodies.get(body) ?? { retryAfterMs: undefined, next: undefined };
}

interface TransportOptions {
  /** A file with certificates that are trusted too. */
  readonly certificates?: string | undefined;
  readonly now: () => number;
}

/** @throws AcmeError if the certificates cannot be read. */
export async function prepareTransport({ certificates, now }: TransportOptions): Promise<void> {
  if (isPrepared) return;
  const extra = certificates === undefined ? undefined : await readCertificates(certificates);
  const { axios } = acme;
  const { interceptors, defaults } = axios;
  // The package’s own, which retry.
  (interceptors.request as unknown as Clearable).clear();
  (interceptors.response as unknown as Clearable).clear();
  defaults.maxContentLength = MAX_BYTES;
  // An issuer does not redirect, and a signed request is for one URL only.
  defaults.maxRedirects = 0;
  // Every status is a response, which is judged below.
  defaults.validateStatus = null;
  // An order takes dozens of requests. A connection that is idle for longer might be closed by the issuer at the moment
  // when the next request is sent.
  defaults.httpsAgent = new Agent({
    keepAlive: true,
    timeout: IDLE_MS,
    // Once: with `ca`, each connection would read all root certificates again, which takes a tenth of a second.
    ...(extra !== undefined && {
      secureContext: createSecureContext({ ca: [...rootCertificates, extra] }),
    }),
  });
  interceptors.request.use((config) => {
    if (!config.url?.startsWith('https://')) {
      throw new AcmeError('The issuer has a URL without https://, which is not used.', '');
    }
    config.signal ??= AbortSignal.timeout(LIMIT_MS);
    return config;
  });
  interceptors.response.use(
    (response) => {
      const data: unknown = response.data;
      const retryAfterMs = retryAfterOf(response.headers['retry-after'], now());
      if (typeof data === 'object' && data !== null) {
        headersOfBodies.set(data, { retryAfterMs, next: nextOf(response.headers.link) });
      }
      if (response.status < 300 || typeOf(data) === BAD_NONCE) return response;
      throw new AcmeError(
        sentenceOf(response.status, data),
        typeOf(data).replace(PROBLEM, '') || (response.status === 404 ? NOT_FOUND : ''),
        retryAfterMs,
      );
    },
    (error: unknown) => {
      throw error instanceof AcmeError
        ? error
        : new AcmeError(causeOf(error), '', undefined, { cause: error });
    },
  );
  isPrepared = true;
}

interface Clearable {
  clear(): void;
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AcmeError(
      `The certificates of WHMAPI1_OUTBOUND_CERTIFICATES could not be read: ${codeOf(cause)}.`,
      '',
      undefined,
      { cause },
    );
  }
}

interface Problem {
  readonly type?: unknown;
  readonly detail?: unknown;
  readonly subproblems?: unknown;
}

function typeOf(data: unknown): string {
  const { type } = (typeof data === 'object' && data !== null ? data : {}) as Problem;
  return typeof type === 'string' ? type : '';
}

/** What a problem document (RFC 7807) says, in one line. Empty if it is none. */
export function detailOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { detail, subproblems } = data as Problem;
  const own = typeof detail === 'string' ? detail : '';
  const parts = Array.isArray(subproblems) ? subproblems.map(detailOf) : [];
  return [own, ...parts.filter((part) => part !== '' && !own.includes(part))]
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 1000);
}

function sentenceOf(status: number, data: unknown): string {
  const detail = detailOf(data);
  if (detail === '') return `The issuer answered with status ${status}, and without a reason.`;
  return `The issuer answered: ${detail}${/[.!?]$/.test(detail) ? '' : '.'}`;
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterOf(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now);
}

/** RFC 8288: `<https://issuer.example/orders?page=2>; rel="next"`. */
function nextOf(value: unknown): string | undefined {
  const links = Array.isArray(value) ? value.join(', ') : value;
  if (typeof links !== 'string') return undefined;
  return /<([^>]{1,2000})>[^<]*;\s*rel="?next"?/i.exec(links)?.[1];
}

function causeOf(error: unknown): string {
  const code = codeOf(error);
  const { url = '' } = (error as { config?: { url?: string } } | null)?.config ?? {};
  const host = URL.canParse(url) ? ` (${new URL(url).host})` : '';
  return `The issuer${host} ${causes[code] ?? untrustedCertificate(code, TRUST_OUTBOUND) ?? `could not be asked: ${code}.`}`;
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? 'an unknown error';
}

const causes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'has no address: the name of its directory does not exist.',
  EAI_AGAIN: 'has no address: the nameserver does not answer.',
  ECONNREFUSED: 'refuses connections.',
  ECONNRESET: 'closed the connection.',
  ERR_CANCELED: 'did not answer in time.',
  ERR_BAD_RESPONSE: 'sent an answer that is too long.',
};
