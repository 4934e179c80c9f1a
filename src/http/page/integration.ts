// Integration links of the visitor's account: the list for the overview, and what happens when one is followed.
import type { Db } from '../../core/context.ts';
import type { Engine } from '../../core/engine.ts';
import { ApiError } from '../../core/errors.ts';
import { MachineError } from '../../core/machine-error.ts';
import { quote } from '../../core/quote.ts';
import * as groups from '../../model/integration/groups.ts';
import * as links from '../../model/integration/links.ts';
import { pathOfLink } from '../../model/logins/pages.ts';
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import type { Overview } from './wire.ts';

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

/** The visible links, in the order of their groups. */
export async function linksFor(db: Db, user: string): Promise<NonNullable<Overview['links']>> {
  const added = await groups.list(db, user);
  const headings = new Map([
    ['', ''],
    ...added.map(({ id, label }) => [id, label] as const),
    ...Object.entries(groups.usualGroups).filter(([id]) => !added.some((group) => group.id === id)),
  ]);
  const order = [...headings.keys()];
  const visible = (await links.list(db, user)).filter(({ isHidden }) => !isHidden);
  return visible
    .sort((a, b) => order.indexOf(a.groupId) - order.indexOf(b.groupId))
    .map((link) => ({
      path: pathOfLink(link).slice(1),
      label: link.label,
      image: link.image,
      group: headings.get(link.groupId) ?? '',
    }));
}

/** @returns undefined if the user has no such link. */
export async function openLink(
  engine: Engine,
  user: string,
  app: string,
  attempt: number,
): Promise<Opened | undefined> {
  const found = await engine.store.transaction('reads', async (db) => ({
    value: await findLink(db, engine, user, app),
    keep: false,
  }));
  if (found === undefined) return undefined;
  const { link, token } = found;
  if (link.autologinUrl === '') return { url: link.url };
  const problem = (reason: string) => (link.url === '' ? { problem: reason } : { url: link.url });
  try {
    const outbound = await engine.machine.outbound();
    const response = await outbound.send({
      method: 'POST',
      url: link.autologinUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ app, token, user, subscriber_unique_id: link.subscriber }).toString(),
      maxBytes: MAX_BYTES,
      limitMs: LIMIT_MS,
    });
    return readResponse(response.content, attempt) ?? problem(`${quote(link.label)} did not log you in.`);
  } catch (error) {
    if (error instanceof MachineError) return problem(error.message);
    throw error;
  }
}

async function findLink(db: Db, { sealer }: Engine, user: string, app: string) {
  try {
    const link = await links.get(db, user, app);
    return link.isHidden ? undefined : { link, token: await links.tokenOf({ db, sealer }, user, app) };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return undefined;
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

/** For a link that cannot be opened now. */
export function renderLinkPage(
  opened: Exclude<Opened, { readonly url: string }>,
  app: string,
  visitor: Visitor,
): string {
  const title = 'pauseSeconds' in opened ? 'Please wait' : 'The link cannot be opened';
  const again = `${visitor.base}${pathOfLink({ app })}`;
  const body =
    'pauseSeconds' in opened
      ? html`<p>The application is not ready. Try again in ${opened.pauseSeconds} seconds.</p>
          <p>
            <a class="button primary" href="${again}?attempt=${opened.nextAttempt}">Try again</a>
          </p>`
      : html`<p>${opened.problem}</p>
          <p><a class="button primary" href="${visitor.base}/">Overview</a></p>`;
  const main = html`<div class="card">
    <h1>${title}</h1>
    ${body}
  </div>`;
  return renderPage({ name: 'not-found', title, main }, visitor);
}
