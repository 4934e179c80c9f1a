// The frame of the first page after the login. Its script fills it with the state of the server.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import { renderTiles } from './navigation.ts';

export function renderOverviewPage(visitor: Visitor, version: string): string {
  const { hostname } = visitor;
  const main = html`<div class="text-head">
      <h1>${hostname}</h1>
      <button type="button" class="small" id="refresh">Refresh</button>
    </div>
    <p class="lead">whmapi1 ${version}, an open implementation of WHM API 1.</p>
    <p class="callout failure" id="overview-error" role="alert" hidden></p>
    <div id="overview" aria-live="polite" aria-busy="true">
      <p class="hint">Loading the state of the server.</p>
    </div>
    ${renderTiles(visitor)}`;
  return renderPage({ name: 'overview', title: 'Overview', main }, visitor);
}
