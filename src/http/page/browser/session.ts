// The user who is logged in, and requests as that user.

import type { Service } from '../wire.ts';

const { user = '', base = '', host = '' } = document.body.dataset;
export { base, host, user };

/** The door of the page. */
export const service: Service = document.body.dataset.service === 'cpaneld' ? 'cpaneld' : 'whostmgrd';

/** The server rejected a request. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  /** The API's error code, if there is one. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** The error code of a call that requires confirmation of the user's identity (`identity.ts`). */
export const CONFIRMATION_REQUIRED = 'confirmation_required';

export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';

  constructor() {
    super('Your session has ended.');
  }
}

/** The path of UAPI, which reports a missing session as it reports a wrong password. */
const UAPI = 'execute/';

/** @throws SessionEnded, RequestFailed */
export async function request<Answer>(path: string, body?: unknown): Promise<Answer> {
  const options: RequestInit =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${base}/${path}`, { ...options, redirect: 'error' }).catch(() => {
    throw new RequestFailed('The server cannot be reached.');
  });
  const isApi = path.startsWith(UAPI);
  if (response.status === (isApi ? 401 : 403)) throw new SessionEnded();
  if (!response.ok) throw new RequestFailed(await reasonOf(response));
  return (await response.json()) as Answer;
}

async function reasonOf(response: Response): Promise<string> {
  const answer = (await response.json().catch(() => ({}))) as { error?: string };
  return answer.error ?? `The server responded with the status ${response.status}.`;
}

export interface Answered<Data> {
  readonly metadata: {
    readonly result: 0 | 1;
    readonly reason: string;
    readonly error_code?: string;
    readonly output?: { readonly warnings?: readonly string[]; readonly messages?: readonly string[] };
  };
  readonly data: Data;
}

/** Calls a function of the API. @throws SessionEnded; RequestFailed with the reason if the call fails. */
export async function call<Data>(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<Data> {
  const answer = await request<Answered<Data>>(`json-api/${name}`, { ...args, 'api.version': 1 });
  return dataOf(answer);
}

/** @throws RequestFailed */
export function dataOf<Data>({ metadata, data }: Answered<Data>): Data {
  if (metadata.result === 0) throw new RequestFailed(metadata.reason, metadata.error_code);
  return data;
}

/** A response of UAPI. */
export interface UapiAnswer<Data> {
  readonly data: Data;
  readonly errors: readonly string[] | null;
  readonly warnings: readonly string[] | null;
  readonly metadata: { readonly error_code?: string };
  readonly status: 0 | 1;
}

/** Calls a function of UAPI: `Module/function`. @throws SessionEnded; RequestFailed with the reason if it fails. */
export async function uapi<Data>(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<Data> {
  return uapiData(await request<UapiAnswer<Data>>(`${UAPI}${name}`, args));
}

/** @throws RequestFailed */
export function uapiData<Data>({ status, data, errors, metadata }: UapiAnswer<Data>): Data {
  if (status === 0) throw new RequestFailed((errors ?? []).join(' '), metadata.error_code);
  return data;
}
