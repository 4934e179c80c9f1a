// The page instead of a part of the interface whose feature the account does not have.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import type { Tool } from './navigation.ts';

export function renderNotIncludedPage({ title, feature }: Tool, visitor: Visitor): string {
  const main = html`<div class="card">
    <h1>${title}</h1>
    <p>
      Your account does not have the feature <code>${feature}</code>. The feature list of its package decides.
      Ask your provider to add it.
    </p>
    <p><a class="button primary" href="${visitor.base}/">Overview</a></p>
  </div>`;
  return renderPage({ name: 'not-found', title, main }, visitor);
}
