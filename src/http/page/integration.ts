// Integration links of the visitor's account: the list for the overview, and what happens when one is followed.
import type { Db } from '../../core/context.ts';
import type { Engine } from '../../core/engine.ts';
import * as groups from '../../capabilities/logins/rules/integration/groups.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';
import { findLink, openLink, type Opened } from '../../capabilities/logins/rules/integration/open-link.ts';
import { pathOfLink } from '../../capabilities/logins/rules/pages.ts';
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import type { Overview } from './wire.ts';

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
export async function followLink(
  { machine, sealer, store }: Engine,
  user: string,
  app: string,
  attempt: number,
): Promise<Opened | undefined> {
  const found = await store.transaction('reads', async (db) => ({
    value: await findLink({ db, sealer }, user, app),
    keep: false,
  }));
  return found === undefined ? undefined : openLink(machine, user, found, attempt);
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
