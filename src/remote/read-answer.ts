// Reads a server's response as an envelope. Accepts all variants of WHM's formats, and rejects everything else.
import type { Envelope, Metadata } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { quote } from '../core/quote.ts';
import { isHash, type Hash, type Json, type Value } from '../core/values.ts';
import type { Incoming } from './exchange.ts';

/** Deeper responses are rejected, because printing them would exceed the stack. */
const MAX_DEPTH = 100;

/** @throws ApiError `login_refused`, `remote_unreachable` or `bad_answer`. */
export function readAnswer(command: string, label: string, { status, text }: Incoming): Envelope {
  const start = text.trimStart();
  if (status === 401 || status === 403) throw refused(label, reasonIn(start));
  if (start.startsWith('<') && isLoginPage(start)) {
    const needsCode = start.includes('tfa_login_form');
    throw refused(
      label,
      needsCode ? 'it asks for a two-factor authentication code' : 'it showed its login page',
    );
  }
  if (status >= 300 && status < 400) {
    throw refused(
      label,
      `it sent the call elsewhere (${status}), as servers do with those who have to log in`,
    );
  }
  if (status !== 200) {
    const because = reasonIn(start);
    const said = because === undefined ? '' : `, ${quote(because)}`;
    const code = status >= 500 || status === 429 ? 'remote_unreachable' : 'bad_answer';
    throw new ApiError(code, `${label} answered with status ${status}${said}.`);
  }
  if (start.startsWith('<')) {
    throw new ApiError('bad_answer', `${label} answered with a page, not with an answer of WHM API 1.`);
  }
  const answer = parsed(start, label);
  const denied = deniedBy(answer);
  if (denied !== undefined) throw refused(label, denied);
  return isHash(answer.metadata) ? enveloped(command, answer, answer.metadata) : bare(command, answer);
}

function refused(label: string, because: string | undefined): ApiError {
  const said = because === undefined ? '' : ` (${because})`;
  return new ApiError('login_refused', `${label} did not accept the login${said}. The call was not made.`);
}

function isLoginPage(html: string): boolean {
  return /tfa_login_form|login_form|login-form|name=["']?pass["']?[\s/>]|action=["'][^"']*\/login/i.test(
    html,
  );
}

/** Returns the sentence in a refusal, in any format. */
function reasonIn(text: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    if (!text.startsWith('<')) return undefined;
    return text.includes('tfa_login_form') ? 'it asks for a two-factor authentication code' : undefined;
  }
  const { cpanelresult, error, message, reason } = (json ?? {}) as Record<string, unknown>;
  const inner = cpanelresult as { data?: { reason?: unknown }; error?: unknown } | undefined;
  const found = [inner?.data?.reason, inner?.error, error, message, reason].find(
    (one) => typeof one === 'string' && one !== '',
  );
  return found as string | undefined;
}

function parsed(text: string, label: string): Hash {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    throw new ApiError('bad_answer', `${label} answered with invalid or incomplete JSON.`);
  }
  const value = flagged(json, 0, label);
  if (!isHash(value)) throw new ApiError('bad_answer', `${label} answered with JSON that is not an object.`);
  return value;
}

/** Converts booleans to 1 and 0, because responses have no booleans. Modifies its argument. */
function flagged(json: Json, depth: number, label: string): Value {
  if (typeof json === 'boolean') return json ? 1 : 0;
  if (typeof json !== 'object' || json === null) return json;
  if (depth === MAX_DEPTH) {
    throw new ApiError('bad_answer', `The answer of ${label} is nested more than ${MAX_DEPTH} deep.`);
  }
  for (const [key, value] of Object.entries(json)) {
    const fitting = flagged(value, depth + 1, label);
    // An assignment to "__proto__" would set the prototype.
    if (fitting !== value) {
      Object.defineProperty(json, key, {
        value: fitting,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
  return json as Value;
}

/** Some versions deny access with the status 200. */
function deniedBy({ cpanelresult }: Hash): string | undefined {
  if (!isHash(cpanelresult)) return undefined;
  return cpanelresult.error === 'Access denied' ? 'Access denied' : undefined;
}

/** `result` is 1, "1" or true if the call succeeded. */
function enveloped(command: string, answer: Hash, metadata: Hash): Envelope {
  const { reason, result, command: named, ...others } = metadata;
  const rest = Object.fromEntries(Object.entries(others).filter(([key]) => key !== 'version'));
  const works = isOne(result);
  const read = {
    version: 1,
    reason: typeof reason === 'string' ? reason : works ? 'OK' : 'The server gave no reason.',
    result: works ? 1 : 0,
    command: typeof named === 'string' ? named : command,
    ...rest,
  } as Metadata;
  const { data } = answer;
  return data === undefined || data === null ? { metadata: read } : { metadata: read, data: data as Hash };
}

/** The raw response of `cpanel`, of functions such as `loadavg`, and of version 0. It is printed unchanged. */
function bare(command: string, data: Hash): Envelope {
  const complaint = complaintOf(data);
  const metadata: Metadata = {
    version: 1,
    reason: complaint ?? 'OK',
    result: complaint === undefined ? 1 : 0,
    command,
  };
  return { metadata, data, flat: true };
}

function complaintOf(answer: Hash): string | undefined {
  const { error, status, statusmsg, result, cpanelresult, data } = answer;
  if (isText(error)) return error;
  if (isHash(cpanelresult)) {
    if (isText(cpanelresult.error)) return cpanelresult.error;
    return isHash(cpanelresult.event) && !isOne(cpanelresult.event.result)
      ? 'The inner call failed.'
      : undefined;
  }
  const outcome = Array.isArray(result) ? result[0] : result;
  for (const one of [{ status, statusmsg }, isHash(outcome) ? outcome : {}] as Hash[]) {
    if (one.status === undefined || isOne(one.status)) continue;
    const messages = Array.isArray(one.errors) ? one.errors.filter(isText).join(' ') : '';
    return isText(one.statusmsg) ? one.statusmsg : messages || 'The call failed.';
  }
  return isHash(data) && data.result !== undefined && !isOne(data.result) && isText(data.reason)
    ? data.reason
    : undefined;
}

function isText(value: Value | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function isOne(value: Value | undefined): boolean {
  return value === 1 || value === '1';
}
