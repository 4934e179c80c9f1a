// The page for unknown addresses.
import { html } from './html.ts';
import { renderBarePage, renderPage, type Visitor } from './layout.ts';

/** @param visitor undefined if the user is not logged in. */
export function renderNotFoundPage(visitor: Visitor | undefined): string {
  const title = 'Page not found';
  const main = html`<div class="card">
    <h1>${title}</h1>
    <p>There is no page at this address. The link may be old, or the address may have a typo.</p>
    <p>
      ${
        visitor === undefined
          ? html`<a class="button primary" href="/">Log in</a>`
          : html`<a class="button primary" href="${visitor.base}/">Overview</a>`
      }
    </p>
  </div>`;
  const page = { name: 'not-found', title, main } as const;
  return visitor === undefined ? renderBarePage(page) : renderPage(page, visitor);
}
