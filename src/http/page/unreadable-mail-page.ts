// Webmail: a folder or a message that cannot be shown.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

/** @param reason a sentence. */
export function renderUnreadablePage(visitor: Visitor, reason: string): string {
  const main = html`<h1>Mail</h1>
    <p class="callout failure" role="alert">${reason}</p>
    <p><a href="${visitor.base}/">Back to the inbox</a></p>`;
  return renderPage({ name: 'mailbox', title: 'Mail', main, worksWithoutScript: true }, visitor);
}
