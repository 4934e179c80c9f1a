// What happens when the user of an account follows an integration link: the application may log the user in.
import type { Db, Sealer } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { quote } from '../../../../core/quote.ts';
import * as links from './links.ts';

/** How often an application can ask to be asked again, and the longest pause in seconds, as in cPanel. */
const MAX_ATTEMPTS = 3;
const MAX_PAUSE = 60;
const LIMIT_MS = 15_000;
const MAX_BYTES = 64 * 1024;

/** Where the browser goes next, or how long it waits, or why it goes nowhere (a sentence). */
export type Opened =
  | { readonly url: string }
  | { readonly pauseSeconds: number; readonly nextAttempt: number }
  | { readonly problem: string };

/** A link, and the secret with which the application recognises this server. */
export interface FoundLink {
  readonly link: links.Link;
  readonly token: string;
}

/** Undefined if the user has no such link, or it is hidden. @throws ApiError `key_lost`. */
export async function findLink(
  { db, sealer }: { readonly db: Db; readonly sealer: Sealer },
  user: string,
  app: string,
): Promise<FoundLink | undefined> {
  try {
    const link = await links.get(db, user, app);
    return link.isHidden ? undefined : { link, token: await links.tokenOf({ db, sealer }, user, app) };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** Asks the application to log the user in, if the link says where. */
export async function openLink(
  machine: Machine,
  user: string,
  { link, token }: FoundLink,
  attempt: number,
): Promise<Opened> {
  if (link.autologinUrl === '') return { url: link.url };
  const problem = (reason: string) => (link.url === '' ? { problem: reason } : { url: link.url });
  try {
    const outbound = await machine.outbound();
    const response = await outbound.send({
      method: 'POST',
      url: link.autologinUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        app: link.app,
        token,
        user,
        subscriber_unique_id: link.subscriber,
      }).toString(),
      maxBytes: MAX_BYTES,
      limitMs: LIMIT_MS,
    });
    return readResponse(response.content, attempt) ?? problem(`${quote(link.label)} did not log you in.`);
  } catch (error) {
    if (error instanceof MachineError) return problem(error.message);
    throw error;
  }
}

/** Undefined if it is neither a URL to go to nor a request to wait. */
function readResponse(text: string, attempt: number): Opened | undefined {
  let answer: { redirect_url?: unknown; retry?: unknown } | null;
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    return undefined;
  }
  const url = answer?.redirect_url;
  if (typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) {
    return { url: new URL(url).href };
  }
  const seconds = Number(answer?.retry);
  if (!(seconds > 0) || attempt >= MAX_ATTEMPTS) return undefined;
  return { pauseSeconds: Math.min(MAX_PAUSE, Math.ceil(seconds)), nextAttempt: attempt + 1 };
}
